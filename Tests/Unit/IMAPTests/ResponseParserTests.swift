// Responses of the backend and the form in which a client gets them.
import Bytes
import IMAP
import Testing

@Suite struct ResponseParserTests {
    private func relayed(_ line: String) throws -> String {
        let response = try ResponseParser.parse(Array(line.utf8).span)
        var client = Buffer()
        response.encode(into: &client)
        return client.text
    }

    private func code(_ text: String) throws -> ResponseCode? {
        let line = "g1 NO \(text) Backend text for mail.internal"
        guard case .tagged(1, .no, let code) = try ResponseParser.parse(Array(line.utf8).span)
        else { return nil }
        return code
    }

    @Test(
        "re-encodes untagged responses",
        arguments: [
            (
                #"* LIST (\HasNoChildren \Sent) "/" INBOX"#,
                #"* LIST (\HasNoChildren \Sent) "/" "INBOX""#
            ),
            (#"* list (\NOSELECT \Remote \X) nil a"#, #"* LIST (\Noselect) NIL "a""#),
            (#"* LIST () "\\" "a \"b\"""#, #"* LIST () "\\" "a \"b\"""#),
            (
                #"* LIST () "/" a ("CHILDINFO" ("SUBSCRIBED") "OLDNAME" ("Secret"))"#,
                #"* LIST () "/" "a" ("CHILDINFO" ("SUBSCRIBED"))"#
            ),
            (#"* LIST () "/" a (OLDNAME (Secret))"#, #"* LIST () "/" "a""#),
            (#"* LSUB () "." a.b"#, #"* LSUB () "." "a.b""#),
            (
                #"* NAMESPACE (("" "/")("Mine/" "/" "TRANSLATION" ("Secret"))) NIL (("Public/" NIL))"#,
                #"* NAMESPACE (("" "/")("Mine/" "/")) NIL (("Public/" NIL))"#
            ),
            (
                #"* STATUS "a b" (MESSAGES 2 X-GUID (a "b") UIDNEXT 5 HIGHESTMODSEQ 9007199254740993)"#,
                #"* STATUS "a b" (MESSAGES 2 UIDNEXT 5 HIGHESTMODSEQ 9007199254740993)"#
            ),
            (#"* STATUS a ()"#, #"* STATUS "a" ()"#),
            (#"* FLAGS (\Seen \Recent \Odd $Junk a)"#, #"* FLAGS (\Seen \Recent $Junk a)"#),
            ("* FLAGS ()", "* FLAGS ()"),
            ("* 0 EXISTS", "* 0 EXISTS"), ("* 3 recent", "* 3 RECENT"),
            ("* 4 EXPUNGE", "* 4 EXPUNGE"),
            ("* ENABLED CONDSTORE X-ODD QRESYNC", "* ENABLED CONDSTORE QRESYNC"),
            ("* CAPABILITY IDLE imap4REV1 AUTH=X ", "* CAPABILITY IMAP4rev1 IDLE"),
            ("* OK [UIDVALIDITY 7] secret.host", "* OK [UIDVALIDITY 7] Noted"),
            (
                #"* OK [PERMANENTFLAGS (\Deleted $a \*)] x"#,
                #"* OK [PERMANENTFLAGS (\Deleted $a \*)] Noted"#
            ),
            ("* OK [COPYUID 7 3:5,9 1:4] x", "* OK [COPYUID 7 3:5,9 1:4] Noted"),
            ("* OK [X-ODD [nested] x] y", "* OK Noted"),
            (
                "* BYE [REFERRAL imap://u@other/] gone",
                "* BYE Mail server is closing the connection"
            ),
        ]
    )
    func encodes(line: String, expected: String) throws {
        #expect(try relayed(line) == expected + "\r\n")
    }

    @Test(
        "relays nothing of what is not a client's",
        arguments: [
            "* ID (\"name\" \"Dovecot\" \"host\" \"mail.internal\")",
            "* JMAPACCESS \"https://x\"", "* X-ODD (anything \"at all",
            "+ OK", "+", "g5 OK Done", "* METADATA Secret /shared/comment",
        ]
    )
    func dropsUntagged(line: String) throws { #expect(try relayed(line).isEmpty) }

    @Test(
        "knows the codes that are words",
        arguments: BareCode.allCases
    )
    func knows(bare: BareCode) throws {
        let word = "\(bare.spelling)"
        #expect(try code("[\(word)]") == .bare(bare))
        #expect(try code("[\(word.lowercased())]") == .bare(bare))
        #expect(try code("[\(word) (some \"arguments\")]") == .bare(bare))
    }

    @Test func knowsTheCodesThatCarryNumbers() throws {
        let set = MessageSet([MessageRange(3, 5), MessageRange(9, 9)])
        #expect(try code("[UIDNEXT 4392]") == .uidNext(4392))
        #expect(try code("[UNSEEN 12]") == .unseen(12))
        #expect(try code("[HIGHESTMODSEQ 715194045007]") == .highestModSeq(715_194_045_007))
        #expect(try code("[MODIFIED 3:5,9]") == .modified(set))
        #expect(try code("[APPENDUID 7 3:5,9]") == .appendUID(validity: 7, uids: set))
        #expect(
            try code("[COPYUID 7 9 3:5,9]")
                == .copyUID(validity: 7, source: MessageSet([MessageRange(9, 9)]), target: set)
        )
    }

    @Test func knowsTheCodesOfNewerExtensions() throws {
        #expect(try code("[MAILBOXID (F-2_x)]") == .mailboxID(ShortBytes("F-2_x")))
        #expect(try code("[MESSAGELIMIT 1000]") == .messageLimit(1000, lastUID: nil))
        #expect(try code("[MESSAGELIMIT 1000 23221]") == .messageLimit(1000, lastUID: 23221))
        let half = CommandProgress(tag: 12, done: 454, goal: 1000)
        #expect(try code("[INPROGRESS (\"g12\" 454 1000)]") == .inProgress(half))
        let unknown = CommandProgress(tag: nil)
        #expect(try code("[INPROGRESS (NIL NIL NIL)]") == .inProgress(unknown))
    }

    @Test(
        "takes a code away that it does not know or cannot read",
        arguments: [
            "[X-ODD]", "[UIDNEXT 0]", "[UNSEEN]", "[UIDVALIDITY 4294967296]", "[APPENDUID 1]",
            "[COPYUID 1 2:* 3]", "[URLMECH INTERNAL]", "[HIGHESTMODSEQ 9223372036854775808]",
            "[PERMANENTFLAGS \\Seen]", "[METADATA LONGENTRIES 5]", "[INPROGRESS (\"g1\" NIL 2)]",
            "[INPROGRESS (\"c1\" 1 2)]", "[MESSAGELIMIT 0]", "[MAILBOXID (a b)]",
            "[UNDEFINED-FILTER x]",
        ]
    )
    func takesAway(text: String) throws { #expect(try code(text) == .unknown) }

    @Test func neverFollowsAReferral() throws {
        #expect(try code("[REFERRAL imap://bob@elsewhere/]") == .referral)
        var client = Buffer()
        ResponseCode.referral.encode(into: &client)
        #expect(client.isEmpty)
    }

    @Test func readsTagsAndStates() throws {
        func parsed(_ line: String) throws -> Response {
            try ResponseParser.parse(Array(line.utf8).span)
        }
        #expect(try parsed("g12 OK") == .tagged(tag: 12, .ok, code: nil))
        #expect(try parsed("g12 bad Error in IMAP command") == .tagged(tag: 12, .bad, code: nil))
        #expect(try parsed("* PREAUTH hello") == .status(.preauth, code: nil))
        #expect(try parsed("* VANISHED (EARLIER) 1:3") == .vanished(isEarlier: true))
        #expect(try parsed("* ESEARCH (TAG \"g12\") UID ALL 1:3") == .esearch(tag: 12))
        #expect(throws: ResponseError.unknownTag) { try parsed("a1 OK Done") }
        #expect(throws: ResponseError.unknownTag) { try parsed("g1") }
    }

    @Test(
        "copies lists of numbers",
        arguments: [
            ("* SEARCH", "* SEARCH"), ("* SEARCH ", "* SEARCH"), ("* search 2 1 ", "* SEARCH 2 1"),
            ("* SEARCH 2 1 (modseq 917)", "* SEARCH 2 1 (MODSEQ 917)"),
            ("* SORT 3 1 2", "* SORT 3 1 2"), ("* VANISHED 1:3,7", "* VANISHED 1:3,7"),
            ("* VANISHED (EARLIER) 41,43:116", "* VANISHED (EARLIER) 41,43:116"),
            (
                "* ESEARCH (TAG \"g9\") UID MIN 1 MAX 9 COUNT 0 ALL 1:3,9 X-ODD (1 2) MODSEQ 5",
                "* ESEARCH (TAG \"c1\") UID MIN 1 MAX 9 COUNT 0 ALL 1:3,9 MODSEQ 5"
            ),
            ("* ESEARCH COUNT 5", "* ESEARCH (TAG \"c1\") COUNT 5"),
        ]
    )
    func copies(line: String, expected: String) throws {
        var client = Buffer()
        try NumberTranscoder.transcode(
            Array(line.utf8).span,
            clientTag: Tag("c1"),
            into: &client
        )
        #expect(client.text == expected + "\r\n")
    }

    @Test func tellsTheLimitsThatABackendHas() throws {
        let line = "* CAPABILITY SAVELIMIT=500 X MESSAGELIMIT=1000 MESSAGELIMIT= SAVELIMIT=0"
        #expect(try relayed(line) == "* CAPABILITY MESSAGELIMIT=1000 SAVELIMIT=500\r\n")
        #expect(try relayed("* CAPABILITY MESSAGELIMIT=").contains("LIMIT") == false)
    }

    @Test func listsCapabilitiesInAFixedOrder() {
        var buffer = Buffer()
        CapabilitySet([.idle, .imap4rev1, .literalMinus]).append(after: "X", to: &buffer)
        #expect(buffer.text == "X IMAP4rev1 LITERAL- IDLE")
        #expect(CapabilitySet(Capability.allCases).contains(.metadata))
        #expect(Capability.allCases.count <= 128)
    }
}
