// What is no command, and why: the allow-lists and the exact grammar.
import Bytes
import IMAP
import Testing

@Suite struct RefusedCommandTests {
    @Test(
        "refuses a line without a tag",
        arguments: [
            "", "+ NOOP", "a+ NOOP", " a NOOP", "* OK", String(repeating: "a", count: 65) + " NOOP",
        ]
    )
    func refusesTag(text: String) {
        #expect(failure(of: text) == ParseFailure(tag: nil, reason: .invalidTag))
    }

    @Test(
        "refuses unknown verbs",
        arguments: [
            "a XLIST \"\" *", "a COMPRESS DEFLATE", "a UNAUTHENTICATE", "a SETACL x y z", "a NOOPE",
            "a NOOP~", "a uid noop", "a uid login x y", "a UID", "a ", "a \u{FB01}nd",
            "a SETMETADATA x",
            "a FINO", "a CHEC\u{212A}", "a UID EXPUNGE~ 1",
        ]
    )
    func refusesVerb(text: String) {
        let reason = failure(of: text)?.reason
        #expect(reason == .unknownCommand || reason == .syntax(.expected(.space, at: 5)))
    }

    @Test(
        "knows other protocols by their first word",
        arguments: [
            "GET / HTTP/1.1", "POST /x HTTP/1.1", "EHLO me", "CONNECT a:1 HTTP/1.1",
        ]
    )
    func knowsForeigners(text: String) {
        #expect(failure(of: text)?.reason == .foreignProtocol)
    }

    @Test func takesForeignWordsAsTags() throws {
        #expect(try parse("GET NOOP").tag.description == "GET")
    }

    @Test(
        "says what it expected and where",
        arguments: [
            ("a NOOP ", "expected end of line at byte 6"),
            ("a  NOOP", "unknown or disabled command"),
            ("a SELECT  box", "expected string at byte 9"),
            ("a SELECT\tbox", "unknown or disabled command"),
            ("a SELECT box ", "expected opening parenthesis at byte 13"),
            ("a SELECT bo%", "expected end of line at byte 11"),
            ("a SELECT bo\\x", "expected end of line at byte 11"),
            (#"a SELECT "a\bc""#, "expected escaped quote or backslash at byte 12"),
            (#"a SELECT "abc"#, "expected quote at byte 13"),
            ("a SELECT \"\u{e9}\"", "expected quote at byte 10"),
            ("a SELECT \u{e9}", "expected string at byte 9"),
            ("a SELECT ~{1}\r\nx", "expected end of line at byte 10"),
            ("a SELECT {3}\r\nabcdef", "expected end of line at byte 17"),
            ("a SELECT {05}\r\nabcde", "expected literal at byte 9"),
            ("a SELECT {2000}\r\nab", "string too long at byte 9"),
            ("a SELECT x (ANNOTATE)", "expected supported keyword at byte 12"),
            ("a SELECT x (CONDSTORE CONDSTORE)", "expected supported keyword at byte 22"),
            ("a SELECT x (QRESYNC (1 0))", "expected mod-sequence at byte 23"),
            ("a SELECT x (QRESYNC (1 1 1:*))", "expected message set at byte 27"),
            ("a FETCH 0 UID", "expected non-zero number at byte 8"),
            ("a FETCH 4294967296 UID", "expected non-zero number at byte 8"),
            ("a FETCH 1: UID", "expected message set at byte 10"),
            ("a FETCH 1:2:3 UID", "expected space at byte 11"),
            ("a FETCH 1,, UID", "expected message set at byte 10"),
            ("a FETCH 1,$ UID", "expected message set at byte 10"),
            ("a FETCH 1 ()", "expected supported keyword at byte 11"),
            ("a FETCH 1 (ALL)", "expected supported keyword at byte 11"),
            ("a FETCH 1 X-GM-LABELS", "expected supported keyword at byte 10"),
            ("a FETCH 1 (UID  FLAGS)", "expected supported keyword at byte 15"),
            ("a FETCH 1 BODY[1TEXT]", "expected section at byte 16"),
            ("a FETCH 1 BODY[0]", "expected non-zero number at byte 15"),
            ("a FETCH 1 BODY[1.]", "expected supported keyword at byte 17"),
            ("a FETCH 1 BODY[MIME]", "expected section at byte 15"),
            ("a FETCH 1 BODY[HEADER.FIELDS ()]", "expected string at byte 30"),
            ("a FETCH 1 BODY[TEXT]<5>", "expected partial range at byte 22"),
            ("a FETCH 1 BODY[TEXT]<0.0>", "expected non-zero number at byte 23"),
            (
                "a FETCH 1 UID (CHANGEDSINCE 9223372036854775808)",
                "expected mod-sequence at byte 28"
            ),
            ("a FETCH 1 UID (VANISHED)", "expected supported keyword at byte 23"),
            (#"a STORE 1 +FLAGS (\Recent)"#, "expected flag at byte 18"),
            (#"a STORE 1 +FLAGS (\Seenx)"#, "expected flag at byte 18"),
            ("a STORE 1 +FLAGS (a]b)", "expected closing parenthesis at byte 19"),
            ("a STORE 1 +X-GM-LABELS (a)", "expected supported keyword at byte 11"),
            ("a STORE 1 (X 5) FLAGS ()", "expected supported keyword at byte 11"),
            ("a SEARCH", "expected space at byte 8"),
            ("a SEARCH X-MAILBOX a", "expected supported keyword at byte 9"),
            ("a SEARCH SUBJECT {2}\r\né", "expected ASCII text at byte 17"),
            ("a SEARCH RETURN (UPDATE) ALL", "expected supported keyword at byte 17"),
            ("a SEARCH SINCE 31-Feb-2020", "expected date at byte 15"),
            ("a SEARCH (ALL", "expected closing parenthesis at byte 13"),
            ("a LIST (RECURSIVEMATCH) \"\" *", "expected supported keyword at byte 7"),
            ("a LIST (REMOTE) \"\" *", "expected supported keyword at byte 8"),
            ("a LIST \"\" * RETURN (MYRIGHTS)", "expected supported keyword at byte 20"),
            ("a LIST \"\" ()", "expected string at byte 11"),
            ("a STATUS x ()", "expected supported keyword at byte 12"),
            ("a STATUS x (X-GUID)", "expected supported keyword at byte 12"),
            ("a APPEND x CATENATE (TEXT {5}\r\n", "expected literal at byte 11"),
            (
                "a APPEND x \"32-Jan-2020 00:00:00 +0000\" {5}\r\n",
                "expected date and time at byte 11"
            ),
            ("a APPEND x {1}\r\nx", "expected end of line at byte 16"),
            ("a LOGIN ann pass word", "expected end of line at byte 16"),
            ("a LOGIN ann {2}\r\né", "expected ASCII text at byte 12"),
            ("a AUTHENTICATE PLAIN A=B", "expected end of line at byte 23"),
            ("a CREATE x (USE (\\Important))", "expected supported keyword at byte 18"),
            ("a RENAME a b partition", "expected end of line at byte 12"),
        ]
    )
    func saysWhere(text: String, words: String) {
        let failure = failure(of: text)
        #expect(failure.map { "\($0)" } == words)
        #expect(failure?.tag == Tag("a"))
    }

    @Test func boundsTheDepthOfSearches() throws {
        func nested(_ depth: Int) -> String {
            "a SEARCH " + String(repeating: "(", count: depth) + "ALL"
                + String(repeating: ")", count: depth)
        }
        _ = try parse(nested(31))
        #expect(failure(of: nested(32))?.reason == .syntax(.tooDeep(at: 41)))
        #expect(failure(of: "a SEARCH" + String(repeating: " NOT", count: 40_000)) != nil)
    }

    /// Each list with one element too many.
    static let longLists: [String] = {
        let pairs = Array(repeating: "\"a\" NIL", count: 31).joined(separator: " ")
        let patterns = Array(repeating: "a", count: 33).joined(separator: " ")
        let keys = Array(repeating: "ALL", count: 1025).joined(separator: " ")
        let keywords = (0...128).map { "k\($0)" }.joined(separator: " ")
        let items = (1...65).map { "BODY[\($0)]" }.joined(separator: " ")
        return [
            "a ID (\(pairs))", "a LIST \"\" (\(patterns))", "a SEARCH \(keys)",
            "a STORE 1 FLAGS (\(keywords))", "a FETCH 1 (\(items))", "a ENABLE \(patterns)",
        ]
    }()

    @Test("bounds every list", arguments: longLists)
    func boundsLists(text: String) {
        guard case .syntax(.tooMany) = failure(of: text)?.reason else {
            Issue.record("taken or refused for another reason")
            return
        }
    }

    @Test func neverRepeatsTheClientsBytes() {
        let failure = failure(of: "a LOGIN ann sec\\ret")
        #expect(failure.map { "\($0)".contains("sec") } == false)
    }
}
