// What passes between a gateway and the recorder, and what either does with nonsense.
import Chance
import Audit
import Bytes
import Testing

private func entry(durable: Bool = false) -> Record {
    Record(durable ? .select : .noop, .decision, verdict: .allow, isDurable: durable, session: [])
}

private func answer(_ status: Acknowledgement.Status, _ number: UInt64) -> [UInt8] {
    var out = Buffer()
    Acknowledgement(status: status, durableUpTo: number).encode(into: &out)
    return out.bytes
}

@Suite struct RecorderMessageTests {
    @Test func laysAHeaderOutAsDocumented() throws {
        let header = RecordHeader(payloadBytes: 258, recordClass: .handedOver, number: 65_537)
        var out = Buffer()
        try #require(header).encode(into: &out)
        #expect(out.bytes == [0, 0, 1, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1])
        let back = try RecordHeader.decode(out.span)
        #expect(back == header)
    }

    @Test func laysAnAcknowledgementOutAsDocumented() throws {
        #expect(answer(.failing, 258) == [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2])
        let back = try Acknowledgement.decode(answer(.failing, 258).span)
        #expect(back == Acknowledgement(status: .failing, durableUpTo: 258))
    }

    @Test(
        "refuses a header outside its limits",
        arguments: [
            [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
            [0, 2, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
            [255, 255, 255, 255, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
            [0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
            [0, 0, 0, 9, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
            [0, 0, 0, 9, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1],
            [0, 0, 0, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        ] as [[UInt8]]
    )
    func refusesHeader(bytes: [UInt8]) {
        #expect(throws: MalformedFrame()) { try RecordHeader.decode(bytes.span) }
    }

    @Test("survives any bytes", arguments: 0..<200)
    func survives(seed: UInt64) {
        var generator = Dice(seed: seed)
        for _ in 0..<50 {
            let bytes = generator.bytes(atMost: 40)
            if let header = try? RecordHeader.decode(bytes.span) {
                var out = Buffer()
                header.encode(into: &out)
                #expect(out.bytes == Array(bytes.prefix(RecordHeader.byteCount)))
            }
            if let answer = try? Acknowledgement.decode(bytes.span) {
                var out = Buffer()
                answer.encode(into: &out)
                #expect(out.bytes == Array(bytes.prefix(Acknowledgement.byteCount)))
            }
            var client = RecorderClient()
            client.connected()
            try? client.received(bytes.span)
        }
    }
}

@Suite struct RecorderClientTests {
    @Test func isAvailableOnlyWhileARecorderIsThereAndWorks() throws {
        var client = RecorderClient()
        #expect(!client.isAvailable)
        client.connected()
        #expect(client.isAvailable)
        try client.received(answer(.failing, 0).span)
        #expect(!client.isAvailable)
        try client.received(answer(.working, 0).span)
        #expect(client.isAvailable)
        client.disconnected()
        #expect(!client.isAvailable)
    }

    @Test func keepsARecordUntilItIsOnDiskAndSendsItAgainToANewRecorder() throws {
        var client = RecorderClient()
        client.connected()
        let first = client.append(entry(), at: noon)
        let firstFrame = client.unsent.array
        client.sent(firstFrame.count)
        let second = client.append(entry(durable: true), at: noon)
        let secondFrame = client.unsent.array
        client.sent(secondFrame.count)
        #expect([first, second] == [1, 2])
        #expect(client.unsent.array.isEmpty)
        try client.received(answer(.working, 1).span)
        #expect(client.durableUpTo == 1)
        client.disconnected()
        #expect(client.unsent.array.isEmpty)
        client.connected()
        #expect(client.unsent.array == secondFrame)
    }

    @Test func understandsAcknowledgementsAtEveryCut() throws {
        let bytes = answer(.working, 1) + answer(.failing, 2)
        for cut in bytes.indices {
            var client = RecorderClient()
            client.connected()
            client.append(entry(), at: noon)
            client.append(entry(durable: true), at: noon)
            client.sent(client.unsent.count)
            try client.received(Array(bytes[..<cut]).span)
            try client.received(Array(bytes[cut...]).span)
            #expect(client.durableUpTo == 2)
            #expect(!client.isAvailable)
        }
    }

    @Test func refusesAnAcknowledgementOfWhatWasNeverSent() {
        var client = RecorderClient()
        client.connected()
        client.append(entry(durable: true), at: noon)
        #expect(throws: MalformedFrame()) { try client.received(answer(.working, 1).span) }
        #expect(client.durableUpTo == 0)
        client.sent(client.unsent.count)
        #expect(throws: MalformedFrame()) { try client.received(answer(.working, 2).span) }
        #expect(client.durableUpTo == 0)
    }

    @Test func makesSessionsWaitWhenTheRecorderFallsBehind() {
        var client = RecorderClient()
        client.connected()
        while client.isAvailable { client.append(entry(), at: noon) }
        #expect(client.unsent.count > RecorderClient.backlogBytesMax)
    }
}

private func isAccepted(_ payload: String) -> Bool {
    TrailLine.accepts(Array(payload.utf8).span)
}

@Suite struct TrailLineTests {
    @Test func wrapsARecordInItsNumber() {
        var lines = Buffer()
        TrailLine.append(Array("\"v\":1,\"a\":2".utf8).span, sequence: 12, to: &lines)
        #expect(lines.text == "{\"seq\":12,\"v\":1,\"a\":2}\n")
        let number = TrailLine.sequence(of: Array(lines.bytes.dropLast()).span)
        #expect(number == 12)
    }

    @Test(
        "lets in nothing that could end the line or steer a terminal",
        arguments: [
            "", "\"v\":1", "{\"v\":1,", "\"v\":2,\"a\":1", "\"v\":1,\n", "\"v\":1,\r",
            "\"v\":1,\u{1B}[",
            "\"v\":1,\u{7F}", "\"v\":1,é", "\"v\":1,\0", " \"v\":1,",
        ]
    )
    func refuses(payload: String) {
        #expect(!isAccepted(payload))
    }

    @Test func letsInWhatTheEncoderWrites() {
        let payload = encoded(Record(.noop, .decision, session: []))
        #expect(isAccepted(payload))
        let huge = "\"v\":1," + String(repeating: "x", count: RecordHeader.payloadBytesMax)
        #expect(!isAccepted(huge))
    }

    /// A record of a session, as a gateway writes it.
    private func payload(_ event: Event, user: String = "ann", args: [UInt8] = []) -> String {
        var facts = SessionFacts()
        (facts.session, facts.user) = ("00000000000000a1", user)
        var record = Record(event, .event, session: facts.encoded)
        record.arguments = ShortBytes(args.span)
        return encoded(record)
    }

    @Test("lets in no event of the recorder's own but the gap", arguments: Event.allCases)
    func ownEvents(event: Event) {
        let isOwn = event.rawValue.hasPrefix("audit.") && event != .auditGap
        #expect(isAccepted(payload(event)) == !isOwn)
        #expect(isAccepted(encoded(Record(event, .event, session: []))) == !isOwn)
    }

    @Test(
        "lets in no such event and no number in any other spelling",
        arguments: [
            #","event":"audit.stop""#, #","event" : "audit.stop""#, #","event":  "audit.stop""#,
            #","event":"audit.""#, #","event":"audit.gap2""#,
            #","event":"audit\u002estop""#, #","event":"\u0061udit.stop""#,
            #","event":"a\u0075dit.stop""#, #","\u0065vent":"audit.stop""#,
            #","even\u0074":"audit.stop""#, #","event":"au\x64it.stop""#,
            #","mailbox":{"event":"audit.stop"}"#, #"}{"event":"audit.stop""#,
            #","seq":7"#, #","seq" :7"#, #","\u0073eq":7"#, #","s\u0065q":7"#, #"}{"seq":7"#,
            #","a":"\"","b":1"#, #","a":"\\","b":1"#, #","a":"\/""#, #","a":"\n""#,
            #","a":"\u00E9""#, #","a":"\u00""#, #","a":"\"#,
        ]
    )
    func disguises(member: String) {
        #expect(!isAccepted(payload(.noop) + member))
        #expect(!isAccepted(#""v":1,"time":"x","mono":1"# + member + #","phase":"event""#))
    }

    @Test(
        "lets in people and mailboxes that are called so",
        arguments: ["audit.stop", "seq", "event", "audit", "audrey", "\"audit.stop\"", "seq\":1"]
    )
    func namesakes(name: String) {
        #expect(isAccepted(payload(.fetch, user: name, args: Array(name.utf8))))
    }

    @Test("lets in whatever a stranger has said, as the encoder writes it", arguments: 0..<200)
    func strangersWords(seed: UInt64) {
        var dice = Dice(seed: seed)
        let pieces = [
            "audit.stop", "\"event\":", "\"seq\":1", "\\", "\"", "é", "\u{1F4EC}", "\u{7F}",
        ]
        for _ in 0..<20 {
            let noise = dice.bytes(atMost: 60)
            let text = Array((0..<dice.below(6)).map { _ in dice.pick(pieces) }.joined().utf8)
            let args = dice.hits(50) ? noise : text
            let user = String(decoding: dice.hits(50) ? noise : text, as: UTF8.self)
            #expect(isAccepted(payload(.search, user: user, args: args)))
        }
    }

    @Test(
        "finds no number in a foreign line",
        arguments: [
            "", "{}", "{\"seq\":}", "{\"seq\":x,}", "{\"seq\":1", "{\"seq\":1}",
            "{\"seq\":1,\"v\":1",
            "{\"seq\":-1,}", "{\"seq\":18446744073709551616,}", "{\"seq\":99999999999999999999,}",
            "\0\0\0\0\0\0\0\0\0\0",
        ]
    )
    func finds(line: String) {
        let number = TrailLine.sequence(of: Array(line.utf8).span)
        #expect(number == nil)
    }
}

@Suite struct SegmentTests {
    @Test(arguments: [1, 10, 18_446_744_073_709_551_615] as [UInt64])
    func readsItsOwnNames(first: UInt64) {
        let name = SegmentName(first: first)
        #expect(name.text.utf8.count == 32)
        #expect(SegmentName(name.text) == name)
    }

    @Test(
        "knows other files by their names",
        arguments: [
            "", "trail-.jsonl", "trail-1.jsonl", "trail-00000000000000000001.jsonl.gz",
            "trail-0000000000000000000x.jsonl", "trail-99999999999999999999.jsonl",
            "trail-+0000000000000000001.jsonl", "trail-jsonl", "trail.jsonl",
        ]
    )
    func refuses(name: String) { #expect(SegmentName(name) == nil) }

    @Test func isFullBySizeOrAgeButNeverEmpty() {
        var limits = SegmentLimits()
        limits.bytesMax = 100
        limits.ageMax = .seconds(60)
        #expect(!limits.isFull(bytes: 0, age: .seconds(600)))
        #expect(!limits.isFull(bytes: 99, age: .seconds(59)))
        #expect(limits.isFull(bytes: 100, age: .zero))
        #expect(limits.isFull(bytes: 1, age: .seconds(60)))
    }
}
