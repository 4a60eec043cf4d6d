// Starts another program with exactly the descriptors it was given, and tells how it ended.
import CLinux
import Glibc

/// A program that was started, until its owner lets go of it.
package struct ChildProcess: ~Copyable, Sendable {
    /// A descriptor of ours and the number under which the child finds it.
    package struct Inheritance: Equatable, Sendable {
        package var number: Int32
        package var inChild: Int32

        package init(_ number: Int32, as inChild: Int32) {
            self.number = number
            self.inChild = inChild
        }
    }

    package enum End: Equatable, Sendable {
        case exited(Int32)
        case killed(signal: Int32)
    }

    package let id: Int32
    /// Readable once the child has ended; to be watched with `EventLoop.watchInput`.
    package let ending: FileDescriptor

    /// Starts the program at `path`; `arguments` begin with its name.
    ///
    /// The child has default signal handling, a process group of its own (so that a terminal's
    /// Ctrl-C reaches the supervisor alone) and, but for `inheriting`, no descriptor that was opened
    /// to be closed on exec.
    package init(
        _ path: String,
        arguments: [String],
        environment: [String] = [],
        inheriting: [Inheritance]
    ) throws(SystemError) {
        let lifted = try ChildProcess.lift(inheriting)
        defer { for number in lifted { _ = close(number) } }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for (number, inheritance) in zip(lifted, inheriting) {
            unsafe posix_spawn_file_actions_adddup2(&actions, number, inheritance.inChild)
        }
        var attributes = posix_spawnattr_t()
        ChildProcess.prepare(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var id: pid_t = 0
        let code = unsafe withCStrings(arguments) { arguments in
            unsafe withCStrings(environment) { environment in
                unsafe posix_spawn(&id, path, &actions, &attributes, arguments, environment)
            }
        }
        guard code == 0 else { throw SystemError("posix_spawn \(path)", code: code) }
        let ending = linux_pidfd_open(id)
        guard ending >= 0 else {
            let error = SystemError.last("pidfd_open")
            _ = Glibc.kill(id, SIGKILL)
            throw error
        }
        self.id = id
        self.ending = FileDescriptor(owning: ending)
    }

    /// Sends a signal; nothing happens when the child has ended.
    package borrowing func signal(_ signal: Int32) { _ = linux_pidfd_kill(ending.number, signal) }

    /// How the child ended; nil while it runs.
    ///
    /// To be asked until it answers: the kernel keeps the number of a child that nobody asked for.
    package borrowing func reap() -> End? {
        let status = linux_reap(id)
        guard status >= 0 else { return nil }
        return status < 256 ? .exited(status) : .killed(signal: status - 256)
    }

    /// Copies of the descriptors above every number the child wants, so that no copy overwrites
    /// another before it is made.
    private static func lift(_ inheriting: [Inheritance]) throws(SystemError) -> [Int32] {
        let above = (inheriting.map(\.inChild).max() ?? 0) + 1
        var lifted: [Int32] = []
        for inheritance in inheriting {
            let copy = fcntl(inheritance.number, F_DUPFD_CLOEXEC, above)
            guard copy >= 0 else {
                let error = SystemError.last("fcntl")
                for number in lifted { _ = close(number) }
                throw error
            }
            lifted.append(copy)
        }
        return lifted
    }

    private static func prepare(_ attributes: inout posix_spawnattr_t) {
        unsafe posix_spawnattr_init(&attributes)
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        unsafe sigfillset(&signals)
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
    }
}

/// Lends texts as a C array that ends in a null pointer.
private func withCStrings<Result>(
    _ texts: [String],
    _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    let copies = unsafe texts.map { unsafe strdup($0) }
    defer { unsafe copies.forEach { unsafe free($0) } }
    return unsafe body(copies + [nil])
}
