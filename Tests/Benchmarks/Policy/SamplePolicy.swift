// A large policy as a large company has it: most rules are about one department's mailboxes.
import Policy

enum SamplePolicy {
    static let groups = [
        "staff": Members(users: ["ann", "*@example.org"]), "auditors": Members(users: ["aud-*"]),
    ]

    /// One rule in twenty begins with `**`, so that every name must be held against it.
    private static func mailbox(_ number: Int) -> String {
        number % 20 == 19 ? "**/Case \(number)/**" : "Department \(number)/**"
    }

    private static let limits = ["read-only", "no-delete", "deny", "read-and-mark"]

    static func rules(_ count: Int) throws -> [Rule] {
        try (0..<count).map { number in
            var rule = Rule(
                id: "rule-\(number)",
                who: Audience(users: ["ann"], groups: ["staff"]),
                mailboxes: [try Pattern(mailbox(number))],
                limit: Level(rawValue: limits[number % limits.count])?.rights ?? .none,
                position: SourcePosition(file: "policy.yaml", line: number, column: 1)
            )
            rule.except = Audience(groups: ["auditors"])
            return rule
        }
    }

    static func policy(rules count: Int) throws -> PolicySet {
        PolicySet(rules: try rules(count), groups: groups, revision: "")
    }

    static func yaml(_ count: Int) -> String {
        let rules = (0..<count).map { number in
            "  - { id: rule-\(number), who: { users: [ann], groups: [staff], except: { groups: "
                + "[auditors] } }, mailboxes: [\"\(mailbox(number))\"], limit: "
                + "\(limits[number % limits.count]) }\n"
        }
        return "policy: 1\ngroups: { staff: [ann, \"*@example.org\"], auditors: [\"aud-*\"] }\n"
            + "rules:\n" + rules.joined()
    }
}
