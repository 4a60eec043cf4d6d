// The policy file: groups and rules, each with its place.
import Policy
import Yams

/// Reads one policy; every finding goes to `findings`.
struct PolicyReader {
    let findings: Findings
    let digest: ([UInt8]) -> String

    /// nil, with findings, when something is wrong.
    func policy(_ root: Value) -> PolicySet? {
        guard let table = root.table(["policy", "groups", "rules"]) else { return nil }
        if let version = table.required("policy") { _ = version.integer(in: 1...1) }
        let groups = table["groups"].flatMap { GroupReader(findings: findings).groups($0) } ?? [:]
        let list = table.required("rules")?.list(orEmpty: true) ?? []
        let rules = list.compactMap { rule($0, groups) }
        refuseRepeatedIDs(list)
        guard findings.errors.isEmpty, rules.count == list.count else { return nil }
        let form = PolicySet.canonicalForm(of: rules, groups: groups)
        return PolicySet(rules: rules, groups: groups, revision: digest(form))
    }

    private static let ruleKeys = [
        "id", "who", "mailboxes", "except-mailboxes", "limit", "because",
    ]

    private func rule(_ value: Value, _ groups: [String: [String]]) -> Rule? {
        guard let table = value.table(Self.ruleKeys) else { return nil }
        let id = table.required("id")?.name()
        let who = table.required("who").flatMap { audience($0, groups) }
        let mailboxes = table.required("mailboxes")?.elements(pattern)
        let except = table["except-mailboxes"].map { $0.elements(pattern) } ?? []
        let limit = table.required("limit").flatMap(limit)
        let because = table["because"].map { $0.text() } ?? ""
        guard let id, let who, let mailboxes, let except, let limit, let because else { return nil }
        return Rule(
            id: id,
            users: who.users,
            groups: who.groups,
            exceptUsers: who.exceptUsers,
            exceptGroups: who.exceptGroups,
            mailboxes: mailboxes,
            exceptMailboxes: except,
            limit: limit,
            because: because,
            position: value.position
        )
    }

    private struct Audience {
        var users: [String] = []
        var groups: [String] = []
        var exceptUsers: [String] = []
        var exceptGroups: [String] = []
    }

    private func audience(_ value: Value, _ groups: [String: [String]]) -> Audience? {
        if value.spelling == "everyone" { return Audience(users: ["*"]) }
        guard value.node.mapping != nil else {
            value.refuse(
                "expected \"everyone\" or a mapping such as { users: [ann] }, not \(value.kind)"
            )
            return nil
        }
        guard let table = value.table(["users", "groups", "except"]) else { return nil }
        var audience = Audience()
        guard let named = named(table, groups) else { return nil }
        (audience.users, audience.groups) = named
        if table["groups"] == nil && table["users"] == nil {
            // An exception alone means everyone else.
            guard table["except"] != nil else {
                value.refuse("nobody is named; write users, groups or \"everyone\"")
                return nil
            }
            audience.users = ["*"]
        }
        guard let except = table["except"] else { return audience }
        guard let exceptTable = except.table(["users", "groups"]) else { return nil }
        guard let spared = self.named(exceptTable, groups) else { return nil }
        (audience.exceptUsers, audience.exceptGroups) = spared
        return audience
    }

    /// The users and groups that a table names; an empty list is a finding.
    private func named(
        _ table: Table,
        _ groups: [String: [String]]
    ) -> (users: [String], groups: [String])? {
        let users = table["users"].map { $0.elements(user) } ?? []
        let named = table["groups"].map { $0.elements { group($0, groups) } } ?? []
        guard let users, let named else { return nil }
        return (users, named)
    }

    private func user(_ value: Value) -> String? {
        guard let group = GroupReader.groupName(value) else { return value.userPattern() }
        value.refuse("groups have a list of their own: write groups: [\(group)]")
        return nil
    }

    private func group(_ value: Value, _ groups: [String: [String]]) -> String? {
        guard let name = value.text() else { return nil }
        guard groups[name] != nil else {
            let hint = Spelling.nearest(to: name, among: groups.keys.sorted())
            value.refuse("unknown group \"\(name)\"" + Spelling.question(hint))
            return nil
        }
        return name
    }

    private func pattern(_ value: Value) -> Pattern? {
        guard let text = value.text() else { return nil }
        guard text.isNormalized else {
            value.refuse("not in Unicode normal form C, as canonical mailbox names are")
            return nil
        }
        do {
            return try Pattern(text)
        } catch {
            value.refuse(error.description)
            return nil
        }
    }

    /// A level, or `{ rights: LETTERS }`.
    private func limit(_ value: Value) -> Rights? {
        guard value.node.mapping != nil else {
            let words = Level.allCases.map(\.rawValue)
            if let level = value.spelling.flatMap(Level.init) { return level.rights }
            let hint = value.spelling.flatMap { Spelling.nearest(to: $0, among: words) }
            value.refuse(
                "expected one of \(words.joined(separator: ", ")) or { rights: LETTERS }, "
                    + "not \(value.kind)" + Spelling.question(hint)
            )
            return nil
        }
        guard let letters = value.table(["rights"])?.required("rights") else { return nil }
        guard let text = letters.text() else { return nil }
        do {
            return try Rights(letters: text)
        } catch {
            letters.refuse(error.description)
            return nil
        }
    }

    private func refuseRepeatedIDs(_ list: [Value]) {
        let quiet = Findings()
        var known: [String: SourcePosition] = [:]
        for rule in list {
            let table = Value(rule.node, rule.file, quiet).table(Self.ruleKeys)
            guard let id = table?["id"], let name = id.spelling else { continue }
            if let first = known.updateValue(id.position, forKey: name) {
                findings.add(
                    id.position,
                    "the id \"\(name)\" is taken by the rule at line \(first.line)"
                )
            }
        }
    }
}
