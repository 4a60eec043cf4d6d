// The policy file: what it means, and what is said about a wrong one.
import Configuration
import Policy
import Testing

@Suite struct PolicyFileTests {
    @Test(
        "the sample keeps the archive unchanged and the plans secret",
        arguments: [
            ("ann", "Archive", "lr"), ("bob", "archive/2019", "lr"), ("ann", "Secret", ""),
            ("carl", "Secret/Plans", ""), ("bob", "Secret/Plans", "lrswipkxte"),
            ("ann", "INBOX", "lrswipkxte"), ("ann", "Secretary", "lrswipkxte"),
        ]
    )
    func sample(_ user: String, _ mailbox: String, _ letters: String) throws {
        let files = Files(policy: try Files.ofRepository("Policies/sample.yaml"))
        let decision = try files.load().policy.policy(for: user).decide(Array(mailbox.utf8))
        #expect(decision.rights.letters == letters)
    }

    @Test("keeps each rule's reason and place")
    func reason() throws {
        let files = Files(policy: try Files.ofRepository("Policies/sample.yaml"))
        let policy = try files.load().policy
        let decision = policy.policy(for: "ann").decide(Array("Archive/2019".utf8))
        let rule = try #require(decision.reasons(taking: .write).first)
        #expect(rule.id == "archive-is-read-only")
        #expect(rule.because == "records are kept unchanged for ten years")
        #expect(rule.position.description == "etc/policy.yaml:13:5")
    }

    @Test("has a revision that only its meaning changes")
    func revision() throws {
        let rule = "  - { id: a, who: everyone, mailboxes: [x, y], limit: deny }\n"
        let other = "  - { id: b, who: everyone, mailboxes: z, limit: { rights: lr } }\n"
        func revision(_ policy: String) throws -> String {
            let reader = Files(policy: policy).reader
            return try PolicySet.load(path: "etc/policy.yaml", reader: reader) { "\($0)" }.revision
        }
        let first = try revision("policy: 1\nrules:\n" + rule + other)
        #expect(try revision("# later\nrules:\n" + other + rule + "policy: 1\n") == first)
        let changed = try revision("policy: 1\nrules:\n" + rule)
        #expect(changed != first)
    }

    private static let head =
        "policy: 1\ngroups: { staff: [ann], all: [\"group:staff\", bob] }\nrules:\n"

    @Test("resolves groups within groups")
    func nested() throws {
        let text =
            Self.head + "  - { id: a, who: { groups: [all] }, mailboxes: \"**\", limit: deny }\n"
        let policy = try Files(policy: text).load().policy
        #expect(policy.policy(for: "ann").decide(Array("x".utf8)).rights == .none)
        #expect(policy.policy(for: "bob").decide(Array("x".utf8)).rights == .none)
        #expect(policy.policy(for: "carl").decide(Array("x".utf8)).rights == .full)
    }

    static let wrong: [(String, [String])] = [
        (
            "{ id: a, who: all, mailboxes: x, limit: deny }",
            [
                "policy.yaml:4:19: expected \"everyone\" or a mapping such as { users: [ann] }, "
                    + "not \"all\""
            ]
        ),
        (
            "{ id: a, who: {}, mailboxes: x, limit: deny }",
            ["policy.yaml:4:19: nobody is named; write users, groups or \"everyone\""]
        ),
        (
            "{ id: a, who: { groups: [staf] }, mailboxes: x, limit: deny }",
            ["policy.yaml:4:30: unknown group \"staf\"; did you mean \"staff\"?"]
        ),
        (
            "{ id: a, who: { users: [] }, mailboxes: x, limit: deny }",
            ["policy.yaml:4:28: expected a list with something in it"]
        ),
        (
            "{ id: a, who: everyone, mailboxes: Inbox, limit: deny }",
            ["policy.yaml:4:40: the inbox is always \"INBOX\", not \"Inbox\""]
        ),
        (
            "{ id: a, who: everyone, mailboxes: \"a//b\", limit: deny }",
            [
                "policy.yaml:4:40: a mailbox pattern has no \"/\" at its start, its end or twice in a row"
            ]
        ),
        (
            "{ id: a, who: everyone, mailboxes: \"e\u{301}\", limit: deny }",
            ["policy.yaml:4:40: not in Unicode normal form C, as canonical mailbox names are"]
        ),
        (
            "{ id: a, who: everyone, mailboxes: x, limit: readonly }",
            [
                "policy.yaml:4:50: expected one of deny, list-only, read-only, read-and-mark, drop-box, "
                    + "no-delete, full or { rights: LETTERS }, not \"readonly\"; did you mean "
                    + "\"read-only\"?"
            ]
        ),
        (
            "{ id: a, who: everyone, mailboxes: x, limit: { rights: lq } }",
            ["policy.yaml:4:60: unknown right \"q\"; rights are letters of \"lrswipkxtea\""]
        ),
        (
            "{ id: a, who: everyone, mailboxes: x, limit: { rights: \"-l\" } }",
            ["policy.yaml:4:60: rights can't be negative; name the rights that remain"]
        ),
        (
            "{ id: a, who: everyone, mailbox: x, limit: deny }",
            [
                "policy.yaml:4:5: \"mailboxes\" is missing",
                "policy.yaml:4:29: unknown key \"mailbox\"; did you mean \"mailboxes\"?",
            ]
        ),
        (
            "{ id: a, who: everyone, mailboxes: x, limit: deny }\n  "
                + "- { id: a, who: everyone, mailboxes: y, limit: deny }",
            ["policy.yaml:5:11: the id \"a\" is taken by the rule at line 4"]
        ),
        (
            "{ id: a, who: { users: [\"unix-group:staff\"] }, mailboxes: x, limit: deny }",
            [
                "policy.yaml:4:29: Unix groups have a list of their own: write unix-groups: [staff]"
            ]
        ),
    ]

    @Test("says where and what", arguments: wrong)
    func located(_ rule: String, _ errors: [String]) {
        #expect(Files(policy: Self.head + "  - \(rule)\n").errors == errors)
    }

    @Test(
        "refuses groups that are empty, unknown or members of themselves",
        arguments: [
            ("{ a: [] }", ["policy.yaml:2:14: expected a list with something in it"]),
            (
                "{ a: [\"group:b\"] }",
                ["policy.yaml:2:15: unknown group \"b\""]
            ),
            (
                "{ a: [\"unix-group:\"] }",
                ["policy.yaml:2:15: expected the name of a Unix group, not \"unix-group:\""]
            ),
            (
                "{ a: [\"unix-group:staff,mail\"] }",
                [
                    "policy.yaml:2:15: expected the name of a Unix group, not "
                        + "\"unix-group:staff,mail\""
                ]
            ),
            (
                "{ a: [\"group:b\"], b: [\"group:a\"] }",
                [
                    "policy.yaml:2:11: group \"a\" is a member of itself",
                    "policy.yaml:2:27: group \"b\" is a member of itself",
                ]
            ),
        ]
    )
    func groups(_ groups: String, _ errors: [String]) {
        #expect(Files(policy: "policy: 1\ngroups: \(groups)\nrules: []\n").errors == errors)
    }
}
