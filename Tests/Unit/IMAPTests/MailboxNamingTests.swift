// Names in namespaces and in UTF-8: whatever comes in, one canonical form goes out.
import IMAP
import Testing

@Suite struct MailboxNamingTests {
    private static func naming(
        _ prefixes: [(String, Character?)],
        rules: MailboxNameRules = MailboxNameRules()
    ) -> MailboxNaming {
        let namespaces = Namespaces(
            personal: prefixes.map {
                Namespaces.Namespace(prefix: Array($0.0.utf8), delimiter: $0.1?.asciiValue)
            }
        )
        return MailboxNaming(namespaces, delimiter: UInt8(ascii: "."), rules: rules)
    }

    private static let mixed = naming([
        ("INBOX.", "."), ("user.", "."), ("#shared/", "/"), ("#flat", nil), ("~", "/"),
        ("deep/er/", "/"), ("deep/", "/"),
    ])

    private static func refusal(of name: String, _ naming: MailboxNaming) -> MailboxNameError? {
        do {
            _ = try naming.decode(Array(name.utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "puts a slash between levels in every namespace, and the delimiter back",
        arguments: [
            ("INBOX.a.b", "INBOX/a/b"), ("inbox.a", "INBOX/a"), ("Inbox", "INBOX"),
            ("user.bob.a", "user/bob/a"), ("user", "user"), ("#shared/a.b/c", "#shared/a.b/c"),
            ("#shared", "#shared"), ("#flat.a", "#flat.a"), ("~bob/a.b", "~bob/a.b"),
            ("other.a", "other/a"), ("inboxes.a", "inboxes/a"), ("deep/er/a", "deep/er/a"),
        ]
    )
    func converts(name: String, canonical: String) throws {
        let decoded = try Self.mixed.decode(Array(name.utf8))
        #expect(decoded.description == canonical)
        let again = Self.mixed.encode(decoded)
        #expect(try Self.mixed.decode(again) == decoded)
        #expect(String(decoding: again, as: UTF8.self).lowercased() == name.lowercased())
    }

    @Test(
        "refuses another namespace's delimiter and another server's places",
        arguments: [
            ("INBOX.a/b", .foreignDelimiter), ("#flat/a", .foreignDelimiter),
            ("other/a", .foreignDelimiter), ("#news.a", .leadingCharacter),
            ("/a", .leadingCharacter), ("\\Sent", .leadingCharacter), ("user..a", .emptyLevel),
            ("#shared//a", .emptyLevel), ("~bob/../a", .dotLevel), ("INBOX.", .emptyLevel),
            ("a^b", .foreignDelimiter),
        ] as [(String, MailboxNameError)]
    )
    func refuses(name: String, error: MailboxNameError) {
        #expect(Self.refusal(of: name, Self.mixed) == error)
    }

    @Test("refuses names of two namespaces that differ in the delimiter alone")
    func refusesTwins() throws {
        let twins = Self.naming([("a.", "."), ("a/", "/")])
        let spellings = ["a.x", "a/x"].map { Self.refusal(of: $0, twins) }
        #expect(spellings.filter { $0 == nil }.count == 1)
        #expect(spellings.contains(.foreignDelimiter))
    }

    @Test("transcodes between a client in UTF-8 and a backend in modified UTF-7")
    func transcodes() throws {
        var incoming = Self.mixed
        incoming.reading = .utf8
        var outgoing = Self.mixed
        outgoing.writing = .utf8
        for (utf8, utf7) in [("INBOX.Été", "INBOX.&AMk-t&AOk-"), ("AT&T", "AT&-T"), ("台", "&U,A-")]
        {
            let name = try incoming.decode(Array(utf8.utf8))
            #expect(incoming.encode(name) == Array(utf7.utf8))
            #expect(try outgoing.decode(Array(utf7.utf8)) == name)
            #expect(outgoing.encode(name) == Array(utf8.utf8))
        }
        #expect(throws: MailboxNameError.notUTF8) { try incoming.decode([0xC0, 0xAF]) }
        #expect(throws: MailboxNameError.notUTF8) { try incoming.decode([0xED, 0xA0, 0x80]) }
        let name = try incoming.decode(Array("&AOk-".utf8))
        #expect(name.description == "&AOk-")
    }

    @Test("takes joiners and maps to form C where the backend's rules say so")
    func followsRules() throws {
        var rules = MailboxNameRules()
        rules.normalization = .map
        rules.allowsFormatCharacters = true
        var lenient = Self.naming([], rules: rules)
        lenient.reading = .utf8
        #expect(try lenient.decode(Array("e\u{301}".utf8)).description == "\u{e9}")
        #expect(Self.refusal(of: "\u{1F468}\u{200D}\u{1F469}", lenient) == nil)
        #expect(Self.refusal(of: "\u{202E}x", lenient) == .formatCharacter)
    }

    /// Every text of hostile pieces is refused, or has exactly one spelling.
    @Test("has one spelling for every name", arguments: [MailboxEncoding.modifiedUTF7, .utf8])
    func isUnambiguous(encoding: MailboxEncoding) {
        let pieces = [
            "a", "é", "e\u{301}", "&", "&-", "&AOk-", "&AOl-", ".", "/", "\\", "~", "#", "INBOX",
            "inbox", "user.", "#shared/", "\u{200D}", "\u{FEFF}", "%", "\u{0}", "\u{7F}", " ", "K",
            "台", "\u{1F600}", "^", "..",
        ]
        var naming = Self.mixed
        naming.reading = encoding
        naming.writing = encoding
        for first in pieces {
            for second in pieces {
                for third in pieces {
                    let octets = Array((first + second + third).utf8)
                    guard let name = try? naming.decode(octets) else { continue }
                    let written = naming.encode(name)
                    #expect((try? naming.decode(written)) == name)
                    let isSame = written == octets || isCaseOfInbox(octets, written)
                    #expect(isSame, "\(first + second + third) and \(name)")
                }
            }
        }
    }

    private func isCaseOfInbox(_ octets: [UInt8], _ written: [UInt8]) -> Bool {
        written.starts(with: "INBOX".utf8) && octets.count == written.count
            && octets.dropFirst(5) == written.dropFirst(5)
    }
}
