// What the trail says of a segment that is no longer there: the record under which it went.
import Bytes

/// An `audit.expire` of the recorder.
package struct ExpiredSegment: Equatable, Sendable {
    /// The number of the record that says so.
    package let record: UInt64
    package let name: SegmentName
    /// The last record that stood in it; the first is in its name.
    package let last: UInt64
    /// The record's line, with its line feed: a leaf of the tree.
    package let line: [UInt8]

    /// Nil for what is no such record of the recorder's own: a gateway can't write one.
    package init?(_ line: [UInt8]) {
        guard let record = TrailRecord(line), line.last == UInt8(ascii: "\n"),
            LineTime.isOwn(line.span, sequence: record.sequence, event: "expire"),
            let name = record[.segment].flatMap({ SegmentName($0) }),
            let first = record.number(.first), first == name.first, first > 0,
            let last = record.number(.last), first <= last, last < record.sequence
        else { return nil }
        self.record = record.sequence
        self.name = name
        self.last = last
        self.line = line
    }

    package var records: ClosedRange<UInt64> { name.first...last }
}
