// The other names of one mailbox, and what they are judged by.
import Policy
import Testing

@Suite struct BackendNamesTests {
    private static func names(
        _ user: String = "ann.lee@example.org",
        personal: [String],
        others: [String],
        own: [String] = []
    ) -> BackendNames {
        BackendNames(
            user: user,
            personal: personal.map { Array($0.utf8) },
            others: others.map { Array($0.utf8) },
            own: NamePrefixes(own),
            virtual: VirtualMailboxes((try? Pattern("virtual/**")).map { [$0] } ?? [])
        )
    }

    private static let dovecot = names(personal: [""], others: ["Shared", "Public"])
    private static let cyrus = names(personal: ["INBOX"], others: ["user"])
    private static let alternative = names(
        "ann",
        personal: [""],
        others: ["Other", "Shared"],
        own: ["Alt Folders"]
    )

    @Test(
        "knows the detours to a mailbox",
        arguments: [
            (dovecot, "Secret", ["Secret"]),
            (dovecot, "INBOX/Secret", ["INBOX/Secret"]),
            (
                dovecot, "Shared/bob",
                [
                    "Shared/bob", "Shared/bob/INBOX", "Shared/bob@example.org",
                    "Shared/bob@example.org/INBOX",
                ]
            ),
            (
                dovecot, "Shared/bob@example.net/x",
                ["Shared/bob@example.net/x", "Shared/bob/x", "Shared/bob@example.org/x"]
            ),
            (dovecot, "Public", ["Public", "Public/INBOX"]),
            (
                dovecot, "Shared/ann.lee@example.org/Secret",
                ["Shared/ann.lee@example.org/Secret", "Shared/ann.lee/Secret", "Secret"]
            ),
            (
                dovecot, "shared/ANN.LEE/Secret",
                [
                    "shared/ANN.LEE/Secret", "Shared/ANN.LEE@example.org/Secret",
                    "Shared/ANN.LEE/Secret", "Secret",
                ]
            ),
            (cyrus, "INBOX", ["INBOX"]),
            (cyrus, "INBOX/INBOX", ["INBOX/INBOX", "INBOX"]),
            (cyrus, "INBOX/INBOX/a", ["INBOX/INBOX/a", "INBOX/a"]),
            (
                cyrus, "user/ann^lee/a",
                ["user/ann^lee/a", "user/ann^lee@example.org/a", "INBOX/a"]
            ),
            (names(personal: ["mail"], others: []), "mail/INBOX", ["mail/INBOX", "mail", "INBOX"]),
            (alternative, "Alt Folders", ["Alt Folders", "INBOX"]),
            (alternative, "alt folders/a/b", ["alt folders/a/b", "a/b"]),
            (
                alternative, "Shared/user/bob/a",
                ["Shared/user/bob/a", "Other/bob/a", "Shared/bob/a"]
            ),
            (
                alternative, "Shared/user/ann/a",
                ["Shared/user/ann/a", "Other/ann/a", "Shared/ann/a", "a"]
            ),
            (
                alternative, "example/org!user/ann/a",
                ["example/org!user/ann/a", "user/ann/a", "Other/ann/a", "Shared/ann/a", "a"]
            ),
            (alternative, "Wow!", ["Wow!"]),
            (BackendNames(), "user/ann/a", ["user/ann/a"]),
            (names(personal: [""], others: []), "Wow!Secret/a", ["Wow!Secret/a"]),
        ]
    )
    func spells(names: BackendNames, mailbox: String, spellings: [String]) {
        let found = names.spellings(of: Array(mailbox.utf8))
        #expect(found.first.map { String(decoding: $0, as: UTF8.self) } == mailbox)
        #expect(Set(found.map { String(decoding: $0, as: UTF8.self) }) == Set(spellings))
    }

    @Test("judges a detour under what it leads to, and names the rule")
    func judges() throws {
        let rules = try policy([rule("secret", ["Secret/**"], limit: .none)])
        let user = rules.policy(for: "ann.lee@example.org", names: Self.dovecot)
        let decision = user.decide(Array("Shared/ann.lee/Secret".utf8))
        #expect(decision.rights == .none)
        #expect(decision.rules(taking: .read) == ["secret"])
        #expect(user.decide(Array("Shared/bob/Secret".utf8)).rights == .full)
    }

    @Test("does not judge one's own mailboxes by a rule on all others'")
    func spares() throws {
        let rules = try policy([rule("shared", ["Shared/**"], limit: .read)])
        let user = rules.policy(for: "ann.lee@example.org", names: Self.dovecot)
        #expect(user.decide(Array("Drafts".utf8)).rights == .full)
        #expect(user.decide(Array("Shared/ann.lee/Drafts".utf8)).rights == .read)
    }

    @Test("closes virtual mailboxes to users whom a rule is about")
    func closes() throws {
        let rules = try policy([rule("sent", users: ["ann"], ["Sent"], limit: .read)])
        let ann = rules.policy(for: "ann", names: Self.dovecot)
        #expect(ann.decide(Array("Virtual/All".utf8)).rights == .none)
        let bob = rules.policy(for: "bob", names: Self.dovecot)
        #expect(bob.decide(Array("Virtual/All".utf8)).rights == .full)
    }

    @Test("comes to an end on names made of INBOX alone")
    func ends() {
        let name = Array(Array(repeating: "INBOX", count: 160).joined(separator: "/").utf8)
        #expect(Self.cyrus.spellings(of: name).count == 160)
    }
}
