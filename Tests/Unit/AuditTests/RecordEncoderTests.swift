// What stands on a line of the trail, and that no stranger's byte can break out of its field.
import Chance
import Audit
import Bytes
import Foundation
import Testing

let noon = Moment(utc: 1_772_359_200_000_123, monotonic: 42)

func encoded(_ record: Record, at moment: Moment = noon) -> String {
    var encoder = RecordEncoder()
    var out = Buffer()
    encoder.encode(record, at: moment, into: &out)
    return out.text
}

/// The record as a JSON reader sees it; nil when it is no JSON object.
func parsed(_ record: Record) -> [String: Any]? {
    let json = Data("{\(encoded(record))}".utf8)
    return try? JSONSerialization.jsonObject(with: json) as? [String: Any]
}

@Suite struct RecordEncoderTests {
    @Test func writesTheFieldsThatAreThereInOneOrder() {
        var facts = SessionFacts()
        facts.session = "00000000000000a1"
        facts.listener = "imaps"
        facts.clientAddress = "2001:db8::1"
        facts.clientPort = 50_000
        facts.tlsVersion = "TLSv1.3"
        facts.tlsCipher = "TLS_AES_128_GCM_SHA256"
        facts.user = "ann"
        facts.method = "password"
        facts.backend = "main"
        facts.policyRevision = "7"
        var record = Record(.fetch, .outcome, verdict: .rewrite, session: facts.encoded)
        record.sequence = 3
        record.tag = ShortBytes("a3")
        record.backendTag = 9
        record.verb = "UID FETCH"
        record.state = "selected"
        record.mailbox = Record.Mailbox(
            raw: Array("INBOX".utf8),
            canonical: Array("INBOX".utf8),
            needed: "rs",
            held: "r",
            missing: "s",
            rules: ["read-only", "guests"]
        )
        record.arguments = ShortBytes("1:5,9")
        record.rewrite = "BODY[] to BODY.PEEK[]"
        record.result = .ok
        record.messages = 2
        record.bytes = 1000
        record.duration = 1500
        let expected = """
            "v":1,"time":"2026-03-01T10:00:00.000123Z","mono":42,\
            "session":"00000000000000a1","listener":"imaps","client":"2001:db8::1",\
            "client_port":50000,"tls":"TLSv1.3","cipher":"TLS_AES_128_GCM_SHA256",\
            "user":"ann","method":"password","backend":"main","policy":"7",\
            "event":"msg.fetch","phase":"outcome","verdict":"rewrite","command":3,"tag":"a3",\
            "backend_tag":9,"verb":"UID FETCH","state":"selected","mailbox":{"raw":"494e424f58",\
            "name":"INBOX","needed":"rs","held":"r","missing":"s","rules":["read-only","guests"]},\
            "uids":"1:5,9","rewrite":"BODY[] to BODY.PEEK[]","result":"OK","messages":2,\
            "bytes":1000,"duration_us":1500
            """
        #expect(encoded(record) == expected)
    }

    @Test func writesARecordOutsideASession() {
        let record = Record(.auditStart, .event, session: [])
        #expect(
            encoded(record) == """
                "v":1,"time":"2026-03-01T10:00:00.000123Z","mono":42,\
                "event":"audit.start","phase":"event"
                """
        )
    }

    @Test(
        "shows text as printable ASCII that means the same",
        arguments: [
            ("plain ~", "plain ~"),
            ("a\"b\\c", #"a\u0022b\u005cc"#),
            ("a\r\nb\t\0", #"a\u000d\u000ab\u0009\u0000"#),
            ("\u{1B}[2J", #"\u001b[2J"#),
            ("\u{7F}", #"\u007f"#),
            ("\u{85}\u{9F}", #"\u0085\u009f"#),
            ("é", #"\u00e9"#),
            ("\u{202E}gpj.exe\u{2066}", #"\u202egpj.exe\u2066"#),
            ("\u{2028}", #"\u2028"#),
            ("日本", #"\u65e5\u672c"#),
            ("🚪", #"\ud83d\udeaa"#),
            ("\u{10FFFF}", #"\udbff\udfff"#),
        ]
    )
    func escapes(text: String, shown: String) {
        var record = Record(.malformed, .event, session: [])
        record.tag = ShortBytes(text)
        #expect(encoded(record).hasSuffix(",\"tag\":\"\(shown)\""))
        #expect(parsed(record)?["tag"] as? String == text)
    }

    @Test(
        "shows what is no UTF-8 in hexadecimal",
        arguments: [
            [0x41, 0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80],
            [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80],
            [0xFF], [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x9A], [0x0A, 0xFE],
        ] as [[UInt8]]
    )
    func showsHexadecimal(bytes: [UInt8]) {
        var record = Record(.malformed, .event, session: [])
        record.tag = ShortBytes(bytes.span)
        let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(encoded(record).hasSuffix(",\"tag_hex\":\"\(digits)\""))
        #expect(parsed(record)?["tag_hex"] as? String == digits)
    }

    @Test(
        "keeps a forged field inside its field",
        arguments: [
            "x\",\"verdict\":\"allow", "x\"}\n{\"seq\":1,\"v\":1}", "\\", "\\\"",
            "\\u0022,\"user\":\"root",
        ]
    )
    func containsForgery(text: String) throws {
        var facts = SessionFacts()
        facts.user = text
        facts.certificateSubject = text
        facts.serverName = text
        var record = Record(.select, .decision, verdict: .deny, session: facts.encoded)
        record.tag = ShortBytes(text)
        record.arguments = ShortBytes(text)
        let bytes = Array(text.utf8)
        record.mailbox = Record.Mailbox(
            raw: bytes,
            canonical: bytes,
            needed: "lr",
            held: "",
            missing: "lr",
            rules: [text]
        )
        let object = try #require(parsed(record))
        #expect(object["verdict"] as? String == "deny")
        #expect(object["user"] as? String == text)
        #expect(object["cert_subject"] as? String == text)
        #expect(object["args"] as? String == text)
        let mailbox = try #require(object["mailbox"] as? [String: Any])
        #expect(mailbox["name"] as? String == text)
        #expect(mailbox["rules"] as? [String] == [text])
    }

    @Test("is one line of printable ASCII whatever the bytes", arguments: 0..<200)
    func survivesAnySeed(seed: UInt64) {
        var generator = Dice(seed: seed)
        var record = Record(.append, .decision, session: [])
        record.tag = ShortBytes(generator.bytes(atMost: 40).span)
        record.arguments = ShortBytes(generator.bytes(atMost: 300).span)
        record.mailbox = Record.Mailbox(
            raw: generator.bytes(atMost: 30),
            canonical: generator.bytes(atMost: 30),
            needed: "i",
            held: "i",
            missing: "",
            rules: []
        )
        let isPrintable = encoded(record).utf8.allSatisfy { 0x20...0x7E ~= $0 }
        #expect(isPrintable)
        #expect(parsed(record) != nil)
    }

    @Test("fits its frame at its largest", arguments: [0x41, 0x0A, 0xE9, 0xFF] as [UInt8])
    func staysWithinItsBound(filler: UInt8) {
        let scalar = filler == 0xE9 ? Array("é".utf8) : [filler]
        let bytes = Array((0..<100_000).map { _ in scalar }.joined())
        let text = String(decoding: bytes, as: UTF8.self)
        var facts = SessionFacts()
        (facts.session, facts.listener, facts.clientAddress) = (text, text, text)
        (facts.tlsVersion, facts.tlsCipher, facts.serverName) = (text, text, text)
        (facts.certificateFingerprint, facts.certificateSubject) = (text, text)
        (facts.user, facts.method, facts.policyRevision) = (text, text, text)
        (facts.backend, facts.backendUser) = (text, text)
        var record = Record(.rename, .decision, verdict: .deny, session: facts.encoded)
        record.tag = ShortBytes(bytes.span)
        record.arguments = ShortBytes(bytes.span)
        let mailbox = Record.Mailbox(
            raw: bytes,
            canonical: bytes,
            needed: text,
            held: text,
            missing: text,
            rules: Array(repeating: text, count: 50)
        )
        record.mailbox = mailbox
        record.destination = mailbox
        #expect(encoded(record).utf8.count <= RecordEncoder.recordBytesMax)
        let object = parsed(record)
        let left = (object?["args_cut"] as? Int) ?? (object?["args_hex_cut"] as? Int) ?? 0
        #expect(left > 0)
    }

    @Test func allocatesNothingOnceItsBuffersHaveGrown() {
        var encoder = RecordEncoder()
        var out = Buffer()
        let record = Record(
            .noop,
            .decision,
            verdict: .allow,
            session: Array("\"user\":\"ann\"".utf8)
        )
        encoder.encode(record, at: noon, into: &out)
        let capacity = out.capacity
        for _ in 0..<100 {
            out.removeAll()
            encoder.encode(record, at: noon, into: &out)
        }
        #expect(out.capacity == capacity)
    }
}

@Suite struct TimestampTests {
    @Test(
        "writes UTC with microseconds",
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"),
            (951_782_399_999_999, "2000-02-28T23:59:59.999999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
            (951_868_800_000_001, "2000-03-01T00:00:00.000001Z"),
            (1_709_164_800_000_000, "2024-02-29T00:00:00.000000Z"),
            (1_735_689_599_000_000, "2024-12-31T23:59:59.000000Z"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"),
            (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
            (UInt64.max, "9999-12-31T23:59:59.999999Z"),
        ] as [(UInt64, String)]
    )
    func writes(utc: UInt64, text: String) {
        var timestamp = Timestamp()
        var out = Buffer()
        timestamp.append(utc, to: &out)
        #expect(out.text == text)
    }

    @Test func agreesWithTheCalendarOnEveryDayOfFourCenturies() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        var timestamp = Timestamp()
        for day in stride(from: 0, to: 146_097, by: 13) {
            var out = Buffer()
            timestamp.append(UInt64(day) * 86_400_000_000, to: &out)
            let date = Date(timeIntervalSince1970: Double(day) * 86_400)
            let parts = calendar.dateComponents([.year, .month, .day], from: date)
            let year = try #require(parts.year)
            let month = try #require(parts.month)
            let dayOfMonth = try #require(parts.day)
            let numbers = out.text.prefix(10).split(separator: "-").map { Int($0) }
            #expect(numbers == [year, month, dayOfMonth])
        }
    }
}

@Suite struct EventTests {
    @Test func givesEveryEventACodeOfItsOwn() {
        let codes = Event.allCases.map(\.rawValue)
        #expect(Set(codes).count == codes.count)
        #expect(codes.allSatisfy { $0.utf8.count <= 24 })
    }
}
