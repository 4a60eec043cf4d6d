// All rules of the policy, compiled; asked per user, then per mailbox.

/// The whole policy: every rule only takes away, so their order never matters.
package final class PolicySet: Sendable {
    /// SHA-256 of the policy's canonical form, hexadecimal; stands in every record.
    package let revision: String
    package let rules: [Rule]
    let scopes: [Scope]
    private let audiences: [Audience]
    /// The rules that may cover names with this first level, in either case.
    private let rulesByHead: [ArraySlice<UInt8>: [Int]]
    /// The rules that may cover names with any first level.
    private let rulesWithoutHead: [Int]

    package convenience init() { self.init(rules: [], groups: [:], revision: "") }

    /// Compiles rules.
    ///
    /// `groups` gives the users of each group that a rule names, nested groups resolved.
    package init(rules: [Rule], groups: [String: [String]], revision: String) {
        self.rules = rules
        self.revision = revision
        let rolls = groups.mapValues(Roll.init)
        scopes = rules.map(Scope.init)
        audiences = rules.map { Audience($0, groups: rolls) }
        var byHead: [ArraySlice<UInt8>: [Int]] = [:]
        var withoutHead: [Int] = []
        for (index, scope) in scopes.enumerated() {
            guard let heads = scope.heads else {
                withoutHead.append(index)
                continue
            }
            for head in Set(heads) { byHead[head[...], default: []].append(index) }
        }
        rulesByHead = byHead
        rulesWithoutHead = withoutHead
    }

    /// The rules that apply to the user of this canonical name, at a backend with these names.
    package func policy(
        for user: String,
        names: BackendNames = BackendNames()
    ) -> UserPolicy {
        let name = Array(user.utf8)
        let applying = audiences.indices.filter { audiences[$0].includes(name) }
        return UserPolicy(self, applying: applying, names: names)
    }

    /// Calls `body` with each rule that may cover a name with this first level.
    func forEachRule(near head: ArraySlice<UInt8>, _ body: (Int) -> Void) {
        for index in rulesWithoutHead { body(index) }
        for index in rulesByHead[head] ?? [] { body(index) }
    }
}
