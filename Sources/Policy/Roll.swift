// Lists of users: who a rule is about, who it spares, who is in a group.
import Bytes

/// Canonical user names and wildcards, asked whether they hold a user.
struct Roll: Sendable {
    private var names: Set<[UInt8]> = []
    private var wildcards: [Wildcard] = []

    init(_ entries: [String]) {
        for entry in entries {
            let bytes = Array(entry.utf8)
            let wildcard = Wildcard(bytes)
            if wildcard.literal != nil { names.insert(bytes) } else { wildcards.append(wildcard) }
        }
    }

    func contains(_ user: [UInt8]) -> Bool {
        names.contains(user) || wildcards.contains { $0.matches(user.span) }
    }
}

/// The users and groups of one rule.
struct Audience: Sendable {
    private let included: [Roll]
    private let excepted: [Roll]

    /// A group that `groups` doesn't hold has no members.
    init(_ rule: Rule, groups: [String: Roll]) {
        included = [Roll(rule.users)] + rule.groups.compactMap { groups[$0] }
        excepted = [Roll(rule.exceptUsers)] + rule.exceptGroups.compactMap { groups[$0] }
    }

    func includes(_ user: [UInt8]) -> Bool {
        included.contains { $0.contains(user) } && !excepted.contains { $0.contains(user) }
    }
}
