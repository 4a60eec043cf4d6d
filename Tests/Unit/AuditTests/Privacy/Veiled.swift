// Records with everything in them, and what veils and reveals them.
import Audit
import Bytes
import Chance
import Foundation
import Testing

/// A veil with keys in memory: one for each user who is logged in, one for all others.
final class Veiled {
    let cipher: FieldCipher
    private var veil: RecordVeil
    private(set) var keys: [FieldKey.Subject: FieldKey] = [:]

    init(_ rules: PrivacyRules) throws {
        cipher = try #require(FieldCipher())
        veil = RecordVeil(rules, cipher)
        if rules.uses(.hmac) {
            keys[.pseudonyms] = FieldKey(for: .pseudonyms, in: "2026-03")
        }
    }

    func key(for subject: RecordSubject) -> FieldKey? {
        let owner: FieldKey.Subject =
            switch subject {
            case .person(let name): .person(name)
            case .tried(let name) where keys[.person(name)] != nil: .person(name)
            case .tried, .nobody: .common
            }
        if let key = keys[owner] { return key }
        let key = FieldKey(for: owner, in: "2026-03")
        keys[owner] = key
        return key
    }

    /// What may be written of a record's members.
    func callAsFunction(_ record: String) throws -> String {
        var out = Buffer()
        try veil.veil(Array(record.utf8).span, pseudonyms: keys[.pseudonyms], into: &out) {
            key(for: $0)
        }
        return out.text
    }

    /// The line of veiled members, as a holder of all keys but some sees it.
    func revealed(_ members: String, without lost: Set<FieldKey.Subject> = []) -> String {
        let kept = keys.filter { !lost.contains($0.key) }.map { ($0.value.id, $0.value) }
        let reveal = RecordReveal(cipher, keys: Dictionary(uniqueKeysWithValues: kept))
        return String(decoding: reveal.line(Array("{\"seq\":7,\(members)}".utf8)), as: UTF8.self)
    }
}

/// Rules that treat all classes alike, or some as said.
func rules(_ all: Treatment, _ others: [FieldClass: Treatment] = [:]) -> PrivacyRules {
    var rules = PrivacyRules()
    for fields in FieldClass.allCases { rules[fields] = others[fields] ?? all }
    return rules
}

/// The facts of a session of a user who is logged in.
func facts(user: String? = "ann", method: String? = "password") -> SessionFacts {
    var facts = SessionFacts()
    facts.session = "00000000000000a1"
    facts.listener = "imaps"
    facts.clientAddress = "2001:db8::1"
    facts.clientPort = 50_000
    facts.tlsVersion = "TLSv1.3"
    facts.serverName = "imap.example.org"
    facts.certificateFingerprint = String(repeating: "ab", count: 32)
    facts.certificateSubject = "CN=Ann \"A\" Example"
    facts.certificateIssuer = "CN=Mail clients"
    facts.certificateSerial = "0a"
    facts.login = Array("Ann".utf8) + [0xFF]
    facts.user = user
    facts.method = method
    facts.backend = "main"
    facts.backendUser = "postern"
    return facts
}

/// A record in which every field stands that any class has.
func fullRecord(
    _ facts: SessionFacts = facts(),
    event: Event = .copy,
    arguments: String = "1:3 +FLAGS (\\Seen)"
) -> String {
    var record = Record(event, .decision, verdict: .allow, session: facts.encoded)
    record.sequence = 3
    record.tag = ShortBytes("a3")
    record.verb = "UID COPY"
    record.mailbox = mailbox("Archive/Umlaut \u{FC}")
    record.destination = mailbox("Shared/ann")
    record.arguments = ShortBytes(arguments)
    record.messages = 2
    record.content = MessageContent.envelope
    record.messageIDs = Array("<1@x>\n<\"2\"@y>\n".utf8)
    record.filed = [
        Record.Filed(bytes: 5, digest: Array(repeating: 7, count: 32)),
        Record.Filed(bytes: 6, digest: nil),
    ]
    return encoded(record)
}

private func mailbox(_ name: String) -> Record.Mailbox {
    Record.Mailbox(
        raw: Array(name.utf8) + [0xFF],
        canonical: Array(name.utf8),
        needed: "rs",
        held: "r",
        missing: "s",
        rules: ["read-only"],
        because: ["for ever"]
    )
}

/// What can be read of members: without ciphertext and pseudonyms, in which any three letters may
/// stand by chance.
func visible(_ members: String) -> String {
    members.replacing(#/_(enc|hmac)":("[^"]*"|\[[^\]]*\])/#, with: "_")
        .replacing(#/"key":"[0-9a-f]{16}"/#, with: "")
}
