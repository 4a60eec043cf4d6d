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
    var rule = Rule(
        id: id,
        who: Audience(users: users, groups: groups),
        mailboxes: try mailboxes.map { try Pattern($0) },
        limit: limit,
        position: SourcePosition(file: "policy.yaml", line: 1, column: 1)
    )
    rule.except = Audience(users: exceptUsers, groups: exceptGroups)
    rule.exceptMailboxes = try except.map { try Pattern($0) }
    return rule
}

func policy(_ rules: [Rule], groups: [String: [String]] = [:]) -> PolicySet {
    PolicySet(rules: rules, groups: groups.mapValues { Members(users: $0) }, revision: "")
}

extension PolicySet {
    func letters(_ user: String, _ mailbox: String) -> String {
        policy(for: user).decide(Array(mailbox.utf8)).rights.letters
    }
}

extension PolicySet {
    /// For a user who came in some way at some time, where neither matters.
    func policy(for user: String, names: BackendNames = BackendNames()) -> UserPolicy {
        policy(for: Subject(user: user), at: 0, names)
    }
}
