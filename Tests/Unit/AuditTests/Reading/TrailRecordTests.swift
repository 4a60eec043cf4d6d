// Lines of the trail, read back: what the encoder wrote, and what nobody should have written.
import Audit
import Bytes
import Testing

@Suite struct TrailRecordTests {
    private static func line(_ record: Record, sequence: UInt64 = 7) -> [UInt8] {
        var encoder = RecordEncoder()
        var payload = Buffer()
        let moment = Moment(utc: 1_772_357_400_000_123, monotonic: 9)
        encoder.encode(record, at: moment, into: &payload)
        var line = Buffer()
        TrailLine.append(payload.span, sequence: sequence, to: &line)
        return line.bytes
    }

    private static func refusal() -> Record {
        var facts = SessionFacts()
        facts.session = "00ff00ff00ff00ff"
        facts.clientAddress = "192.0.2.7"
        facts.user = "ann"
        var record = Record(.delete, .decision, verdict: .deny, session: facts.encoded)
        record.sequence = 3
        record.tag = ShortBytes("a\"\\1")
        record.verb = "DELETE"
        record.mailbox = Record.Mailbox(
            raw: Array("Entw&APw-rfe".utf8),
            canonical: Array("Entw\u{FC}rfe \u{1F4C1}".utf8),
            needed: "x",
            held: "lr",
            missing: "x",
            forbidden: ["delete"],
            rules: ["first", "second"],
            because: ["of a \"reason\""]
        )
        record.messages = 12
        return record
    }

    @Test("what was encoded is read")
    func encoded() throws {
        let record = try #require(TrailRecord(Self.line(Self.refusal())))
        #expect(record.sequence == 7)
        #expect(record[.session] == "00ff00ff00ff00ff")
        #expect(record[.client] == "192.0.2.7")
        #expect(record[.user] == "ann")
        #expect(record[.event] == "mbox.delete")
        #expect(record[.phase] == "decision")
        #expect(record[.verdict] == "deny")
        #expect(record[.tag] == "a\"\\1")
        #expect(record.number(.command) == 3)
        #expect(record.number(.messages) == 12)
        #expect(record.moment == 1_772_357_400_000_123)
        #expect(record[.result] == nil)
        #expect(record.number(.bytes) == nil)
        #expect(record.mailbox(.destination) == nil)
        let mailbox = try #require(record.mailbox(.mailbox))
        #expect(mailbox.name == "Entw\u{FC}rfe \u{1F4C1}")
        #expect(mailbox.raw == "456e7477264150772d726665")
        #expect(mailbox.missing == "x")
        #expect(mailbox.forbidden == ["delete"])
        #expect(mailbox.rules == ["first", "second"])
        #expect(mailbox.because == ["of a \"reason\""])
    }

    @Test("text that is no UTF-8, and text that was cut, are told from others")
    func endings() throws {
        var record = Self.refusal()
        record.tag = ShortBytes([0xFF, 0xFE].span)
        record.arguments = ShortBytes(Array(repeating: UInt8(ascii: "a"), count: 60_000).span)
        let read = try #require(TrailRecord(Self.line(record)))
        #expect(read[.tag] == "hex:fffe")
        #expect(!read.isWhole(.tag))
        #expect(read[.args]?.count == 48 * 1024)
        #expect(!read.isWhole(.args))
        #expect(read.isWhole(.user))
    }

    private static let start = #"{"seq":1,"v":1"#

    @Test(
        "fields that it doesn't know are passed over",
        arguments: [
            #","new":"x""#, #","new":{"a":[1,{"b":"}"}]}"#, #","new":-1.5e+3"#, #","new":true"#,
            #","user_set":"x""#, #","a_name_longer_than_any_that_is_known":null"#, #","":"x""#,
        ]
    )
    func unknown(_ member: String) throws {
        let text = Self.start + member + #","user":"ann"}"#
        let record = try #require(TrailRecord(Array(text.utf8)))
        #expect(record[.user] == "ann")
        #expect(record.isWhole(.user))
    }

    @Test(
        "what could be read in two ways is no record",
        arguments: [
            "", "{", "[]", "{}", #"{"seq":1}"#, #"{"seq":1,"v":2}"#, #"{"seq":"1","v":1}"#,
            #"{"seq":1,"v":1,"user":"ann","user":"bob"}"#, #"{"seq":1,"v":1}{"seq":2,"v":1}"#,
            #"{"seq":1,"v":1,}"#, #"{"seq":1,"v":1,"user":"ann"#, #"{"seq":1 "v":1}"#,
            #"{"seq":99999999999999999999,"v":1}"#, #"{"seq":1,"v":1,"a":[}"#,
        ]
    )
    func refused(_ text: String) {
        #expect(TrailRecord(Array(text.utf8)) == nil)
    }

    @Test("no beginning of a line is a record, and none is a danger")
    func cuts() {
        let line = Self.line(Self.refusal())
        for count in 0..<line.count - 2 {
            #expect(TrailRecord(Array(line[..<count])) == nil)
        }
    }

    @Test("no changed byte is a danger")
    func changes() {
        let line = Self.line(Self.refusal())
        for index in line.indices {
            for byte in [0, UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "}"), 0xFF] {
                var changed = line
                changed[index] = byte
                guard let record = TrailRecord(changed) else { continue }
                for field in TrailField.allCases {
                    _ = record[field]
                    _ = record.number(field)
                    _ = record.texts(field)
                    _ = record.mailbox(field)
                }
                _ = record.moment
            }
        }
    }

    @Test(
        "escapes become what they stand for",
        arguments: [
            (#"\u00fc"#, "\u{FC}"), (#"\ud83d\udcc1"#, "\u{1F4C1}"), (#"\ud83d"#, "\u{FFFD}"),
            (#"\n\t\"\\\/"#, "\n\t\"\\/"), (#"\x"#, "\u{FFFD}"), (#"\u12"#, "\u{FFFD}"),
        ]
    )
    func escapes(_ escaped: String, _ text: String) throws {
        let line = Self.start + #","user":""# + escaped + #""}"#
        #expect(try #require(TrailRecord(Array(line.utf8)))[.user] == text)
    }
}

@Suite struct TimestampReadingTests {
    @Test(
        "a time is read as it was written",
        arguments: [0, 1, 951_782_400_000_000, 4_102_444_799_999_999]
    )
    func roundTrip(_ utc: UInt64) {
        var timestamp = Timestamp()
        var text = Buffer()
        timestamp.append(utc, to: &text)
        #expect(Timestamp.microseconds(of: text.span) == utc)
    }

    @Test(
        "what is no time in UTC is none",
        arguments: [
            "", "Z", "2026-03-01", "2026-03-01T09:30:00", "2026-03-01T09:30:00+01:00",
            "2026-13-01T09:30:00Z", "2026-03-01T24:30:00Z", "2026-03-01T09:30:00.Z",
            "2026-03-01T09:30:00.1234567Z", "1969-12-31T23:59:59Z", "2026-03-01 09:30:00Z",
        ]
    )
    func refused(_ text: String) {
        let bytes = Array(text.utf8)
        #expect(Timestamp.microseconds(of: bytes.span) == nil)
    }
}
