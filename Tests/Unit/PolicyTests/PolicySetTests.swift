// Who may do what: users, groups, exceptions, and the reasons for a refusal.
import Policy
import Testing

@Suite struct PolicySetTests {
    @Test("leaves everything but administration where no rule applies")
    func free() throws {
        #expect(PolicySet().letters("ann", "INBOX") == "lrswipkxte")
        let all = policy([try rule("r", ["**"], limit: .all)])
        #expect(all.letters("ann", "INBOX") == "lrswipkxte")
    }

    @Test(
        "applies to those it names and not to those it spares",
        arguments: [
            ("ann", "lr"), ("bob", "lrswipkxte"), ("carl", "lrswipkxte"), ("dora", "lr"),
            ("eve@example.org", "lr"), ("eve@example.com", "lrswipkxte"),
        ]
    )
    func audience(_ user: String, _ letters: String) throws {
        let set = policy(
            [
                try rule(
                    "r",
                    users: ["ann", "*@example.org"],
                    groups: ["staff", "unknown"],
                    exceptUsers: ["bob"],
                    exceptGroups: ["chiefs"],
                    ["**"],
                    limit: [.lookup, .read]
                )
            ],
            groups: ["staff": ["bob", "carl", "dora"], "chiefs": ["carl"]]
        )
        #expect(set.letters(user, "INBOX") == letters)
    }

    @Test(
        "spares the exact spelling of an excepted mailbox only",
        arguments: [("Secret/Menu", false), ("secret/menu", true), ("Secret/MENU", true)]
    )
    func exceptMailbox(_ name: String, _ isTaken: Bool) throws {
        let set = policy([try rule("r", ["Secret/**"], except: ["Secret/Menu"], limit: .none)])
        #expect(set.letters("ann", name).isEmpty == isTaken)
    }

    @Test("names the rules that took a right, in the policy's order, and no other")
    func reasons() throws {
        let set = policy([
            try rule("no-write", ["**"], limit: Rights.full.subtracting([.write, .seen])),
            try rule("elsewhere", ["Other"], limit: .none),
            try rule("others", users: ["bob"], ["**"], limit: .none),
            try rule("read-only", ["Archive/**"], limit: [.lookup, .read]),
        ])
        let decision = set.policy(for: "ann").decide(Array("Archive/2019".utf8))
        #expect(decision.rights.letters == "lr")
        #expect(decision.rules(taking: .write) == ["no-write", "read-only"])
        #expect(decision.rules(taking: [.seen, .expunge]) == ["no-write", "read-only"])
        #expect(decision.rules(taking: .expunge) == ["read-only"])
        #expect(decision.rules(taking: .read).isEmpty)
    }

    @Test("hides mailboxes only where a rule for the user takes the right to see them")
    func hides() throws {
        let set = policy([
            try rule("r", users: ["ann"], ["Secret/**"], limit: .none),
            try rule("s", ["Archive/**"], limit: .lookup),
        ])
        #expect(set.policy(for: "ann").hidesMailboxes)
        #expect(!set.policy(for: "bob").hidesMailboxes)
    }

    @Test("has the same canonical form however its lists are ordered, and another for another text")
    func canonicalForm() throws {
        let one = try rule("a", users: ["ann", "bob"], ["x", "y"], limit: .none)
        let same = try rule("a", users: ["bob", "ann"], ["y", "x"], limit: .none)
        let two = try rule("b", ["z"], limit: .read)
        let form = PolicySet.canonicalForm(of: [one, two], groups: [:])
        #expect(PolicySet.canonicalForm(of: [two, same], groups: [:]) == form)
        #expect(PolicySet.canonicalForm(of: [one], groups: [:]) != form)
        #expect(PolicySet.canonicalForm(of: [one, two], groups: ["g": Members()]) != form)
    }
}
