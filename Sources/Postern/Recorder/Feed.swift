// One reactor's connection to the recorder: records come in, acknowledgements go out.
import Audit
import Bytes
import CLinux
import Glibc

/// A stream socket to a gateway; closed when the feed is let go.
package final class Feed {
    /// One read at most; as much as the socket's buffer may hold.
    private static let readBytesMax = 256 * 1024

    package let descriptor: Int32
    private var inbox = Buffer()
    /// The last record that is in the trail's hands; 0: none yet.
    private var received: UInt64 = 0
    private var told: Acknowledgement?

    /// Nothing comes any more: the gateway is gone, or it does not speak the protocol.
    package private(set) var isEnded = false

    /// Takes the descriptor over.
    package init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// What one read brought.
    package enum Arrival: Equatable, Sendable {
        case nothing, handedOver, malformed
        /// So many of the records must be on disk before what they describe takes effect.
        case durable(Int)
    }

    /// Reads once and gives the whole records to the trail.
    ///
    /// Of a gateway that dies amid a record the part that came is dropped: nothing that the record
    /// describes can have happened.
    package func receive(
        through scratch: inout [UInt8],
        into trail: inout Trail
    ) -> Arrival {
        let count = unsafe scratch.withUnsafeMutableBytes { bytes in
            unsafe recv(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT))
        }
        guard count > 0 else {
            isEnded = count == 0 || (errno != EAGAIN && errno != EINTR)
            return .nothing
        }
        inbox.append(scratch.span.extracting(first: count))
        do {
            return try takeRecords(into: &trail)
        } catch {
            isEnded = true
            return .malformed
        }
    }

    /// A buffer for `receive`; one serves all feeds.
    package static func scratch() -> [UInt8] { [UInt8](repeating: 0, count: readBytesMax) }

    private func takeRecords(into trail: inout Trail) throws(MalformedFrame) -> Arrival {
        // In a local, where each look at it costs no check of who else might be looking.
        var inbox = Buffer()
        swap(&inbox, &self.inbox)
        var durable = 0
        var taken = 0
        defer {
            inbox.removeFirst(taken)
            swap(&inbox, &self.inbox)
        }
        while let header = try RecordHeader.decode(inbox.span.extracting(taken...)) {
            let end = taken + header.frameBytes
            guard end <= inbox.count else { break }
            let payload = taken + RecordHeader.byteCount..<end
            guard
                received == 0 || header.number == received &+ 1,
                TrailLine.accepts(inbox.span.extracting(payload)),
                trail.append(inbox.span.extracting(payload))
            else { throw MalformedFrame() }
            received = header.number
            taken = end
            if header.recordClass == .durable { durable += 1 }
        }
        if durable > 0 { return .durable(durable) }
        return taken > 0 ? .handedOver : .nothing
    }

    /// Says that everything received is on disk.
    package func acknowledge() { tell(Acknowledgement(status: .working, durableUpTo: received)) }

    /// Says that the trail can't be written; nothing new is acknowledged.
    package func reportFailure() {
        tell(Acknowledgement(status: .failing, durableUpTo: told?.durableUpTo ?? 0))
    }

    /// Sends the acknowledgement unless it says what the gateway knows already.
    ///
    /// A gateway that doesn't read its answers is told with the next one.
    private func tell(_ acknowledgement: Acknowledgement) {
        guard acknowledgement != told, !isEnded else { return }
        var out = Buffer()
        acknowledgement.encode(into: &out)
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
        let count = unsafe out.span.withUnsafeBufferPointer { bytes in
            unsafe send(descriptor, bytes.baseAddress, bytes.count, flags)
        }
        if count == Acknowledgement.byteCount { told = acknowledgement }
    }
}
