// Who a rule is about: users, groups of the file, Unix groups, certificates, and who is spared.
import Policy
import Yams

struct AudienceReader {
    /// The groups of the policy, nested groups resolved.
    let groups: [String: Members]

    func audience(_ value: Value) -> (included: Audience, excepted: Audience)? {
        if value.spelling == "everyone" { return (.everyone, Audience()) }
        guard value.node.mapping != nil else {
            value.refuse(
                "expected \"everyone\" or a mapping such as { users: [ann] }, not \(value.kind)"
            )
            return nil
        }
        guard let table = value.table(PolicyKeys.audience) else { return nil }
        guard var included = named(table) else { return nil }
        if included.isEmpty {
            // An exception alone means everyone else.
            guard table["except"] != nil else {
                value.refuse("nobody is named; write users, groups or \"everyone\"")
                return nil
            }
            included = .everyone
        }
        guard let except = table["except"] else { return (included, Audience()) }
        return except.table(PolicyKeys.exception).flatMap(named).map { (included, $0) }
    }

    /// All whom a table names; an empty list is a finding.
    private func named(_ table: Table) -> Audience? {
        let users = table["users"].map { $0.elements(user) } ?? []
        let named = table["groups"].map { $0.elements(group) } ?? []
        let unixGroups = table["unix-groups"].map { $0.elements { $0.unixGroup() } } ?? []
        let certificates = table["certificate"].map { $0.elements { $0.certificateMatch() } } ?? []
        guard let users, let named, let unixGroups, let certificates else { return nil }
        return Audience(
            users: users,
            groups: named,
            unixGroups: unixGroups,
            certificates: certificates
        )
    }

    private func user(_ value: Value) -> String? {
        if let group = GroupReader.groupName(value) {
            value.refuse("groups have a list of their own: write groups: [\(group)]")
            return nil
        }
        if let group = GroupReader.unixGroupName(value) {
            value.refuse("Unix groups have a list of their own: write unix-groups: [\(group)]")
            return nil
        }
        return value.userPattern()
    }

    private func group(_ value: Value) -> String? {
        guard let name = value.text() else { return nil }
        guard groups[name] != nil else {
            let hint = Spelling.nearest(to: name, among: groups.keys.sorted())
            value.refuse("unknown group \"\(name)\"" + Spelling.question(hint))
            return nil
        }
        return name
    }
}

extension Value {
    /// The name of a group of the system; whether there is one only the system can tell.
    func unixGroup() -> String? {
        text().flatMap(unixGroup(named:))
    }

    func unixGroup(named name: String) -> String? {
        let allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-@\\ "
        guard name.allSatisfy({ allowed.contains($0) }), (1...256).contains(name.utf8.count) else {
            refuse("expected the name of a Unix group, not \(kind)")
            return nil
        }
        return name
    }

    /// `{ subject: "*OU=Ops*", issuer: "*O=Example*" }`.
    func certificateMatch() -> CertificateMatch? {
        guard let table = table(PolicyKeys.certificate) else { return nil }
        guard table["subject"] != nil || table["issuer"] != nil else {
            refuse("no certificate is meant; write subject or issuer")
            return nil
        }
        let subjects = table["subject"].map { $0.elements { $0.text() } } ?? []
        let issuers = table["issuer"].map { $0.elements { $0.text() } } ?? []
        guard let subjects, let issuers else { return nil }
        return CertificateMatch(subjects: subjects, issuers: issuers)
    }
}
