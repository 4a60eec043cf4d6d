// One sentence of the policy: these users may do at most this in these mailboxes.

/// A rule as it was written.
package struct Rule: Equatable, Sendable {
    /// Unique in the policy; stands in every record of a refusal.
    package var id: String
    /// Names with `*` for any run of characters; `*` alone is everyone.
    package var users: [String]
    package var groups: [String]
    package var exceptUsers: [String]
    package var exceptGroups: [String]
    package var mailboxes: [Pattern]
    package var exceptMailboxes: [Pattern]
    /// At most these rights remain.
    package var limit: Rights
    /// Why the rule is there, for the reader of the trail.
    package var because: String
    package var position: SourcePosition

    package init(
        id: String,
        users: [String] = [],
        groups: [String] = [],
        exceptUsers: [String] = [],
        exceptGroups: [String] = [],
        mailboxes: [Pattern],
        exceptMailboxes: [Pattern] = [],
        limit: Rights,
        because: String = "",
        position: SourcePosition
    ) {
        self.id = id
        self.users = users
        self.groups = groups
        self.exceptUsers = exceptUsers
        self.exceptGroups = exceptGroups
        self.mailboxes = mailboxes
        self.exceptMailboxes = exceptMailboxes
        self.limit = limit
        self.because = because
        self.position = position
    }
}

/// A rule's mailboxes, ready to be matched.
///
/// What a rule takes it takes from every spelling; what it spares it spares in the exact one only.
struct Scope: Sendable {
    private let covered: [Pattern]
    private let spared: [Pattern]

    init(_ rule: Rule) {
        covered = rule.mailboxes.map(\.caseFolded)
        spared = rule.exceptMailboxes
    }

    func covers(folded: MailboxPath, exact: MailboxPath) -> Bool {
        covered.contains { $0.matches(folded) } && !spared.contains { $0.matches(exact) }
    }

    /// The first levels that the covered names begin with; nil when some may begin anyhow.
    var heads: [[UInt8]]? {
        let heads = covered.compactMap(\.head)
        return heads.count == covered.count ? heads : nil
    }
}
