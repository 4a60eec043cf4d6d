// The supervisor's wire to one child, seen from either end: whole messages, each with its descriptor.
import Glibc
import Reactor

/// One end of a pair of SOCK_SEQPACKET sockets that carries `ControlMessage`s.
///
/// A message is one system call, so any thread of the gateway may send. Closed with its last owner.
final class ControlChannel: Sendable {
    /// Where a child finds its end: the first descriptor after standard input, output and error.
    static let inherited: Int32 = 3
    /// A process that leaves its channel full for so long is broken.
    static let sendTimeoutMilliseconds: Int32 = 5000

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
        /// The other side doesn't read.
        case full
        /// The other process is gone.
        case closed
        /// errno of the call that failed.
        case system(Int32)
    }

    private let socket: Socket

    /// For `poll` and `epoll`: readable when a message has come or the other side is gone.
    var descriptor: Int32 { socket.descriptor.number }

    init(_ socket: consuming Socket) { self.socket = socket }

    /// Takes over a descriptor that was inherited.
    convenience init(owning descriptor: Int32) {
        // Not for the programs that this one starts; a bad descriptor shows at the first use.
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        self.init(Socket(FileDescriptor(owning: descriptor)))
    }

    /// Sends a message and lends its descriptor, which the caller still closes.
    func send(_ message: ControlMessage, lending lent: Int32? = nil) throws(Failure) {
        let packet = message.encoded
        let descriptors = lent.map { [$0] } ?? []
        while true {
            switch socket.send(packet.span, with: descriptors) {
            case .moved: return
            case .wouldBlock: try wait(for: POLLOUT, atMost: Self.sendTimeoutMilliseconds)
            case .ended, .failed(EPIPE), .failed(ECONNRESET): throw .closed
            case .failed(let code): throw .system(code)
            }
        }
    }

    /// Takes the next message; with `waits`, waits for it.
    func receive(waits: Bool = false) throws(Failure) -> Arrival {
        var packet = [UInt8](repeating: 0, count: ControlMessage.bytesMax)
        var passed = ReceivedDescriptors()
        while true {
            var room = packet.mutableSpan
            switch socket.receive(into: &room, with: &passed) {
            case .moved(let count):
                return try arrival(packet.span.extracting(first: count), &passed)
            case .wouldBlock:
                guard waits else { return .nothing }
                try wait(for: POLLIN, atMost: -1)
            case .ended, .failed(ECONNRESET): return .closed
            case .failed(EMSGSIZE): throw .malformed
            case .failed(let code): throw .system(code)
            }
        }
    }

    private func arrival(
        _ packet: Span<UInt8>,
        _ passed: inout ReceivedDescriptors
    ) throws(Failure) -> Arrival {
        guard let message = ControlMessage(packet),
            passed.count == (message.carriesDescriptor ? 1 : 0)
        else { throw .malformed }
        return .message(message, descriptor: passed.takeFirst()?.release())
    }

    private func wait(for events: Int32, atMost milliseconds: Int32) throws(Failure) {
        var polled = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        switch unsafe poll(&polled, 1, milliseconds) {
        case 0: throw .full
        case ..<0 where errno != EINTR: throw .system(errno)
        default: return
        }
    }
}
