// Lists of users: who a rule is about, who it spares, who is in a group.
import Bytes

/// The members of a group, nested groups resolved.
package struct Members: Equatable, Sendable {
    /// Canonical names with `*` for any run of characters.
    package var users: [String]
    package var unixGroups: [String]
    package var certificates: [CertificateMatch]

    package init(
        users: [String] = [],
        unixGroups: [String] = [],
        certificates: [CertificateMatch] = []
    ) {
        self.users = users
        self.unixGroups = unixGroups
        self.certificates = certificates
    }

    package mutating func formUnion(_ other: Members) {
        users += other.users
        unixGroups += other.unixGroups
        certificates += other.certificates
    }
}

/// Members, asked whether a subject is one.
struct Roll: Sendable {
    private var names: Set<[UInt8]> = []
    private var wildcards: [Wildcard] = []
    private let unixGroups: Set<String>
    private let certificates: [CertificateMatch]

    init(_ members: Members) {
        unixGroups = Set(members.unixGroups)
        certificates = members.certificates
        for user in members.users {
            let bytes = Array(user.utf8)
            let wildcard = Wildcard(bytes)
            if wildcard.literal != nil { names.insert(bytes) } else { wildcards.append(wildcard) }
        }
    }

    func contains(_ subject: Subject, named user: [UInt8]) -> Bool {
        names.contains(user) || wildcards.contains { $0.matches(user.span) }
            || !unixGroups.isDisjoint(with: subject.unixGroups) || holdsCertificate(of: subject)
    }

    private func holdsCertificate(of subject: Subject) -> Bool {
        guard let certificate = subject.certificate else { return false }
        return certificates.contains { $0.matches(certificate) }
    }
}

/// The people that one rule is about, ready to be asked.
struct Addressees: Sendable {
    private let included: [Roll]
    private let excepted: [Roll]

    /// A group that `groups` doesn't hold has no members.
    init(_ rule: Rule, groups: [String: Roll]) {
        included = Self.rolls(of: rule.who, groups)
        excepted = Self.rolls(of: rule.except, groups)
    }

    private static func rolls(of audience: Audience, _ groups: [String: Roll]) -> [Roll] {
        let named = Members(
            users: audience.users,
            unixGroups: audience.unixGroups,
            certificates: audience.certificates
        )
        return [Roll(named)] + audience.groups.compactMap { groups[$0] }
    }

    func include(_ subject: Subject, named user: [UInt8]) -> Bool {
        included.contains { $0.contains(subject, named: user) }
            && !excepted.contains { $0.contains(subject, named: user) }
    }
}
