// One open file of the kernel, closed once by its only owner.
import Glibc

/// An open descriptor; letting go of it closes it.
package struct FileDescriptor: ~Copyable, Sendable {
    /// The kernel's number, for calls that borrow the descriptor.
    package let number: Int32

    /// Takes over an open descriptor; nobody else may close it.
    package init(owning number: Int32) { self.number = number }

    /// Hands the number out; the receiver closes it.
    package consuming func release() -> Int32 {
        let number = self.number
        discard self
        return number
    }

    /// A second descriptor of the same open file, closed on exec.
    package borrowing func duplicate() throws(SystemError) -> FileDescriptor {
        let copy = fcntl(number, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw .last("fcntl") }
        return FileDescriptor(owning: copy)
    }

    deinit { _ = close(number) }
}
