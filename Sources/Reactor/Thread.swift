// A thread of the kernel that runs one function to its end.
import CLinux
import Glibc

/// Starts threads; nobody waits for their end.
package enum Thread {
    /// Deep enough for OpenSSL and the resolver, small enough to start many.
    package static let stackBytes = 1024 * 1024

    /// Runs `body` on a thread of its own.
    package static func start(
        stackBytes: Int = Thread.stackBytes,
        _ body: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        unsafe pthread_attr_setstacksize(&attributes, stackBytes)
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let task = unsafe Unmanaged.passRetained(Task(body))
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread,
            &attributes,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Task>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            },
            task.toOpaque()
        )
        guard code == 0 else {
            unsafe task.release()
            throw SystemError("pthread_create", code: code)
        }
    }

    private final class Task: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
