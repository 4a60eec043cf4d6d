// What is sent on of a line means what a search finds in it.
import Testing

@testable import Postern

@Suite("A record that is sent on")
struct ShippedRecordTests {
    private func record(_ members: String) -> ShippedRecord {
        let line = #"{"seq":7,"v":1,"time":"2026-03-01T09:30:00.000123Z","mono":1,"# + members + "}"
        return ShippedRecord(Array(line.utf8).span)
    }

    @Test func isReadByName() {
        let record = record(#""user":"ann","event":"msg.fetch","verdict":"deny""#)
        #expect(record.sequence == 7)
        #expect(record.event == "msg.fetch")
        #expect(record["user"] == "ann")
        #expect(record.isRefused)
    }

    @Test(
        "is not read where it could be read in two ways",
        arguments: [
            #""user":"ann","event":"msg.fetch","user":"bob""#,
            #""event":"msg.fetch","event":"msg.store""#,
            #""event":"msg.fetch"}{"seq":8,"event":"msg.store""#,
        ]
    )
    func isAmbiguous(members: String) {
        let record = record(members)
        #expect(record.sequence == 7)
        #expect(record.event == "unknown")
        #expect(record["user"] == nil)
        #expect(record.line.contains(members))
    }
}
