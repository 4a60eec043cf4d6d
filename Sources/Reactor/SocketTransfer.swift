// Moving bytes through a socket: receive into a span, send a span or two.
import CLinux
import Glibc

extension Socket {
    /// Receives what is there, at most the span's size.
    package borrowing func receive(into bytes: inout MutableSpan<UInt8>) -> Transfer {
        unsafe bytes.withUnsafeMutableBufferPointer { room in
            while true {
                let count = unsafe recv(descriptor.number, room.baseAddress, room.count, 0)
                if count > 0 { return .moved(count) }
                if count == 0 { return .ended }
                if errno != EINTR { return Socket.stopped() }
            }
        }
    }

    /// Sends as many of the bytes as the kernel takes; none to send counts as blocked.
    package borrowing func send(_ bytes: Span<UInt8>) -> Transfer {
        unsafe bytes.withUnsafeBufferPointer { bytes in
            while true {
                let count = unsafe Glibc.send(
                    descriptor.number,
                    bytes.baseAddress,
                    bytes.count,
                    Int32(MSG_NOSIGNAL)
                )
                if count > 0 { return .moved(count) }
                if count == 0 { return .wouldBlock }
                if errno != EINTR { return Socket.stopped() }
            }
        }
    }

    /// Sends as many as the kernel takes of `first` and then `second`, in one call.
    package borrowing func send(_ first: Span<UInt8>, then second: Span<UInt8>) -> Transfer {
        unsafe first.withUnsafeBufferPointer { first in
            unsafe second.withUnsafeBufferPointer { second in
                while true {
                    let count = unsafe linux_send_two(
                        descriptor.number,
                        first.baseAddress,
                        first.count,
                        second.baseAddress,
                        second.count
                    )
                    if count > 0 { return .moved(count) }
                    if count == 0 { return .wouldBlock }
                    if errno != EINTR { return Socket.stopped() }
                }
            }
        }
    }

    private static func stopped() -> Transfer {
        errno == EAGAIN ? .wouldBlock : .failed(errno)
    }
}
