// All rules of the policy, compiled; asked per user, then per mailbox.

/// The whole policy: every rule only takes away, so their order never matters.
package final class PolicySet: Sendable {
    /// SHA-256 of the policy's canonical form, hexadecimal; stands in every record.
    package let revision: String
    package let rules: [Rule]
    package let groups: [String: Members]
    let scopes: [Scope]
    let terms: [Terms]
    let addressees: [Addressees]
    /// The rules that may cover names with this first level, in either case.
    private let rulesByHead: [ArraySlice<UInt8>: [Int]]
    /// The rules that may cover names with any first level.
    private let rulesWithoutHead: [Int]
    /// The rules that name special uses.
    let rulesWithUses: [Int]
    /// What must be known of the Unix groups of whoever logs in.
    package let unixGroupsNeed: PolicyNeed

    package convenience init() { self.init(rules: [], groups: [:], revision: "") }

    /// Compiles rules.
    ///
    /// `groups` gives the members of each group that a rule names, nested groups resolved.
    package init(rules: [Rule], groups: [String: Members], revision: String) {
        self.rules = rules
        self.groups = groups
        self.revision = revision
        let rolls = groups.mapValues(Roll.init)
        scopes = rules.map(Scope.init)
        terms = rules.map(Terms.init)
        unixGroupsNeed = PolicyNeed(unixGroupsFor: rules, groups)
        rulesWithUses = rules.indices.filter { !rules[$0].specialUses.isEmpty }
        addressees = rules.map { Addressees($0, groups: rolls) }
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

    /// Whether there are rules and none of them is enforced.
    package var isRehearsed: Bool { !rules.isEmpty && rules.allSatisfy { $0.mode == .report } }

    /// The rules that apply to the subject at this moment, at a backend with these names.
    package func policy(
        for subject: Subject,
        at time: UnixTime,
        _ names: BackendNames = BackendNames()
    ) -> UserPolicy {
        let user = Array(subject.user.utf8)
        var applying: [Int] = []
        var changes: UnixTime?
        for index in rules.indices where addressees[index].include(subject, named: user) {
            let when = rules[index].when
            guard when.admit(subject) else { continue }
            if when.hold(at: time) { applying.append(index) }
            if let edge = when.nextEdge(after: time) { changes = min(edge, changes ?? edge) }
        }
        let enforced = applying.filter { rules[$0].mode == .enforce }
        var rehearsed: UserPolicy?
        if enforced.count < applying.count {
            rehearsed = UserPolicy(self, enforcing: applying, names: names)
        }
        return UserPolicy(
            self,
            enforcing: enforced,
            names: names,
            changes: changes,
            rehearsed: rehearsed
        )
    }

    /// Calls `body` with each rule that may cover a name with this first level.
    func forEachRule(near head: ArraySlice<UInt8>, _ body: (Int) -> Void) {
        for index in rulesWithoutHead { body(index) }
        for index in rulesByHead[head] ?? [] { body(index) }
    }
}
