// What a child gives up before it touches anything from outside: root, new privileges, core files.
import ArgumentParser
import CLinux
import Glibc

/// The options with which the supervisor tells a child how little it may be.
struct Confinement: ParsableArguments {
    @Option(help: "Change to this user, and to its group alone (only root can).")
    var user: String?

    @Option(help: "Least serious level of the operational log: debug, info, warning or error.")
    var logLevel = Log.Level.info

    @Option(help: "Form of the operational log: text or json.")
    var logFormat = Log.Format.text

    func log(_ process: String) -> Log { Log(process, level: logLevel, format: logFormat) }

    /// Gives everything up that isn't needed, for good.
    ///
    /// To be called in `run`, before another thread is started.
    func enter(_ sandbox: Sandbox, reaching files: FileAccess, log: Log) throws {
        try enter(sandbox, reaching: files, log: log) {}
    }

    /// The same; `open` makes, as the user, what can't be made any more afterwards.
    func enter<Opened: ~Copyable>(
        _ sandbox: Sandbox,
        reaching files: FileAccess,
        log: Log,
        open: () throws -> Opened
    ) throws -> Opened {
        // Not "exe", the name of the link that the supervisor executes.
        let name = CommandLine.arguments.prefix(2).joined(separator: "-")
        unsafe linux_name_process(name)
        if let user { try Account(user).become() }
        // After the change of user, which would undo it.
        guard linux_die_with_parent(SIGTERM) == 0 else { throw refused("prctl") }
        guard linux_forbid_dumps() == 0 else { throw refused("setrlimit") }
        guard linux_no_new_privileges() == 0 else { throw refused("no_new_privs") }
        let opened = try open()
        if try !files.enter() {
            log.warning("this kernel has no Landlock: files are guarded by their permissions alone")
        }
        try sandbox.enter()
        return opened
    }

    private func refused(_ call: String) -> ConfinementError { .refused(call, errno) }
}

enum ConfinementError: Error, Equatable, CustomStringConvertible {
    case unknownUser(String)
    /// The system call and its errno.
    case refused(String, Int32)

    var description: String {
        switch self {
        case .unknownUser(let name): "user \(name) doesn't exist"
        case .refused(let call, let code): "\(call) failed: error \(code)"
        }
    }
}

/// A user of this machine.
struct Account: Equatable {
    let id: uid_t
    let group: gid_t

    init(_ name: String) throws(ConfinementError) {
        guard let entry = unsafe getpwnam(name) else { throw .unknownUser(name) }
        id = unsafe entry.pointee.pw_uid
        group = unsafe entry.pointee.pw_gid
    }

    /// Takes the user's ids and no other group; fails when root could be had back.
    func become() throws(ConfinementError) {
        let code = linux_become(id, group)
        guard code == 0 else { throw .refused("changing to user \(id)", code) }
    }
}
