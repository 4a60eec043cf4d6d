// One user's part of the policy: decides for a mailbox, and says which rules took what.

/// The rules that apply to one user in one session at one time, and what they have decided lately.
///
/// One thread's own, as sessions are.
package final class UserPolicy {
    private let rules: ApplyingRules
    private var recent = RecentDecisions()
    /// From this moment on other rules may apply; nil when that never happens.
    package let changes: UnixTime?
    /// What would be if the rules in report mode were enforced, too; nil where none applies.
    package let rehearsed: UserPolicy?

    package convenience init() {
        self.init(PolicySet(), enforcing: [], names: BackendNames())
    }

    init(
        _ policy: PolicySet,
        enforcing indices: [Int],
        names: BackendNames,
        changes: UnixTime? = nil,
        rehearsed: UserPolicy? = nil
    ) {
        rules = ApplyingRules(policy, applying: indices, names: names)
        self.changes = changes
        self.rehearsed = rehearsed
    }

    /// What the user may do with the mailbox of this canonical name (UTF-8, `/` between levels).
    ///
    /// `uses` are special uses that it has beside those that the backend told of.
    package func decide(_ mailbox: [UInt8], uses: SpecialUses = .none) -> Decision {
        if let known = recent.decision(on: mailbox, uses) { return known }
        let decision = rules.decide(mailbox, uses)
        recent.remember(decision, on: mailbox, uses)
        return decision
    }

    /// Whether any rule can take `l` from any mailbox: then children attributes would tell.
    package var hidesMailboxes: Bool { rules.hidesMailboxes }

    /// Whether the mailbox is another name of INBOX.
    package func isInbox(_ mailbox: [UInt8]) -> Bool { rules.isInbox(mailbox) }
}

/// The rules that apply to one user: a bit for each rule of the policy, so that a thousand sessions
/// cost the policy once.
private final class ApplyingRules: Sendable {
    private let policy: PolicySet
    private let applies: [UInt64]
    let hidesMailboxes: Bool
    private let names: BackendNames

    init(_ policy: PolicySet, applying indices: [Int], names: BackendNames) {
        self.policy = policy
        self.names = names
        var applies = [UInt64](repeating: 0, count: (policy.rules.count + 63) / 64)
        for index in indices { applies[index / 64] |= 1 << UInt64(index % 64) }
        self.applies = applies
        hidesMailboxes = indices.contains { !policy.terms[$0].limit.contains(.lookup) }
    }

    func decide(_ mailbox: [UInt8], _ uses: SpecialUses) -> Decision {
        let spellings = names.spellings(of: mailbox)
        let rights = isVirtual(spellings) ? Rights.none : .full
        var decision = Decision(rights, mailbox: mailbox, uses: uses, policy: self)
        for judged in judged(spellings, uses) {
            policy.forEachRule(near: judged.folded.head) { index in
                let terms = policy.terms[index]
                guard applies(index), decision.isLimited(by: terms) else { return }
                if policy.scopes[index].covers(judged) { decision.apply(terms) }
            }
        }
        return decision
    }

    /// The mailbox under every name that it has, with all that it is for.
    private func judged(_ spellings: [[UInt8]], _ uses: SpecialUses) -> [JudgedMailbox] {
        let uses = names.uses.map { uses.union($0.uses(of: spellings)) } ?? uses
        return spellings.map { JudgedMailbox($0, uses) }
    }

    func isInbox(_ mailbox: [UInt8]) -> Bool {
        names.spellings(of: mailbox).contains(Array("INBOX".utf8))
    }

    /// Whether the mailbox shows messages of others, to a user whom some rule keeps from some.
    private func isVirtual(_ spellings: [[UInt8]]) -> Bool {
        applies.contains { $0 != 0 } && names.areVirtual(spellings)
    }

    /// The rules that cover the mailbox and `isWanted`, in the policy's order.
    fileprivate func rules(
        covering mailbox: [UInt8],
        _ uses: SpecialUses,
        where isWanted: (Rule) -> Bool
    ) -> [Rule] {
        let judged = judged(names.spellings(of: mailbox), uses)
        return policy.rules.indices.filter { index in
            applies(index) && isWanted(policy.rules[index])
                && judged.contains { policy.scopes[index].covers($0) }
        }.map { policy.rules[$0] }
    }

    private func applies(_ index: Int) -> Bool {
        applies[index / 64] & (1 << UInt64(index % 64)) != 0
    }
}

/// What a user may do with one mailbox, and which rules took the rest away.
package struct Decision: Sendable {
    package private(set) var rights: Rights
    package private(set) var forbidden = Operations.none
    /// Whether a rule bounds how much may be fetched.
    package private(set) var isMetered = false
    /// nil for a decision that no policy made.
    private let subject: DecisionSubject?

    package init(rights: Rights) {
        self.rights = rights
        subject = nil
    }

    fileprivate init(
        _ rights: Rights,
        mailbox: [UInt8],
        uses: SpecialUses,
        policy: ApplyingRules
    ) {
        self.rights = rights
        subject = DecisionSubject(mailbox, uses, policy)
    }

    /// Whether it was made on this mailbox with these uses.
    func isOn(_ mailbox: [UInt8], _ uses: SpecialUses) -> Bool {
        subject?.isEqual(to: mailbox, uses) ?? false
    }

    /// Whether these terms could take what no others have taken yet.
    fileprivate func isLimited(by terms: Terms) -> Bool {
        !rights.isSubset(of: terms.limit) || !terms.forbidden.isSubset(of: forbidden)
            || terms.isMetering && !isMetered
    }

    fileprivate mutating func apply(_ terms: Terms) {
        rights.formIntersection(terms.limit)
        forbidden.formUnion(terms.forbidden)
        isMetered = isMetered || terms.isMetering
    }

    /// The rules that took away one of `missing` or forbid one of `operations`, in the policy's
    /// order.
    ///
    /// Found anew at each call: few decisions are ever asked for their reasons.
    package func reasons(
        taking missing: Rights,
        forbidding operations: Operations = .none
    ) -> [Rule] {
        rules { rule in
            !rule.limit.isSuperset(of: missing) || !rule.forbidden.isDisjoint(with: operations)
        }
    }

    /// The ids of the rules that took away one of `missing`, in the policy's order.
    package func rules(taking missing: Rights) -> [String] { reasons(taking: missing).map(\.id) }

    /// The rules that bound how much may be fetched from the mailbox.
    package var meters: [Rule] { rules { $0.volume != nil } }

    private func rules(where isWanted: (Rule) -> Bool) -> [Rule] {
        subject.map { $0.policy.rules(covering: $0.mailbox, $0.uses, where: isWanted) } ?? []
    }
}

extension Decision: Equatable {
    /// Decisions are equal when they give the same to the same mailbox.
    package static func == (left: Decision, right: Decision) -> Bool {
        left.rights == right.rights && left.forbidden == right.forbidden
            && left.isMetered == right.isMetered
            && left.subject?.mailbox == right.subject?.mailbox
    }
}

/// What a decision is about; one object, since the session copies the decision with each command.
private final class DecisionSubject: Sendable {
    let mailbox: [UInt8]
    let uses: SpecialUses
    let policy: ApplyingRules

    init(_ mailbox: [UInt8], _ uses: SpecialUses, _ policy: ApplyingRules) {
        self.mailbox = mailbox
        self.uses = uses
        self.policy = policy
    }

    func isEqual(to mailbox: [UInt8], _ uses: SpecialUses) -> Bool {
        self.uses == uses && self.mailbox == mailbox
    }
}
