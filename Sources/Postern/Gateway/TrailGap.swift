// The time in which sessions went on without the trail, for the record that says so afterwards.
import Audit
import Proxy

/// What is known of the time when the trail couldn't be written.
struct TrailGap: Equatable {
    let since: Instant
    /// Records for which there was no room, and which nobody has any more.
    var lost: UInt64 = 0
    /// Records that should have been on disk before what they describe took effect.
    var late: UInt64 = 0

    init(since: Instant) { self.since = since }

    func record(at now: Instant) -> Record {
        var record = Record(.auditGap, .event, isDurable: true, session: [])
        record.reason = "sessions went on while the trail could not be written"
        record.details = [.number("lost", lost), .number("late", late)]
        record.duration = now &- since
        return record
    }
}
