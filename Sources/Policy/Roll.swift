// Lists of users: who a rule is about, who it spares, who is in a group.
import Bytes

/// Names and wildcards, asked whether they hold a user.
struct Roll: Sendable {
    private var names: Set<[UInt8]> = []
    private var wildcards: [Wildcard] = []

    init(_ entries: some Sequence<[UInt8]>) {
        for entry in entries {
            let wildcard = Wildcard(entry)
            if wildcard.literal != nil { names.insert(entry) } else { wildcards.append(wildcard) }
        }
    }

    func contains(_ user: [UInt8]) -> Bool {
        names.contains(user) || wildcards.contains { $0.matches(user.span) }
    }
}

/// A list of users in which case doesn't count, and the same where it does.
struct RollPair: Sendable {
    private let folded: Roll
    private let exact: Roll

    init(_ entries: [String]) {
        folded = Roll(entries.lazy.map { Array($0.utf8).caseFolded })
        exact = Roll(entries.lazy.map { Array($0.utf8) })
    }

    /// Whether a rule about this list applies: every spelling of a name is meant.
    func takesFrom(_ user: Principal) -> Bool { folded.contains(user.folded) }

    /// Whether a rule that spares this list doesn't apply: only the exact spelling is meant.
    func spares(_ user: Principal) -> Bool { exact.contains(user.exact) }
}

/// Who is asking: a canonical user name.
struct Principal {
    let exact: [UInt8]
    let folded: [UInt8]

    init(_ user: String) {
        exact = Array(user.utf8)
        folded = exact.caseFolded
    }
}

/// The users and groups of one rule.
struct Audience: Sendable {
    private let users: RollPair
    private let groups: [RollPair]
    private let exceptUsers: RollPair
    private let exceptGroups: [RollPair]

    /// A group that `groups` doesn't hold has no members.
    init(_ rule: Rule, groups known: [String: RollPair]) {
        users = RollPair(rule.users)
        groups = rule.groups.compactMap { known[$0] }
        exceptUsers = RollPair(rule.exceptUsers)
        exceptGroups = rule.exceptGroups.compactMap { known[$0] }
    }

    func includes(_ user: Principal) -> Bool {
        (users.takesFrom(user) || groups.contains { $0.takesFrom(user) })
            && !exceptUsers.spares(user) && !exceptGroups.contains { $0.spares(user) }
    }
}
