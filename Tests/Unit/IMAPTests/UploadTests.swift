// APPEND and REPLACE behind a message's bytes, and the URLs of CATENATE.
import Bytes
import IMAP
import Testing

@Suite struct UploadTests {
    /// What follows a literal, in the form that the backend gets.
    private func canonical(_ rest: String, behind upload: String) throws -> String {
        let tagged = try parse("a " + upload)
        let bytes = Array(rest.utf8)
        let next = try CommandParser.parse(bytes.span, of: tagged)
        return String(decoding: encoded(next.command, literals: .synchronizing), as: UTF8.self)
    }

    @Test(
        "goes on behind a message",
        arguments: [
            ("append x {5}\r\n", "", "\r\n"),
            ("append x {5}\r\n", " (\\seen) {3}\r\n", " (\\Seen) {3}\r\n"),
            ("append x {5}\r\n", " catenate (url a)", " CATENATE (URL \"a\")\r\n"),
            ("append x utf8 (~{5}\r\n", ")", ")\r\n"),
            ("append x utf8 (~{5}\r\n", ") ~{2}\r\n", ") ~{2}\r\n"),
            ("append x catenate (text {5}\r\n", ")", ")\r\n"),
            ("append x catenate (text {5}\r\n", " url a text {2}\r\n", " URL \"a\" TEXT {2}\r\n"),
            ("replace 1 x catenate (text {5}\r\n", " url a)", " URL \"a\")\r\n"),
            ("replace 1 x {5}\r\n", "", "\r\n"),
        ]
    )
    func goesOn(upload: String, rest: String, written: String) throws {
        #expect(try canonical(rest, behind: upload) == written)
    }

    @Test(
        "takes nothing else behind a message",
        arguments: [
            ("append x {5}\r\n", " "), ("append x {5}\r\n", "  {3}\r\n"),
            ("append x {5}\r\n", ")"), ("append x {5}\r\n", "{3}\r\n"),
            ("append x {5}\r\n", " NOOP"), ("append x utf8 (~{5}\r\n", ""),
            ("append x utf8 (~{5}\r\n", " ~{5}\r\n"), ("append x catenate (text {5}\r\n", ""),
            ("append x catenate (text {5}\r\n", "url a)"),
            ("append x catenate (text {5}\r\n", ")) "), ("replace 1 x {5}\r\n", " {5}\r\n"),
            ("replace 1 x catenate (text {5}\r\n", ") {5}\r\n"),
        ]
    )
    func refuses(upload: String, rest: String) throws {
        #expect(throws: ParseFailure.self) { try canonical(rest, behind: upload) }
    }

    // MARK: URLs

    /// The URL in canonical form, its mailbox's path as it was read; nil for a refused one.
    private func canonical(url text: String) -> String? {
        let bytes = Array(text.utf8)
        guard let url = MessageURL(bytes.span) else { return nil }
        let path = url.mailbox ?? Array("selected".utf8)
        return String(decoding: url.encoded(path: path), as: UTF8.self)
    }

    @Test(
        "reads a message's URL",
        arguments: [
            ("/a;UIDVALIDITY=7/;UID=20", "/a;UIDVALIDITY=7/;UID=20"),
            (
                "/a;uidvalidity=7/;uid=20/;section=1.mime",
                "/a;UIDVALIDITY=7/;UID=20/;SECTION=1.mime"
            ),
            ("/a/b/;UID=20/;PARTIAL=0.1024", "/a/b/;UID=20/;PARTIAL=0.1024"),
            ("/a/;UID=20/;SECTION=HEADER/;PARTIAL=5", "/a/;UID=20/;SECTION=HEADER/;PARTIAL=5"),
            (";UID=20/;SECTION=TEXT", "/selected/;UID=20/;SECTION=TEXT"),
            ("/%41%c3%a9%20+b/;UID=20", "/A%C3%A9%20%2Bb/;UID=20"),
            (
                "/a/;UID=1/;SECTION=HEADER.FIELDS%20(From%20%22To%22)",
                "/a/;UID=1/;SECTION=HEADER.FIELDS%20%28From%20%22To%22%29"
            ),
        ]
    )
    func reads(url: String, written: String) {
        #expect(canonical(url: url) == written)
    }

    @Test(
        "takes no URL that could mean something else",
        arguments: [
            "", "/", "/a", "/;UID=1", "/a;UID=1", "a/;UID=1", "//host/a/;UID=1",
            "imap://host/a/;UID=1", "imap://ann@host/a/;UID=1", "/a/;UID=0", "/a/;UID=01",
            "/a/;UID=4294967296", "/a/;UID=1;URLAUTH=anonymous", "/a/;UID=1/;URLAUTH=anonymous",
            "/a/;UID=1;EXPIRE=2030-01-01T00:00:00Z", "/a/;UID=1/;SECTION=", "/a/;UID=1/",
            "/a/;UID=1/;SECTION=X", "/a/;UID=1/;SECTION=1%00", "/a/;UID=1/;SECTION=1]",
            "/a/;UID=1/;SECTION=1%5D%20RFC822", "/a/;UID=1/;PARTIAL=1.0", "/a/;UID=1/;PARTIAL=",
            "/a/;UID=1/;SECTION=1/", "/a/;UID=1//;SECTION=1", "/a%2/;UID=1", "/a%zz/;UID=1",
            "/a b/;UID=1", "/a?SUBJECT%20x", "/a;UIDVALIDITY=0/;UID=1", "/a;UIDVALIDITY=1;UID=1",
            "/a/;UIDVALIDITY=1/;UID=1/x", "/a\"/;UID=1", "/\u{E9}/;UID=1", ";UID=1 ", "/a/;UID=1,2",
        ]
    )
    func refuses(url: String) {
        #expect(canonical(url: url) == nil)
    }

    @Test func findsTheCanonicalNameInAURL() throws {
        let naming = MailboxNaming(delimiter: UInt8(ascii: "."))
        let name = try naming.decode(path: Array("inbox.\u{E9}&-".utf8))
        #expect(name.description == "INBOX/\u{E9}&-")
        #expect(String(decoding: naming.path(of: name), as: UTF8.self) == "INBOX.\u{E9}&-")
        for path in [[0xFF], Array("a/b".utf8), Array("../a".utf8), [0x61, 0]] as [[UInt8]] {
            #expect(throws: MailboxNameError.self) { try naming.decode(path: path) }
        }
    }
}
