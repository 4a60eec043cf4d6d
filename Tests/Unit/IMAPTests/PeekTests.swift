// Reading without marking as read: what a FETCH becomes for one who may not set \Seen.
import Bytes
import IMAP
import Testing

@Suite struct PeekTests {
    private func fetch(_ items: String) throws -> Fetch {
        guard case .fetch(let fetch) = try parse("a FETCH 1 \(items)").command else {
            throw SyntaxError.expected(.command, at: 0)
        }
        return fetch
    }

    @Test(
        "peeks",
        arguments: [
            ("BODY[TEXT]<0.9>", "FETCH 1 (BODY.PEEK[TEXT]<0.9>)", []),
            ("(UID RFC822)", "FETCH 1 (UID BODY.PEEK[])", .rfc822),
            ("RFC822.TEXT", "FETCH 1 (BODY.PEEK[TEXT])", .rfc822Text),
            ("(RFC822.HEADER BODY BODY.PEEK[1])", "FETCH 1 (RFC822.HEADER BODY BODY.PEEK[1])", []),
            ("(BODY[] BODY.PEEK[])", "FETCH 1 (BODY.PEEK[])", []),
            ("BINARY[1.2]<0.9>", "FETCH 1 (BINARY.PEEK[1.2]<0.9>)", []),
            ("(BINARY[] BINARY.PEEK[] BODY[])", "FETCH 1 (BINARY.PEEK[] BODY.PEEK[])", []),
            ("(BINARY.SIZE[1] PREVIEW)", "FETCH 1 (BINARY.SIZE[1] PREVIEW)", []),
        ] as [(String, String, Fetch.Renames)]
    )
    func peeks(items: String, written: String, renames: Fetch.Renames) throws {
        var fetch = try fetch(items)
        #expect(fetch.peekOnly() == renames)
        #expect(!fetch.setsSeen)
        let line = String(decoding: encoded(.fetch(fetch)), as: UTF8.self)
        #expect(line == "g7 \(written)\r\n")
    }

    @Test(
        "refuses one text under two names",
        arguments: ["(RFC822 BODY.PEEK[])", "(BODY[text] RFC822.TEXT)"]
    )
    func refusesTwoNames(items: String) throws {
        var fetch = try fetch(items)
        let before = fetch
        #expect(fetch.peekOnly() == nil)
        #expect(fetch == before)
    }

    @Test(
        "knows what marks as read",
        arguments: ["RFC822", "RFC822.TEXT", "BODY[]", "(UID BODY[1])", "BINARY[1]"]
    )
    func knowsWrites(items: String) throws {
        #expect(try fetch(items).setsSeen)
    }
}
