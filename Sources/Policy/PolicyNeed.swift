// What a policy must be told of somebody before it can judge.

/// Whether rules depend on something that somebody else must be asked for.
package enum PolicyNeed: Comparable, Sendable {
    case none
    /// Rules in report mode alone: without an answer nothing changes for the client.
    case rehearsed
    case enforced

    fileprivate init(_ rules: some Sequence<Rule>) {
        self = .none
        for rule in rules where self != .enforced {
            self = rule.mode == .enforce ? .enforced : .rehearsed
        }
    }

    /// Whether some rule asks for the Unix groups of users.
    init(unixGroupsFor rules: [Rule], _ groups: [String: Members]) {
        func asks(_ audience: Audience) -> Bool {
            !audience.unixGroups.isEmpty
                || audience.groups.contains { groups[$0]?.unixGroups.isEmpty == false }
        }
        self.init(rules.filter { asks($0.who) || asks($0.except) })
    }
}

extension PolicySet {
    /// Whether any rule asks for the Unix groups of users.
    package var namesUnixGroups: Bool { unixGroupsNeed != .none }

    /// What must be known of the special uses of somebody's mailboxes, at any time and whatever the
    /// client calls itself.
    package func usesNeed(for subject: Subject) -> PolicyNeed {
        need(for: subject, of: rulesWithUses)
    }

    /// What must be known of somebody's mailboxes for the sake of any rule.
    package func need(for subject: Subject) -> PolicyNeed { need(for: subject, of: rules.indices) }

    private func need(for subject: Subject, of chosen: some Collection<Int>) -> PolicyNeed {
        guard !chosen.isEmpty else { return .none }
        let user = Array(subject.user.utf8)
        var need = PolicyNeed.none
        for index in chosen where addressees[index].include(subject, named: user) {
            if rules[index].mode == .enforce { return .enforced }
            need = .rehearsed
        }
        return need
    }
}
