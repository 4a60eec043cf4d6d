// Landlock and filters hold for a thread and what it starts: each test confines a thread of its own.
import CLinux
import Reactor

/// What `body` makes in a thread that gave up privileges and entered a confinement, and then ends.
func confined<Value: Sendable>(
    by enter: @escaping @Sendable () throws -> Void,
    _ body: @escaping @Sendable () -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { (done: CheckedContinuation<Value, any Error>) in
        do {
            try Reactor.Thread.start {
                do {
                    guard linux_no_new_privileges() == 0 else {
                        throw SystemError.last("prctl")
                    }
                    try enter()
                    done.resume(returning: body())
                } catch {
                    done.resume(throwing: error)
                }
            }
        } catch {
            done.resume(throwing: error)
        }
    }
}
