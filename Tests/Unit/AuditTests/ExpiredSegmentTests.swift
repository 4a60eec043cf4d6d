// The record under which a segment went: the recorder's own alone, and whole.
import Audit
import Testing

private func line(
    _ members: String,
    sequence: String = "9",
    session: String = "",
    event: String = "audit.expire"
) -> [UInt8] {
    let start = #"{"seq":\#(sequence),"v":1,"time":"2026-03-01T09:30:00.000000Z","mono":5"#
    let end = #","event":"\#(event)","phase":"event""# + members + "}\n"
    return Array((start + session + end).utf8)
}

private let name = #","segment":"trail-00000000000000000003.jsonl""#

@Suite("A record of an expired segment")
struct ExpiredSegmentTests {
    @Test("names the segment, its first and its last record")
    func reads() throws {
        let line = line(name + #","first":3,"last":7"#)
        let expired = try #require(ExpiredSegment(line))
        #expect(expired.record == 9)
        #expect(expired.name == SegmentName(first: 3))
        #expect(expired.records == 3...7)
        #expect(expired.line == line)
    }

    @Test("a segment begins with record 1 at the least")
    func names() {
        let zeros = String(repeating: "0", count: 19)
        #expect(SegmentName("trail-\(zeros)1.jsonl") == SegmentName(first: 1))
        #expect(SegmentName("trail-\(zeros)0.jsonl") == nil)
    }

    @Test(
        "is none of another kind",
        arguments: [
            line(name + #","first":3"#),
            line(name + #","first":2,"last":7"#),
            line(name + #","first":3,"last":2"#),
            line(name + #","first":3,"last":9"#),
            line(#","segment":"trail-3.jsonl","first":3,"last":7"#),
            line(name + #","first":3,"last":7"#, event: "audit.export"),
            line(name + #","first":3,"last":7"#, event: #"\u0061udit.expire"#),
            line(name + #","first":3,"last":7"#, session: #","session":"00""#),
            line(name + #","first":3,"last":7,"last":8"#),
            line(name + #","first":3,"last":7"#, sequence: "1"),
            Array(line(name + #","first":3,"last":7"#).dropLast()),
            [],
        ]
    )
    func refuses(_ line: [UInt8]) { #expect(ExpiredSegment(line) == nil) }
}
