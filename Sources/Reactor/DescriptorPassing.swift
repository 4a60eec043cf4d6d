// Socket pairs between our own processes, and open descriptors that travel through them.
import CLinux
import Glibc

/// Two sockets that are connected with each other.
package struct SocketPair: ~Copyable, Sendable {
    package enum Kind: Sendable {
        /// Bytes without boundaries.
        case stream
        /// Messages, each received whole or not at all.
        case messages
    }

    package let near: Socket
    package let far: Socket

    package init(_ kind: Kind = .stream) throws(SystemError) {
        var numbers: [Int32] = [-1, -1]
        let type = kind == .stream ? SOCK_STREAM : SOCK_SEQPACKET
        guard unsafe linux_socketpair(Int32(type.rawValue), &numbers) == 0 else {
            throw .last("socketpair")
        }
        near = Socket(FileDescriptor(owning: numbers[0]))
        far = Socket(FileDescriptor(owning: numbers[1]))
    }

    /// Hands each end to its owner.
    package consuming func split<Result: ~Copyable>(
        _ body: (consuming Socket, consuming Socket) throws -> Result
    ) rethrows -> Result {
        try body(near, far)
    }
}

/// Descriptors that came with a message; those that nobody takes are closed.
package struct ReceivedDescriptors: ~Copyable, Sendable {
    private var numbers: [Int32]

    package init() { numbers = [] }

    fileprivate init(_ numbers: [Int32]) { self.numbers = numbers }

    package var count: Int { numbers.count }

    /// The next descriptor, in the sender's order; nil when all are taken.
    package mutating func takeFirst() -> FileDescriptor? {
        numbers.isEmpty ? nil : FileDescriptor(owning: numbers.removeFirst())
    }

    deinit { for number in numbers { _ = close(number) } }
}

extension Socket {
    /// How many descriptors one message can carry.
    package static var descriptorsMax: Int { Int(LINUX_DESCRIPTORS_MAX) }

    /// Sends `bytes` (at least one) with copies of open descriptors.
    package borrowing func send(_ bytes: Span<UInt8>, with descriptors: [Int32]) -> Transfer {
        unsafe bytes.withUnsafeBufferPointer { bytes in
            while true {
                let count = unsafe linux_send_descriptors(
                    descriptor.number,
                    bytes.baseAddress,
                    bytes.count,
                    descriptors,
                    descriptors.count
                )
                if count > 0 { return .moved(count) }
                if count == 0 { return .wouldBlock }
                if errno != EINTR { return errno == EAGAIN ? .wouldBlock : .failed(errno) }
            }
        }
    }

    /// Receives bytes and the descriptors that came with them.
    ///
    /// Fails with EMSGSIZE when a message was longer than the span, or when the kernel had to drop
    /// descriptors.
    package borrowing func receive(
        into bytes: inout MutableSpan<UInt8>,
        with descriptors: inout ReceivedDescriptors
    ) -> Transfer {
        var numbers = [Int32](repeating: -1, count: Socket.descriptorsMax)
        var found = 0
        var isCut: Int32 = 0
        let number = descriptor.number
        let count = unsafe bytes.withUnsafeMutableBufferPointer { room in
            var count: Int
            repeat {
                count = unsafe linux_receive_descriptors(
                    number,
                    room.baseAddress,
                    room.count,
                    &numbers,
                    &found,
                    &isCut
                )
            } while count < 0 && errno == EINTR
            return count
        }
        if count < 0 { return errno == EAGAIN ? .wouldBlock : .failed(errno) }
        descriptors = ReceivedDescriptors(Array(numbers.prefix(found)))
        if isCut != 0 { return .failed(EMSGSIZE) }
        return count == 0 ? .ended : .moved(count)
    }
}
