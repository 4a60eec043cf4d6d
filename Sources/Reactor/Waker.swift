// Calls an event loop from another thread, and hands values over to it.
import CLinux
import Glibc
import Synchronization

/// Makes an event loop that watches its descriptor wake up; may be used from any thread.
package struct Waker: ~Copyable, Sendable {
    /// To be watched with `EventLoop.watchInput`.
    package let descriptor: FileDescriptor

    package init() throws(SystemError) {
        let number = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard number >= 0 else { throw .last("eventfd") }
        descriptor = FileDescriptor(owning: number)
    }

    package borrowing func wake() { _ = eventfd_write(descriptor.number, 1) }

    /// Takes note that the loop is awake; calls that come later wake it again.
    package borrowing func settle() {
        var count: eventfd_t = 0
        _ = unsafe eventfd_read(descriptor.number, &count)
    }
}

/// Values from other threads, waiting for the thread of an event loop.
package final class Mailbox<Message: Sendable>: Sendable {
    package let waker: Waker
    private let messages = Mutex<[Message]>([])

    package init() throws(SystemError) { waker = try Waker() }

    /// Leaves a value and wakes the loop.
    package func post(_ message: Message) {
        messages.withLock { $0.append(message) }
        waker.wake()
    }

    /// Everything that was left since the last time, in order.
    package func take() -> [Message] {
        waker.settle()
        return messages.withLock { waiting in
            let taken = waiting
            waiting.removeAll()
            return taken
        }
    }
}
