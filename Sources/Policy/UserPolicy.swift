// One user's part of the policy: decides for a mailbox, and says which rules took what.

/// The rules that apply to one user.
///
/// A bit for each rule of the policy, so that a thousand sessions cost the policy once.
package final class UserPolicy: Sendable {
    private let policy: PolicySet
    private let applies: [UInt64]

    /// Whether any rule can take `l` from any mailbox: then children attributes would tell.
    package let hidesMailboxes: Bool
    private let names: BackendNames

    package convenience init() { self.init(PolicySet(), applying: [], names: BackendNames()) }

    init(_ policy: PolicySet, applying indices: [Int], names: BackendNames) {
        self.policy = policy
        self.names = names
        var applies = [UInt64](repeating: 0, count: (policy.rules.count + 63) / 64)
        for index in indices { applies[index / 64] |= 1 << UInt64(index % 64) }
        self.applies = applies
        hidesMailboxes = indices.contains { !policy.rules[$0].limit.contains(.lookup) }
    }

    /// What the user may do with the mailbox of this canonical name (UTF-8, `/` between levels).
    package func decide(_ mailbox: [UInt8]) -> Decision {
        var rights = isVirtual(mailbox) ? Rights.none : .full
        for spelling in names.spellings(of: mailbox) {
            rights.formIntersection(self.rights(on: spelling))
        }
        return Decision(rights: rights, mailbox: mailbox, policy: self)
    }

    /// Whether the mailbox is another name of INBOX.
    package func isInbox(_ mailbox: [UInt8]) -> Bool {
        names.spellings(of: mailbox).contains(Array("INBOX".utf8))
    }

    /// Whether the mailbox shows messages of others, to a user whom some rule keeps from some.
    private func isVirtual(_ mailbox: [UInt8]) -> Bool {
        applies.contains { $0 != 0 } && names.isVirtual(mailbox)
    }

    private func rights(on mailbox: [UInt8]) -> Rights {
        let exact = MailboxPath(mailbox)
        let folded = MailboxPath(mailbox.caseFolded)
        var rights = Rights.full
        policy.forEachRule(near: folded.head) { index in
            let limit = policy.rules[index].limit
            guard applies(index), !rights.isSubset(of: limit) else { return }
            if policy.scopes[index].covers(folded: folded, exact: exact) {
                rights.formIntersection(limit)
            }
        }
        return rights
    }

    /// The rules that cover the mailbox and don't leave all of `rights`, in the policy's order.
    fileprivate func rules(taking rights: Rights, from mailbox: [UInt8]) -> [Rule] {
        let paths = names.spellings(of: mailbox).map {
            (exact: MailboxPath($0), folded: MailboxPath($0.caseFolded))
        }
        return policy.rules.indices.lazy.filter { [self] index in
            applies(index) && !policy.rules[index].limit.isSuperset(of: rights)
                && paths.contains { path in
                    policy.scopes[index].covers(folded: path.folded, exact: path.exact)
                }
        }.map { [self] in policy.rules[$0] }
    }

    private func applies(_ index: Int) -> Bool {
        applies[index / 64] & (1 << UInt64(index % 64)) != 0
    }
}

/// What a user may do with one mailbox, and which rules took the rest away.
package struct Decision: Sendable {
    package let rights: Rights
    private let mailbox: [UInt8]
    /// nil for a decision that no policy made.
    private let policy: UserPolicy?

    package init(rights: Rights) {
        self.rights = rights
        mailbox = []
        policy = nil
    }

    fileprivate init(rights: Rights, mailbox: [UInt8], policy: UserPolicy) {
        self.rights = rights
        self.mailbox = mailbox
        self.policy = policy
    }

    /// The ids of the rules that took away one of `missing`, in the policy's order.
    ///
    /// Found anew at each call: few decisions are ever asked for their reasons.
    package func rules(taking missing: Rights) -> [String] { reasons(taking: missing).map(\.id) }

    /// The rules that took away one of `missing`, in the policy's order.
    package func reasons(taking missing: Rights) -> [Rule] {
        policy?.rules(taking: missing, from: mailbox) ?? []
    }
}

extension Decision: Equatable {
    /// Decisions are equal when they give the same rights to the same mailbox.
    package static func == (left: Decision, right: Decision) -> Bool {
        left.rights == right.rights && left.mailbox == right.mailbox
    }
}
