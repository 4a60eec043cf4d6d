// What a session has moved and how long it took: said by the record of its end.
import Audit
import Proxy

/// Bytes between client and session, without TLS and compression.
struct Traffic: Equatable {
    let since: Instant
    private(set) var bytesIn: UInt64 = 0
    private(set) var bytesOut: UInt64 = 0

    init(since: Instant) { self.since = since }

    mutating func received(_ bytes: Int) { bytesIn &+= UInt64(bytes) }

    mutating func sent(_ bytes: Int) { bytesOut &+= UInt64(bytes) }

    /// Adds the totals to the record of the connection's end; other records are none of its affair.
    func complete(_ record: inout Record, at now: Instant) {
        guard record.event == .connectionClose else { return }
        record.duration = now &- since
        record.details.append(.number("bytes_in", bytesIn))
        record.details.append(.number("bytes_out", bytesOut))
    }
}
