// Policies of a few words, for the tests.
import Policy

func rule(
    _ id: String,
    users: [String] = ["*"],
    groups: [String] = [],
    exceptUsers: [String] = [],
    exceptGroups: [String] = [],
    _ mailboxes: [String],
    except: [String] = [],
    limit: Rights
) throws -> Rule {
    Rule(
        id: id,
        users: users,
        groups: groups,
        exceptUsers: exceptUsers,
        exceptGroups: exceptGroups,
        mailboxes: try mailboxes.map { try Pattern($0) },
        exceptMailboxes: try except.map { try Pattern($0) },
        limit: limit,
        position: SourcePosition(file: "policy.yaml", line: 1, column: 1)
    )
}

func policy(_ rules: [Rule], groups: [String: [String]] = [:]) -> PolicySet {
    PolicySet(rules: rules, groups: groups, revision: "")
}

extension PolicySet {
    func letters(_ user: String, _ mailbox: String) -> String {
        policy(for: user).decide(Array(mailbox.utf8)).rights.letters
    }
}
