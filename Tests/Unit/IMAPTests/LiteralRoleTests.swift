// What the session is told at a literal's marker, before it answers.
import Bytes
import IMAP
import Testing

@Suite struct LiteralRoleTests {
    @Test(
        "collects arguments",
        arguments: [
            "a LOGIN {3}\r\n", "a LOGIN ann {3+}\r\n", "a SELECT {0}\r\n", "a APPEND {3}\r\n",
            "a SEARCH TEXT {9}\r\n", "a ID (\"name\" {3}\r\n", "a LIST \"\" (a {3}\r\n",
            "a FETCH 1 BODY[HEADER.FIELDS (a {3}\r\n",
        ]
    )
    func collects(partial: String) throws {
        #expect(try role(of: partial) == .argument)
    }

    @Test(
        "refuses what no literal can mend",
        arguments: [
            ("a FROBNICATE {3}\r\n", "unknown or disabled command"),
            ("a LOGIN a b {3}\r\n", "expected end of line at byte 11"),
            ("a SELECT {1025}\r\n", "string too long at byte 9"),
            ("a SELECT ~{3}\r\n", "expected end of line at byte 10"),
            ("a SELECT x{3}\r\n", "expected end of line at byte 10"),
            ("a APPEND x (\\Recent) {3}\r\n", "expected flag at byte 12"),
            ("a NOOP {3}\r\n", "expected end of line at byte 6"),
            ("a SEARCH TEXT {262145}\r\n", "string too long at byte 14"),
            ("a FETCH 1 {3}\r\n", "expected supported keyword at byte 10"),
            ("+ SELECT {3}\r\n", "invalid tag"),
        ]
    )
    func refuses(partial: String, words: String) throws {
        guard case .malformed(let failure) = try role(of: partial) else {
            Issue.record("taken: \(partial)")
            return
        }
        #expect("\(failure)" == words)
    }

    @Test func streamsTheMessageOfAppend() throws {
        let message = LiteralHeader(size: 50_000_000, isLiteral8: true)
        let append = Append(
            mailbox: Array("box".utf8),
            parts: [.heading(FlagSet(system: [.seen]), nil), .literal(message)]
        )
        let wanted = TaggedCommand(tag: try #require(Tag("a")), command: .append(append))
        #expect(try role(of: "a APPEND box (\\Seen) ~{50000000}\r\n") == .message(wanted))
    }
}
