// The supervisor's wire to one child, seen from either end: whole messages, each with its descriptor.
import CLinux
import Glibc

/// One end of a socketpair that carries `ControlMessage`s; closed with its last owner.
///
/// Sending is one system call a message, so any thread of the gateway may do it.
final class ControlChannel: Sendable {
    /// Where a child finds its end: the first descriptor after standard input, output and error.
    static let inherited: Int32 = 3
    /// A child that doesn't read for so long is broken.
    static let sendTimeoutSeconds = 5

    /// For `poll` and `epoll`; readable when a message has come or the other side is gone.
    let descriptor: Int32

    /// Takes ownership of a connected SOCK_SEQPACKET socket.
    init(owning descriptor: Int32) {
        self.descriptor = descriptor
        // Not to be inherited by what this process starts; a failure would show at the first use.
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var timeout = timeval(tv_sec: Self.sendTimeoutSeconds, tv_usec: 0)
        _ = unsafe setsockopt(
            descriptor,
            SOL_SOCKET,
            SO_SNDTIMEO,
            &timeout,
            socklen_t(MemoryLayout<timeval>.size)
        )
    }

    deinit { close(descriptor) }

    enum Arrival: Equatable, Sendable {
        /// The receiver owns the descriptor, which is close-on-exec; nil where none belongs.
        case message(ControlMessage, descriptor: Int32?)
        /// Nothing has come yet.
        case nothing
        /// The other process is gone.
        case closed
    }

    enum Failure: Error, Equatable {
        /// The other side broke the protocol.
        case malformed
        /// errno of the call that failed; EAGAIN from `send` means that nobody reads.
        case system(Int32)
    }

    /// Sends a message and lends its descriptor, which the caller still closes.
    func send(_ message: ControlMessage, lending lent: Int32? = nil) throws(Failure) {
        let packet = message.encoded
        while true {
            let sent = unsafe packet.withUnsafeBufferPointer { bytes in
                unsafe linux_send_passing(
                    descriptor,
                    bytes.baseAddress,
                    bytes.count,
                    lent ?? -1,
                    0
                )
            }
            if sent == packet.count { return }
            guard errno == EINTR else { throw .system(errno) }
        }
    }

    /// Takes the next message; with `waits`, waits for it.
    func receive(waits: Bool = false) throws(Failure) -> Arrival {
        var packet = [UInt8](repeating: 0, count: ControlMessage.bytesMax)
        var passed: Int32 = -1
        let flags = waits ? 0 : Int32(MSG_DONTWAIT)
        while true {
            let count = unsafe packet.withUnsafeMutableBytes { bytes in
                unsafe linux_receive_passed(
                    descriptor,
                    bytes.baseAddress,
                    bytes.count,
                    &passed,
                    flags
                )
            }
            if count >= 0 { return try arrival(packet.span.extracting(..<count), passed) }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .nothing
            case ECONNRESET: return .closed
            case EMSGSIZE: throw .malformed
            default: throw .system(errno)
            }
        }
    }

    private func arrival(_ packet: Span<UInt8>, _ passed: Int32) throws(Failure) -> Arrival {
        if packet.isEmpty { return .closed }
        let descriptor = passed >= 0 ? passed : nil
        guard let message = ControlMessage(packet),
            message.carriesDescriptor == (descriptor != nil)
        else {
            if let descriptor { close(descriptor) }
            throw .malformed
        }
        return .message(message, descriptor: descriptor)
    }
}

/// Two connected sockets, both close-on-exec; the caller owns them.
func socketPair(_ type: __socket_type) throws(ControlChannel.Failure) -> (Int32, Int32) {
    var ends: [Int32] = [-1, -1]
    let flags = Int32(type.rawValue | SOCK_CLOEXEC.rawValue)
    guard unsafe socketpair(AF_UNIX, flags, 0, &ends) == 0 else { throw .system(errno) }
    return (ends[0], ends[1])
}
