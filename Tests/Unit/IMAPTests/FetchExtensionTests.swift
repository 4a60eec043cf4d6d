// BINARY, OBJECTID, SAVEDATE, PREVIEW, PARTIAL and UIDONLY in FETCH: asked for and answered.
import Bytes
import IMAP
import Testing

@Suite struct FetchExtensionTests {
    @Test(
        "takes items of extensions",
        arguments: [
            ("fetch 1 binary[]", "FETCH 1 (BINARY[])"),
            ("fetch 1 (binary[1.2]<5.9>)", "FETCH 1 (BINARY[1.2]<5.9>)"),
            ("fetch 1 binary.peek[3]", "FETCH 1 (BINARY.PEEK[3])"),
            ("fetch 1 (binary.size[1] binary.size[])", "FETCH 1 (BINARY.SIZE[1] BINARY.SIZE[])"),
            ("fetch 1 (emailid threadid savedate)", "FETCH 1 (EMAILID THREADID SAVEDATE)"),
            ("fetch 1 preview", "FETCH 1 (PREVIEW)"),
            ("fetch 1 preview (lazy)", "FETCH 1 (PREVIEW (LAZY))"),
            ("fetch 1 (preview (lazy) preview)", "FETCH 1 (PREVIEW (LAZY) PREVIEW)"),
            ("fetch 1 preview (changedsince 5)", "FETCH 1 (PREVIEW) (CHANGEDSINCE 5)"),
            ("uid fetch 1:* uid (partial -9:-1)", "UID FETCH 1:* (UID) (PARTIAL -1:-9)"),
            (
                "uid fetch 1 uid (partial 1:9 vanished changedsince 5)",
                "UID FETCH 1 (UID) (CHANGEDSINCE 5 VANISHED PARTIAL 1:9)"
            ),
        ]
    )
    func takes(text: String, written: String) throws {
        #expect(try canonical(text) == written)
    }

    @Test(
        "refuses items that name other mailboxes, that vendors made, or that are none",
        arguments: [
            "X-MAILBOX", "X-GUID", "X-REAL-UID", "X-SAVEDATE", "SNIPPET", "X-GM-LABELS",
            "X-GM-MSGID", "X-GM-THRID", "ANNOTATION (/* value)", "FOLDER", "MAILBOXES",
            "MAILBOXIDS", "MAILBOXID", "DIGEST.SHA1", "RFC822.SHA1", "RFC822.FILESIZE", "CID",
            "BASECID", "CREATEDMODSEQ", "LASTUPDATED", "BINARY", "BINARY.PEEK", "BINARY.SIZE",
            "BINARY[TEXT]", "BINARY[1.]", "BINARY[1.MIME]", "BINARY[0]", "BINARY[1]<0>",
            "BINARY.SIZE[1]<0.1>", "BINARY.PEEK[1", "PREVIEW (FUZZY)", "PREVIEW (LAZY LAZY)",
            "PREVIEW ()", "UID (PARTIAL 1:9)", "UID (X 1)", "UID (CHANGEDSINCE 1 CHANGEDSINCE 2)",
        ]
    )
    func refuses(item: String) {
        guard case .syntax? = failure(of: "a FETCH 1 " + item)?.reason else {
            Issue.record("taken")
            return
        }
    }

    @Test(
        "passes attributes of extensions",
        arguments: [
            "BINARY[1.2] NIL", "BINARY[]<10> \"abc\"", "BINARY[1] {3}\r\nabc",
            "BINARY[1]<0> ~{4}\r\n\0)\r\n", "BINARY.SIZE[1.2] 4294967295",
            "EMAILID (M6d99ac3275bb4e)", "THREADID (T-6_3)", "THREADID NIL",
            "SAVEDATE \" 1-Feb-2026 08:00:00 +0100\"", "SAVEDATE NIL", "PREVIEW \"Hello\"",
            "PREVIEW NIL",
        ]
    )
    func passes(attribute: String) {
        let text = "* 5 FETCH (\(attribute))\r\n"
        let relayed = RelayedStream(text)
        #expect(relayed.failure == nil)
        #expect(relayed.client.text == text)
    }

    @Test(
        "ends on attributes that break their grammar",
        arguments: [
            "EMAILID M1", "EMAILID ()", "EMAILID (a b)", "THREADID \"a\"", "SAVEDATE \"today\"",
            "SAVEDATE {3}\r\nabc", "PREVIEW (a)", "PREVIEW a", "BINARY[TEXT] NIL",
            "BINARY.SIZE[1] x", "BINARY.SIZE[1] 4294967296", "BODY[] ~{1}\r\n\0",
            "RFC822 ~{1}\r\nx", "PREVIEW ~{1}\r\nx",
        ]
    )
    func ends(attribute: String) {
        #expect(RelayedStream("* 5 FETCH (\(attribute))\r\n").failure != nil)
    }

    @Test func tellsNothingThatWasNotAskedFor() {
        let fetch = Fetch(
            isUID: true,
            set: MessageSet([MessageRange(1, 1)]),
            items: [.lazyPreview, .section([], partial: nil, isPeek: true)]
        )
        let relayed = RelayedStream(
            "* 1 FETCH (PREVIEW \"a\" EMAILID (M1) BINARY[1] ~{1}\r\n\0 BINARY.SIZE[1] 1 "
                + "SAVEDATE NIL UID 3)\r\n",
            filter: FetchFilter(answering: fetch)
        )
        #expect(relayed.client.text == "* 1 FETCH (PREVIEW \"a\" UID 3)\r\n")
    }

    @Test func namesMessagesByUIDsWhereThatIsTheMode() throws {
        func step(_ line: String, isByUID: Bool) throws -> (FetchTranscoder.Step, String) {
            var transcoder = FetchTranscoder(isByUID: isByUID)
            var buffer = Buffer()
            let step = try transcoder.accept(
                Array(line.utf8).span,
                literal: nil,
                filter: .everything,
                into: &buffer
            )
            return (step, buffer.text)
        }
        let (done, text) = try step("* 25996 UIDFETCH (FLAGS (\\Seen))", isByUID: true)
        #expect(text == "* 25996 UIDFETCH (FLAGS (\\Seen))\r\n")
        #expect(done == .done(FetchSummary(sequence: 25996, uid: 25996, isSuppressed: false)))
        #expect(throws: ResponseError.self) { try step("* 1 UIDFETCH (UID 1)", isByUID: false) }
        #expect(throws: ResponseError.self) { try step("* 1 FETCH (UID 1)", isByUID: true) }
    }
}
