// All rules of the policy, compiled; asked per user, then per mailbox.

/// What a user may do with one mailbox, and which rules took the rest away.
package struct Decision: Equatable, Sendable {
    package let rights: Rights

    package init(rights: Rights) { self.rights = rights }

    /// The ids of the rules that took away one of `missing`, in the policy's order.
    package func rules(taking missing: Rights) -> [String] { [] }
}

/// The rules that apply to one user.
package final class UserPolicy: Sendable {
    package init() {}

    /// What the user may do with the mailbox of this canonical name (UTF-8, `/` between levels).
    package func decide(_ mailbox: [UInt8]) -> Decision { Decision(rights: .all) }

    /// Whether any rule can take `l` from any mailbox: then children attributes would tell.
    package var hidesMailboxes: Bool { false }
}

/// The whole policy.
package final class PolicySet: Sendable {
    /// SHA-256 of the policy's canonical form, hexadecimal; stands in every record.
    package let revision: String

    package init() { revision = "" }

    package func policy(for user: String) -> UserPolicy { UserPolicy() }
}
