// What of a FETCH response reaches the client, and in which form.
import Bytes
import IMAP
import Testing

@Suite struct FetchResponseTests {
    @Test(
        "passes every attribute in canonical form",
        arguments: [
            "UID 9", #"FLAGS (\Seen \Recent $Junk)"#, "FLAGS ()",
            #"INTERNALDATE " 1-Feb-2026 08:00:00 +0100""#, "RFC822.SIZE 44827",
            "MODSEQ (624140003)",
            "BODY[] NIL", #"BODY[TEXT]<10> "abc""#, #"BODY[1.2.MIME] """#,
            #"BODY[HEADER.FIELDS (From "to")] "x""#, #"RFC822.HEADER "a""#,
            #"BODYSTRUCTURE (("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "7BIT" 10 1)("A" "B") "MIXED")"#,
            #"BODY ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 10 1)"#, "BODYSTRUCTURE ()",
            "BODY[HEADER] {3}\r\n\0\r\n", "RFC822 {0}\r\n", "RFC822.TEXT {4}\r\n)\r\n*",
        ]
    )
    func passes(attribute: String) {
        let text = "* 5 FETCH (\(attribute))\r\n"
        let relayed = RelayedStream(text)
        #expect(relayed.failure == nil)
        #expect(relayed.client.text == text)
    }

    @Test(
        "brings strings into one form",
        arguments: [
            ("{3}\r\nabc", "\"abc\""), ("{0}\r\n", "\"\""), ("{2}\r\n\"\\", #""\"\\""#),
            ("\"caf\u{E9}\"", "{5}\r\ncaf\u{E9}"), ("\"a\tb\"", "{3}\r\na\tb"),
            ("\"\u{E9}\\\"\"", "{3}\r\n\u{E9}\""), ("nil", "NIL"),
        ]
    )
    func brings(string: String, expected: String) {
        let relayed = RelayedStream("* 5 FETCH (ENVELOPE (\(string) NIL))\r\n")
        #expect(relayed.client.text == "* 5 FETCH (ENVELOPE (\(expected) NIL))\r\n")
    }

    @Test(
        "drops what was not asked for, wherever it stands",
        arguments: [
            ("X-MAILBOX Secret", ""), ("X-GM-LABELS (\\Inbox \"Secret\" {2}\r\nab)", ""),
            ("BODY[] {6}\r\nSecret", ""), ("RFC822 \"Secret\"", ""),
            ("BINARY[1]<0> ~{2}\r\n\0x", ""),
            ("X-ODD[a \"]\" (b)]<5> {2}\r\n))", ""), ("ENVELOPE (NIL {1}\r\nx ((NIL)))", ""),
            ("UID 9 X-MAILBOX {6}\r\nSecret FLAGS ()", "UID 9 FLAGS ()"),
            ("X-A 1 UID 9 X-B {1}\r\n) X-C {1}\r\n(", "UID 9"),
            ("PREVIEW {1}\r\nx MODSEQ (5) EMAILID (M1)", "MODSEQ (5)"),
            ("FLAGS (\\Seen) X NIL", "FLAGS (\\Seen)"),
        ]
    )
    func drops(attributes: String, expected: String) {
        let relayed = RelayedStream("* 5 FETCH (\(attributes))\r\n", filter: .unsolicited)
        #expect(relayed.failure == nil)
        #expect(relayed.client.text == (expected.isEmpty ? "" : "* 5 FETCH (\(expected))\r\n"))
        #expect(relayed.summaries.first?.isSuppressed == expected.isEmpty)
        #expect(relayed.summaries.first?.hasBody == false)
    }

    @Test func givesBackTheNamesThatTheClientAskedFor() {
        let filter = FetchFilter(
            attributes: [.uid, .rfc822, .rfc822Text],
            renames: [.rfc822, .rfc822Text]
        )
        let relayed = RelayedStream(
            "* 5 FETCH (BODY[] {2}\r\nab BODY[text] \"c\" BODY[]<0> \"d\" BODY[HEADER] \"e\" UID 7)\r\n",
            filter: filter
        )
        #expect(
            relayed.client.text == "* 5 FETCH (RFC822 {2}\r\nab RFC822.TEXT \"c\" UID 7)\r\n"
        )
    }

    @Test func countsWhatLeftTheBuilding() {
        let relayed = RelayedStream(
            "* 5 FETCH (UID 9 BODY[1] {4}\r\nabcd X {9}\r\nxxxxxxxxx BODY[2] \"xyz\")\r\n"
        )
        #expect(
            relayed.summaries == [
                FetchSummary(
                    sequence: 5,
                    uid: 9,
                    bodyBytes: 7,
                    hasBody: true,
                    isSuppressed: false,
                    content: .part
                )
            ]
        )
    }

    @Test(
        "says which parts of a message left",
        arguments: [
            ("BODY[] {1}\r\na", FetchContent.whole), ("BODY[HEADER] \"a\"", .header),
            ("BODY[header.fields (To)] \"a\"", .header), ("BODY[TEXT]<0> \"a\"", .text),
            ("BODY[1.2.MIME] \"a\"", .part), ("BINARY[1] \"a\"", .part),
            ("ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)", .envelope),
            ("BODYSTRUCTURE (\"a\") BODY (\"a\")", .structure), ("PREVIEW \"a\"", .preview),
            ("FLAGS () UID 3 RFC822.SIZE 4", []),
            ("RFC822.HEADER \"a\" RFC822.TEXT \"b\"", [.header, .text]),
        ] as [(String, FetchContent)]
    )
    func contents(attributes: String, content: FetchContent) {
        let relayed = RelayedStream("* 5 FETCH (\(attributes))\r\n")
        #expect(relayed.summaries.map(\.content) == [content])
    }

    @Test(
        "finds the Message-ID in an envelope that passes",
        arguments: [
            (#""<1@x>""#, "<1@x>"), ("NIL", nil), (#""""#, nil), ("{5}\r\n<1@x>", "<1@x>"),
            (#""a\"b""#, nil),
        ] as [(String, String?)]
    )
    func messageID(written: String, found: String?) throws {
        let piece = "* 5 FETCH (ENVELOPE (NIL \"s\" NIL NIL NIL NIL NIL NIL NIL \(written)) UID 9)"
        var transcoder = FetchTranscoder()
        var out = Buffer()
        let bytes = Array(piece.utf8)
        _ = try transcoder.accept(bytes.span, literal: nil, filter: .everything, into: &out)
        let text = transcoder.messageID.map { out.span.extracting($0).array }
        #expect(text.map { String(decoding: $0, as: UTF8.self) } == found)
    }

    @Test(
        "notes the Message-ID of a header that streams, however it is cut",
        arguments: [
            ("Message-ID: <1@x>\r\n\r\n", "<1@x>\n"), ("message-id \t:<1@x>  \r\n\r\n", "<1@x>\n"),
            ("A: b\r\n message-id: <0@x>\r\nMESSAGE-ID:\r\n\t<1@x>\r\nB: c\r\n\r\n", "<1@x>\n"),
            ("Message-ID: <1@x>\nA: b\n\n", "<1@x>\n"), ("Message-ID: <1@x>\r\n", "<1@x>\n"),
            ("Message-ID: <1@x>\r\n (note)\r\n\r\n", "<1@x> (note)\n"),
            ("Message-ID: <1@x>\r\nMessage-ID: <2@x>\r\n\r\n", "<1@x>\n"),
            // None, and what only looks like one.
            ("Message-ID: <1@x>", ""), ("Message-ID:\r\n\r\n", ""), ("", ""), ("\r\n", ""),
            ("Subject: x\r\n\r\nMessage-ID: <1@x>\r\n\r\n", ""),
            ("Message-ID\r\n: <1@x>\r\n\r\n", ""),
            ("Message-IDs: <1@x>\r\n\r\n", ""), ("X-Message-ID: <1@x>\r\n\r\n", ""),
            ("Message\rID: <1@x>\r\n\r\n", ""),
            // More than is kept.
            ("Message-ID: <\(String(repeating: "1", count: 50))@x>\r\n\r\n", ""),
            (
                "Message-ID: <\(String(repeating: "1", count: 34))@x>\r\n\r\n",
                "<\(String(repeating: "1", count: 34))@x>\n"
            ),
        ] as [(String, String)]
    )
    func streamedMessageID(header: String, noted: String) {
        let bytes = Array(
            "* 5 FETCH (BODY[HEADER] {\(header.utf8.count)}\r\n\(header) UID 9)\r\n".utf8
        )
        for cut in 0...bytes.count {
            let relayed = RelayedStream(bytes, cuts: [cut])
            #expect(relayed.failure == nil)
            #expect(String(decoding: relayed.messageIDs, as: UTF8.self) == noted)
        }
    }

    @Test("looks for the Message-ID in the first 64 KiB only", arguments: [21, 20, 12, 5])
    func farMessageID(spared: Int) {
        let field = "Message-ID: <1@x>\r\n\r\n"
        let filling = MessageIDSearch.headerBytesMax - spared
        let text = "A: \(String(repeating: "b", count: filling - 5))\r\n\(field)"
        let bytes = Array("* 5 FETCH (BODY[] {\(text.utf8.count)}\r\n\(text))\r\n".utf8)
        for cuts in [[], [1000], [bytes.count - 15], [bytes.count - 5]] {
            let relayed = RelayedStream(bytes, cuts: cuts)
            #expect(relayed.failure == nil)
            #expect(relayed.client.bytes == bytes)
            #expect(relayed.messageIDs.isEmpty == (spared < 20))
        }
    }

    @Test(
        "looks for the Message-ID where the message's own header passes, once",
        arguments: [
            ("BODY[] {19}\r\n\(Self.field)", 1), ("RFC822 {19}\r\n\(Self.field)", 1),
            ("RFC822.HEADER {19}\r\n\(Self.field)", 1), ("BODY[]<0> {19}\r\n\(Self.field)", 1),
            ("BODY[HEADER.FIELDS (Message-ID)] {19}\r\n\(Self.field)", 1),
            ("BODY[]<1> {19}\r\n\(Self.field)", 0), ("BODY[TEXT] {19}\r\n\(Self.field)", 0),
            ("BODY[1.HEADER] {19}\r\n\(Self.field)", 0), ("BODY[1] {19}\r\n\(Self.field)", 0),
            ("BODY[HEADER] {2}\r\n\r\n BODY[TEXT] {19}\r\n\(Self.field)", 0),
            ("BODY[HEADER] {19}\r\n\(Self.field) BODY[] {19}\r\n\(Self.field)", 1),
            ("BODY[HEADER] {21}\r\n\(Self.field)\r\n BODY[] {19}\r\n\(Self.field)", 1),
            ("BODY[HEADER.FIELDS (To)] {2}\r\n\r\n BODY[] {19}\r\n\(Self.field)", 1),
            ("ENVELOPE (NIL \"<1@x>\") BODY[] {19}\r\n\(Self.field)", 1),
            ("BODY[] {19}\r\n\(Self.field) ENVELOPE (NIL \"<1@x>\")", 1),
        ] as [(String, Int)]
    )
    func streamedHeader(attributes: String, count: Int) {
        let relayed = RelayedStream("* 5 FETCH (\(attributes))\r\n")
        #expect(relayed.failure == nil)
        let noted = String(decoding: relayed.messageIDs, as: UTF8.self)
        #expect(noted == String(repeating: "<1@x>\n", count: count))
    }

    private static let field = "Message-ID: <1@x>\r\n"

    @Test func answersOnlyWhatTheCommandAskedFor() {
        let fetch = Fetch(
            isUID: true,
            set: MessageSet([MessageRange(1, 1)]),
            items: [.attribute(.envelope)]
        )
        let filter = FetchFilter(answering: fetch)
        let relayed = RelayedStream(
            "* 1 FETCH (ENVELOPE NIL BODY[] {2}\r\nab RFC822.SIZE 2 UID 3)\r\n",
            filter: filter
        )
        #expect(relayed.client.text == "* 1 FETCH (ENVELOPE NIL UID 3)\r\n")
    }
}
