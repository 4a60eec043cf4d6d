// A backend's stream as a client sees it: whole, in pieces, hostile and damaged.
import Chance
import Bytes
import IMAP
import Testing

/// Does with a backend's bytes what a session does: relays all that has a client's form.
struct RelayedStream {
    private(set) var client = Buffer()
    private(set) var responses: [Response] = []
    private(set) var summaries: [FetchSummary] = []
    /// Each with a line feed behind it.
    private(set) var messageIDs: [UInt8] = []
    static let messageIDBytesMax = 40
    /// Why the session would have ended.
    private(set) var failure: String?

    var filter: FetchFilter
    private var fragmenter = ResponseFragmenter(streamedLiteralBytesMax: 64 * 1024 * 1024)
    private var transcoder: FetchTranscoder?

    /// Whether the stream broke off while a FETCH response was on its way.
    var isUnfinished: Bool { transcoder?.isUnfinished ?? false }

    init(filter: FetchFilter = .everything) { self.filter = filter }

    init(_ bytes: [UInt8], cuts: [Int] = [], filter: FetchFilter = .everything) {
        self.init(filter: filter)
        var start = 0
        for cut in cuts + [bytes.count] {
            receive(bytes.span.extracting(start..<cut))
            start = cut
        }
    }

    init(_ text: String, filter: FetchFilter = .everything) {
        self.init(Array(text.utf8), filter: filter)
    }

    mutating func receive(_ input: Span<UInt8>) {
        var offset = 0
        while failure == nil {
            switch fragmenter.feed(input, from: &offset) {
            case .needMore: return
            case .response: complete(literal: nil)
            case .literal(let size): complete(literal: size)
            case .streamed(let range): pass(input.extracting(range))
            case .streamEnded: transcoder?.textEnded(into: &messageIDs)
            case .violation(let violation): failure = "\(violation)"
            }
        }
    }

    private mutating func pass(_ text: Span<UInt8>) {
        client.append(text)
        transcoder?.passed(text, into: &messageIDs, bytesMax: Self.messageIDBytesMax)
    }

    private mutating func complete(literal: UInt64?) {
        do throws(ResponseError) {
            if transcoder != nil || FetchTranscoder.isFetch(fragmenter.piece) {
                try relayFetch(literal: literal)
            } else if literal != nil {
                fragmenter.collectLiteral()
            } else {
                try relay(ResponseParser.parse(fragmenter.piece))
            }
        } catch {
            failure = "\(error)"
        }
    }

    private mutating func relayFetch(literal: UInt64?) throws(ResponseError) {
        var current = transcoder ?? FetchTranscoder()
        let step = try Self.relay(fragmenter, literal, filter, &current, into: &client)
        transcoder = current
        if let place = current.messageID {
            messageIDs += client.span.extracting(place).array + [UInt8(ascii: "\n")]
        }
        switch step {
        case .done(let summary):
            summaries.append(summary)
            transcoder = nil
        case .collectLiteral: fragmenter.collectLiteral()
        case .streamLiteral: fragmenter.streamLiteral()
        case .dropLiteral: fragmenter.dropLiteral()
        }
    }

    private mutating func relay(_ response: Response) throws(ResponseError) {
        responses.append(response)
        switch response {
        case .search, .sort, .thread, .esearch, .vanished, .uidBatches:
            try Self.relayNumbers(fragmenter, into: &client)
        default: response.encode(into: &client)
        }
    }

    private static func relay(
        _ fragmenter: ResponseFragmenter,
        _ literal: UInt64?,
        _ filter: FetchFilter,
        _ transcoder: inout FetchTranscoder,
        into client: inout Buffer
    ) throws(ResponseError) -> FetchTranscoder.Step {
        try transcoder.accept(fragmenter.piece, literal: literal, filter: filter, into: &client)
    }

    private static func relayNumbers(
        _ fragmenter: ResponseFragmenter,
        into client: inout Buffer
    ) throws(ResponseError) {
        try NumberTranscoder.transcode(fragmenter.piece, clientTag: Tag("c1"), into: &client)
    }
}

extension FetchFilter {
    static let everything = FetchFilter(
        attributes: [
            .uid, .flags, .internalDate, .envelope, .body, .bodyStructure, .rfc822, .rfc822Size,
            .rfc822Header, .rfc822Text, .modSequence, .emailID, .threadID, .saveDate, .preview,
        ],
        allowsSections: true,
        allowsBinary: true
    )
}

private let conversation =
    "* OK [CAPABILITY IMAP4rev1 X-SECRET IDLE] Dovecot at mail.internal ready. {5}\r\n"
    + "* LIST (\\HasNoChildren) \"/\" {6}\r\nSec\"et\r\n"
    + "* 2 FETCH (UID 9 X-GUID {3}\r\nabc FLAGS (\\Seen) BODY[] {27}\r\ng1 OK\r\n* LIST () \"/\" x\r\n{9}"
    + " X-MAILBOX Secret MODSEQ (5))\r\n"
    + "* 3 FETCH (ENVELOPE (NIL {3}\r\na\"b ((NIL NIL \"x\" \"y\")) NIL NIL NIL NIL NIL NIL NIL))\r\n"
    + "* 4 FETCH (BINARY[1.2] ~{4}\r\na\0)\n PREVIEW {2}\r\nhi)\r\n"
    + "* SEARCH 1 2 3\r\n"
    + "g7 OK Fetch completed.\r\n"

@Suite struct ResponseStreamTests {
    @Test func relaysAWholeConversationInCanonicalForm() {
        let relayed = RelayedStream(conversation)
        #expect(relayed.failure == nil)
        #expect(
            relayed.client.text == "* OK [CAPABILITY IMAP4rev1 IDLE] Noted\r\n"
                + "* LIST (\\HasNoChildren) \"/\" \"Sec\\\"et\"\r\n"
                + "* 2 FETCH (UID 9 FLAGS (\\Seen) BODY[] {27}\r\ng1 OK\r\n* LIST () \"/\" x\r\n{9}"
                + " MODSEQ (5))\r\n"
                + "* 3 FETCH (ENVELOPE (NIL \"a\\\"b\" ((NIL NIL \"x\" \"y\"))"
                + " NIL NIL NIL NIL NIL NIL NIL))\r\n"
                + "* 4 FETCH (BINARY[1.2] ~{4}\r\na\0)\n PREVIEW \"hi\")\r\n"
                + "* SEARCH 1 2 3\r\n"
        )
        #expect(relayed.responses.last == .tagged(tag: 7, .ok, code: nil))
    }

    @Test func saysTheSameAtEveryCut() {
        let bytes = Array(conversation.utf8)
        let whole = RelayedStream(bytes)
        for cut in bytes.indices {
            let parted = RelayedStream(bytes, cuts: [cut])
            #expect(parted.client == whole.client, "cut at \(cut)")
            #expect(parted.responses == whole.responses, "cut at \(cut)")
            #expect(parted.summaries == whole.summaries, "cut at \(cut)")
        }
        let single = RelayedStream(bytes, cuts: Array(bytes.indices))
        #expect(single.client == whole.client)
    }

    @Test(
        "ends on a stream that lost its borders",
        arguments: [
            "* OK bare\rreturn\r\n", "* OK bare feed\n", "* OK nul \0\r\n",
            "* LIST () \"/\" {5+}\r\nINBOX\r\n", "* LIST () \"/\" {05}\r\nINBOX\r\n",
            "* LIST () \"/\" {}\r\n\r\n", "* LIST () \"/\" {99999999999}\r\n",
            "* LIST () \"/\" \"a {5}\r\nINBOX\r\n", "* LIST () \"/\" {2000000}\r\n",
            "* 1 FETCH (BODY[] {67108865}\r\n", "* X " + String(repeating: "x", count: 70_000),
        ]
    )
    func ends(stream: String) {
        let relayed = RelayedStream(stream)
        #expect(relayed.failure != nil)
        #expect(relayed.client.isEmpty)
    }

    @Test(
        "ends on a response that breaks its grammar",
        arguments: [
            "x1 OK foreign tag\r\n", "g01 OK zero in front\r\n", "G1 OK\r\n", "g OK\r\n", "\r\n",
            "g99999999999999999999 OK\r\n", "g1 BYE\r\n", "g1  OK\r\n", "g1 OKAY\r\n",
            "*  OK\r\n", "* SEARCH 1 0\r\n", "* SEARCH 4294967296\r\n", "* SEARCH 1,2\r\n",
            "* SEARCH 1  2\r\n", "* SEARCH \"1\"\r\n", "* SORT x\r\n", "* VANISHED\r\n",
            "* VANISHED 1:*\r\n", "* VANISHED 1:2:3\r\n", "* VANISHED (EARLIER)\r\n",
            "* ESEARCH (TAG \"a1\") ALL 1\r\n", "* ESEARCH (TAG \"g1\") MIN 0\r\n",
            "* 4294967296 EXISTS\r\n", "* 0 EXPUNGE\r\n", "* 1 EXISTS more\r\n",
            "* LIST \"/\" INBOX\r\n", "* LIST () \"ab\" INBOX\r\n", "* LIST () \"/\"\r\n",
            "* LIST () \"/\" INBOX junk\r\n", "* LIST () \"/\" {5}\r\nIN\0OX\r\n",
            "* STATUS INBOX (MESSAGES -1)\r\n", "* STATUS INBOX (MESSAGES 1\r\n",
            "* NAMESPACE NIL NIL\r\n", "* FLAGS \\Seen\r\n", "* 1 FETCH UID 1\r\n",
            "* 1 FETCH (UID 0)\r\n", "* 1 FETCH (UID 1\r\n", "* 1 FETCH (UID 1) x\r\n",
            "* 1 FETCH (UID 1  FLAGS ())\r\n", "* 1 FETCH (RFC822.SIZE 99999999999999999999)\r\n",
            "* 1 FETCH (BODY[NONSENSE] \"x\")\r\n", "* 1 FETCH (BODY[TEXT \"x\")\r\n",
            "* 1 FETCH (ENVELOPE (NIL\"x\"))\r\n", "* 1 FETCH (ENVELOPE (NIL x))\r\n",
            "* 1 FETCH (ENVELOPE (NIL {2}\r\nB)(NIL)))\r\n",
            "* 1 FETCH (ENVELOPE (\"\\x\"))\r\n", "* 1 FETCH (MODSEQ 5)\r\n",
            "* 1 FETCH (BODY[] {2}\r\nabc)\r\n", "* 1 FETCH (INTERNALDATE \"yesterday\")\r\n",
        ]
    )
    func refuses(stream: String) {
        let relayed = RelayedStream(stream)
        #expect(relayed.failure != nil)
        #expect(!relayed.client.text.hasSuffix("\r\n") || relayed.client.text.hasSuffix("{2}\r\n"))
    }

    @Test func boundsNestingAndLiteralFloods() {
        let deep = String(repeating: "(", count: 101)
        for attribute in ["BODYSTRUCTURE", "X-ODD"] {
            let relayed = RelayedStream("* 1 FETCH (\(attribute) \(deep)\r\n")
            #expect(relayed.failure?.contains("parentheses") == true)
        }
        let flood = String(repeating: " {0}\r\n", count: 600)
        let relayed = RelayedStream("* 1 FETCH (ENVELOPE (NIL" + flood)
        #expect(relayed.failure == "too many literals")
    }

    @Test func takesTheAnswerOfALargeMailbox() {
        let numbers = (1...100_000).map { " \($0)" }.joined()
        let relayed = RelayedStream("* SEARCH\(numbers)\r\n")
        #expect(relayed.failure == nil)
        #expect(relayed.client.text == "* SEARCH\(numbers)\r\n")
    }

    @Test func takesTheEnvelopeOfAMessageToThousands() {
        let address = "(NIL NIL \"someone.with.a.long.name\" \"example.com\")"
        let list = String(repeating: address, count: 5000)
        let text = "* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL (\(list)) NIL NIL NIL NIL))\r\n"
        let relayed = RelayedStream(text)
        #expect(relayed.failure == nil)
        #expect(relayed.client.text == text)
    }

    /// Damages a conversation byte by byte.
    ///
    /// Whatever comes of it, nothing crashes, no line that the backend wrote as text for people gets
    /// through, and what the client gets is canonical: relayed again, it does not change.
    @Test("survives damage", arguments: 0..<20)
    func survives(seed: UInt64) {
        var random = Dice(seed: seed)
        let original = Array(conversation.utf8)
        let odd = Array("()[]{}<>\"\\ \r\n\0*%+0g~5é".utf8)
        for _ in 0..<1000 {
            var bytes = original
            for _ in 0...Int(random.next() % 4) {
                let index = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 3 {
                case 0: bytes[index] = odd[Int(random.next() % UInt64(odd.count))]
                case 1: bytes.remove(at: index)
                default: bytes.insert(odd[Int(random.next() % UInt64(odd.count))], at: index)
                }
            }
            let cut = Int(random.next() % UInt64(bytes.count))
            let relayed = RelayedStream(bytes, cuts: [cut])
            let whole = RelayedStream(bytes)
            #expect(relayed.client == whole.client)
            #expect(relayed.failure == whole.failure)
            #expect(!relayed.client.text.contains("mail.internal"))
            let again = RelayedStream(relayed.client.bytes)
            #expect(again.failure == nil)
            #expect(relayed.client.bytes.starts(with: again.client.bytes))
            if !relayed.isUnfinished { #expect(again.client == relayed.client) }
        }
    }
}
