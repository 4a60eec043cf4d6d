// One name, one spelling: the attacks on mailbox names that policy must not see through.
import IMAP
import Testing

@Suite struct MailboxNameTests {
    private let slash = MailboxNaming(delimiter: UInt8(ascii: "/"))

    private func refusal(of octets: [UInt8], _ naming: MailboxNaming) -> MailboxNameError? {
        do {
            _ = try naming.decode(octets)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "decodes and encodes again",
        arguments: [
            ("INBOX", "INBOX", "INBOX"), ("inbox", "INBOX", "INBOX"),
            ("iNbOx/child", "INBOX/child", "INBOX/child"), ("a/inbox", "a/inbox", "a/inbox"),
            ("&AOk-", "\u{e9}", "&AOk-"), ("a&-b", "a&b", "a&-b"), ("&-&-", "&&", "&-&-"),
            ("&U,BTFw-", "\u{53f0}\u{5317}", "&U,BTFw-"), ("&2D3eAA-", "\u{1F600}", "&2D3eAA-"),
            ("Archive/2019", "Archive/2019", "Archive/2019"), ("NIL", "NIL", "NIL"),
        ]
    )
    func decodes(octets: String, canonical: String, again: String) throws {
        let name = try slash.decode(Array(octets.utf8))
        #expect(name.description == canonical)
        #expect(slash.encode(name) == Array(again.utf8))
    }

    @Test(
        "refuses what another server would read differently",
        arguments: [
            ("", .empty), ("&AOl-", .notCanonicalUTF7), ("&AOk", .notCanonicalUTF7),
            ("&AGE-", .notCanonicalUTF7), ("&AOk-&AOk-", .notCanonicalUTF7),
            ("&AC8-", .notCanonicalUTF7), ("&2D0-", .notCanonicalUTF7),
            ("&3gDYPQ-", .notCanonicalUTF7),
            ("&AAA-", .controlCharacter), ("&AA0-", .controlCharacter), ("&IAs-", .formatCharacter),
            ("&IC4-", .formatCharacter), ("&ICg-", .controlCharacter), ("e&AwE-", .notNormalized),
            ("&ISs-", .notNormalized), ("a\u{1}", .controlCharacter), ("\u{e9}", .eightBit),
            ("a//b", .emptyLevel), ("/a", .leadingCharacter), ("a/", .emptyLevel),
            ("a/../b", .dotLevel), ("./a", .dotLevel), ("~ann", .leadingCharacter),
            ("\\Sent", .leadingCharacter), ("#news", .leadingCharacter),
            ("{h}x", .leadingCharacter),
            ("!x", .leadingCharacter), ("a%", .wildcard), ("a*b", .wildcard),
            ("&!!!-", .notCanonicalUTF7), ("&AOkA6Q", .notCanonicalUTF7),
            ("a\r\nb", .controlCharacter),
        ] as [(String, MailboxNameError)]
    )
    func refuses(octets: String, error: MailboxNameError) {
        #expect(refusal(of: Array(octets.utf8), slash) == error)
    }

    @Test func speaksTheBackendsDelimiter() throws {
        let dot = MailboxNaming(delimiter: UInt8(ascii: "."))
        let name = try dot.decode(Array("inbox.a.b".utf8))
        #expect(name.description == "INBOX/a/b")
        #expect(dot.encode(name) == Array("INBOX.a.b".utf8))
        #expect(refusal(of: Array("a/b".utf8), dot) == .foreignDelimiter)
        let flat = MailboxNaming(delimiter: nil)
        #expect(try flat.decode(Array("a.b".utf8)).description == "a.b")
        #expect(refusal(of: Array("a/b".utf8), flat) == .foreignDelimiter)
    }

    @Test func dropsOneTrailingDelimiterWhereAllowed() throws {
        let name = try slash.decode(Array("a/".utf8), allowsTrailingDelimiter: true)
        #expect(name.description == "a")
        #expect(throws: MailboxNameError.emptyLevel) {
            try slash.decode(Array("a//".utf8), allowsTrailingDelimiter: true)
        }
    }

    @Test func boundsItsLength() {
        #expect(refusal(of: [UInt8](repeating: 0x61, count: 1000), slash) == nil)
        #expect(refusal(of: [UInt8](repeating: 0x61, count: 1001), slash) == .tooLong)
    }

    @Test(
        "joins reference and pattern",
        arguments: [
            ("", "*", "*"), ("a/", "%", "a/%"), ("", "a***b%%%", "a*b%"), ("", "%*%*x", "*x"),
            ("", "&AOk-*", "&AOk-*"), ("x", "", ""),
        ]
    )
    func joins(reference: String, pattern: String, octets: String) throws {
        let joined = try MailboxPattern(
            reference: Array(reference.utf8),
            pattern: Array(pattern.utf8),
            naming: slash
        )
        #expect(String(decoding: joined.octets, as: UTF8.self) == octets)
        #expect(joined.isDelimiterQuery == octets.isEmpty)
    }

    @Test(
        "refuses patterns that leave the tree",
        arguments: [
            ("", "~ann/*", .leadingCharacter), ("../", "*", .dotLevel), ("", "a/../*", .dotLevel),
            ("#news.", "*", .leadingCharacter), ("", "&ACo-", .notCanonicalUTF7),
            ("&AO", "k-*", .notCanonicalUTF7), ("", String(repeating: "a", count: 257), .tooLong),
        ] as [(String, String, MailboxNameError)]
    )
    func refusesPattern(reference: String, pattern: String, error: MailboxNameError) {
        #expect(throws: error) {
            try MailboxPattern(
                reference: Array(reference.utf8),
                pattern: Array(pattern.utf8),
                naming: slash
            )
        }
    }
}
