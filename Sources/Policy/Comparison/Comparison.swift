// What a new policy changes, for whom and where: computed over all classes, not by trying.

/// One change: a case that shows it, and what each policy says to it.
package struct PolicyDifference: Equatable, Sendable {
    package let subject: Subject
    /// 0 where no rule looks at the clock.
    package let time: UnixTime
    /// In canonical form.
    package let mailbox: String
    package let specialUses: SpecialUses
    package let before: Allowance
    package let after: Allowance

    /// Whether something is permitted now that was not before.
    package var isWidening: Bool { !after.isWithin(before) }
}

/// What a policy leaves somebody in one mailbox.
package struct Allowance: Equatable, Sendable {
    package private(set) var rights = Rights.full
    package private(set) var forbidden = Operations.none
    /// The volumes that bound FETCH.
    package private(set) var volumes: [Volume] = []

    /// Takes what an enforced rule takes.
    mutating func apply(_ rule: Rule) {
        guard rule.mode == .enforce else { return }
        rights.formIntersection(rule.limit)
        forbidden.formUnion(rule.forbidden)
        guard let volume = rule.volume else { return }
        // A bound that another one holds anyway says nothing.
        guard !volumes.contains(where: { $0.isWithin(volume) }) else { return }
        volumes.removeAll { volume.isWithin($0) }
        volumes.append(volume)
    }

    /// Whether nothing is permitted here that `other` does not permit.
    func isWithin(_ other: Allowance) -> Bool {
        // What can't be done anyway need not be forbidden or bounded.
        let barred = forbidden.union(Operations(beyond: rights))
        return rights.isSubset(of: other.rights) && barred.isSuperset(of: other.forbidden)
            && (!rights.contains(.read) || isBounded(as: other))
    }

    private func isBounded(as other: Allowance) -> Bool {
        other.volumes.allSatisfy { bound in volumes.contains { $0.isWithin(bound) } }
    }

    package static func == (left: Allowance, right: Allowance) -> Bool {
        left.rights == right.rights && left.forbidden == right.forbidden
            && left.isBounded(as: right) && right.isBounded(as: left)
    }
}

extension PolicySet {
    /// Every difference to `newer`: one for each class of people, class of mailboxes and change.
    ///
    /// Where rules look at the clock, each is shown at a moment from `near` on if there is one.
    package func differences(
        to newer: PolicySet,
        near: UnixTime = 0
    ) throws(TooManyClasses) -> [PolicyDifference] {
        let classes = try PolicyClasses([self, newer], near: near)
        var found: [PolicyDifference] = []
        for person in classes.people {
            for place in classes.places {
                found += differences(to: newer, person, place, classes.ways)
            }
        }
        return found
    }

    /// The changes for one class of people in one class of mailboxes, each once.
    private func differences(
        to newer: PolicySet,
        _ person: RuleClass<Subject>,
        _ place: RuleClass<PolicyClasses.Place>,
        _ ways: [RuleClass<PolicyClasses.Way>]
    ) -> [PolicyDifference] {
        let here = person.bits.intersection(place.bits)
        var known: Set<RuleBits> = []
        var found: [PolicyDifference] = []
        for way in ways {
            let bits = here.intersection(way.bits)
            guard known.insert(bits).inserted else { continue }
            let before = allowance(bits, from: 0)
            let after = newer.allowance(bits, from: rules.count)
            let isKnown = found.contains { $0.before == before && $0.after == after }
            guard before != after, !isKnown else { continue }
            found.append(
                PolicyDifference(
                    subject: PolicyClasses.subject(person.value, by: way.value),
                    time: way.value.time,
                    mailbox: place.value.name,
                    specialUses: place.value.uses,
                    before: before,
                    after: after
                )
            )
        }
        return found
    }
}
