// One sentence of the policy: these users may do at most this in these mailboxes.

/// A rule as it was written.
package struct Rule: Equatable, Sendable {
    package enum Mode: String, CaseIterable, Sendable {
        case enforce
        /// Decides and records what it would have refused, and changes nothing.
        case report
    }

    /// Unique in the policy; stands in every record of a refusal.
    package var id: String
    package var who: Audience
    package var except = Audience()
    package var mailboxes: [Pattern]
    /// Mailboxes that the backend marks so, with all that stands below them.
    package var specialUses = SpecialUses.none
    package var exceptMailboxes: [Pattern] = []
    package var when = Conditions()
    /// At most these rights remain.
    package var limit: Rights
    package var forbidden = Operations.none
    package var volume: Volume?
    package var mode = Mode.enforce
    /// Why the rule is there, for the reader of the trail.
    package var because = ""
    /// What a client hears that is refused by this rule; empty: the usual sentence.
    package var message = ""
    package var position: SourcePosition

    package init(
        id: String,
        who: Audience,
        mailboxes: [Pattern],
        limit: Rights = .full,
        position: SourcePosition
    ) {
        self.id = id
        self.who = who
        self.mailboxes = mailboxes
        self.limit = limit
        self.position = position
    }
}

/// Users, named in the ways that there are.
package struct Audience: Equatable, Sendable {
    /// Canonical names with `*` for any run of characters; `*` alone is everyone.
    package var users: [String]
    /// Groups of the policy file.
    package var groups: [String]
    /// Groups of the system, by name.
    package var unixGroups: [String]
    package var certificates: [CertificateMatch]

    package init(
        users: [String] = [],
        groups: [String] = [],
        unixGroups: [String] = [],
        certificates: [CertificateMatch] = []
    ) {
        self.users = users
        self.groups = groups
        self.unixGroups = unixGroups
        self.certificates = certificates
    }

    package static let everyone = Audience(users: ["*"])

    package var isEmpty: Bool {
        users.isEmpty && groups.isEmpty && unixGroups.isEmpty && certificates.isEmpty
    }
}

/// A rule's mailboxes, ready to be matched.
///
/// What a rule takes it takes from every spelling; what it spares it spares in the exact one only.
struct Scope: Sendable {
    private let covered: [Pattern]
    private let uses: SpecialUses
    private let spared: [Pattern]

    init(_ rule: Rule) {
        covered = rule.mailboxes.map(\.caseFolded)
        uses = rule.specialUses
        spared = rule.exceptMailboxes
    }

    func covers(_ mailbox: JudgedMailbox) -> Bool {
        (!uses.isDisjoint(with: mailbox.uses) || covered.contains { $0.matches(mailbox.folded) })
            && !spared.contains { $0.matches(mailbox.exact) }
    }

    /// The first levels that the covered names begin with; nil when some may begin anyhow.
    var heads: [[UInt8]]? {
        guard uses.isEmpty else { return nil }
        let heads = covered.compactMap(\.head)
        return heads.count == covered.count ? heads : nil
    }
}

/// What a rule takes, ready to be applied.
struct Terms: Sendable {
    let limit: Rights
    let forbidden: Operations
    let isMetering: Bool

    init(_ rule: Rule) {
        limit = rule.limit
        forbidden = rule.forbidden
        isMetering = rule.volume != nil
    }
}

/// A mailbox as scopes look at it.
struct JudgedMailbox {
    let exact: MailboxPath
    let folded: MailboxPath
    let uses: SpecialUses

    init(_ name: [UInt8], _ uses: SpecialUses) {
        exact = MailboxPath(name)
        folded = MailboxPath(name.caseFolded)
        self.uses = uses
    }
}
