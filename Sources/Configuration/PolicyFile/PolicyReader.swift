// The policy: one file, or a folder of files that count as one.
import Policy
import Yams

/// Reads one policy; every finding goes to `findings`.
struct PolicyReader {
    let files: Files
    let findings: Findings
    let digest: ([UInt8]) -> String
    /// Every rule decides and records, and refuses nothing.
    var rehearses = false

    /// Merges the documents; nil, with findings, when something is wrong.
    ///
    /// Rules only take away, so that it does not matter which file a rule stands in. Groups are
    /// known in all files.
    func policy(_ documents: [Value]) -> PolicySet? {
        let tables = documents.compactMap { $0.table(PolicyKeys.file) }
        guard tables.count == documents.count else { return nil }
        for table in tables {
            if let version = table.required("policy") { _ = version.integer(in: 1...1) }
        }
        let audiences = AudienceReader(
            groups: GroupReader(findings: findings).groups(tables.compactMap { $0["groups"] })
        )
        let reader = RuleReader(audiences: audiences, conditions: ConditionReader(files: files))
        let lists = tables.compactMap { list(of: $0, isAlone: tables.count == 1) }
        var rules: [Rule] = []
        for value in lists.joined() {
            if let rule = reader.rule(value) { rules.append(rule) }
        }
        refuseRepeatedIDs(Array(lists.joined()))
        guard findings.errors.isEmpty, rules.count == lists.joined().count else { return nil }
        rules.forEach(PolicyWarnings(findings: findings).warn)
        if rehearses { for index in rules.indices { rules[index].mode = .report } }
        let form = PolicySet.canonicalForm(of: rules, groups: audiences.groups)
        return PolicySet(rules: rules, groups: audiences.groups, revision: digest(form))
    }

    /// The rules of one file; beside others a file may hold groups alone.
    private func list(of table: Table, isAlone: Bool) -> [Value]? {
        guard isAlone else { return table["rules"]?.list(orEmpty: true) }
        return table.required("rules")?.list(orEmpty: true)
    }

    private func refuseRepeatedIDs(_ list: [Value]) {
        let quiet = Findings()
        var known: [String: SourcePosition] = [:]
        for rule in list {
            let table = Value(rule.node, rule.file, quiet).table(PolicyKeys.rule)
            guard let id = table?["id"], let name = id.spelling else { continue }
            guard let first = known.updateValue(id.position, forKey: name) else { continue }
            let place = first.file == id.file ? "line \(first.line)" : "\(first)"
            findings.add(id.position, "the id \"\(name)\" is taken by the rule at \(place)")
        }
    }
}
