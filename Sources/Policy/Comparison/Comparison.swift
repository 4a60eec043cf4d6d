// What a new policy changes, for whom and where: computed over all classes, not by trying.

/// One change: a case that shows it, and what each policy says to it.
package struct PolicyDifference: Equatable, Sendable {
    package let subject: Subject
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
        rights.isSubset(of: other.rights) && forbidden.isSuperset(of: other.forbidden)
            && other.volumes.allSatisfy { bound in volumes.contains { $0.isWithin(bound) } }
    }

    package static func == (left: Allowance, right: Allowance) -> Bool {
        left.isWithin(right) && right.isWithin(left)
    }
}

extension PolicySet {
    /// Every difference to `newer`: one for each class of people, class of mailboxes and change.
    package func differences(to newer: PolicySet) throws(TooManyClasses) -> [PolicyDifference] {
        try Comparison(self, newer).differences()
    }
}

private struct Comparison {
    private let old: PolicySet
    private let new: PolicySet
    private let people: [RuleClass<Subject>]
    private let ways: [RuleClass<Way>]
    private let mailboxes: [RuleClass<Place>]

    /// From where, how and when; a subject of its own holds the facts.
    private struct Way {
        var subject = Subject(user: "")
        var time: UnixTime = 0
    }

    private struct Place {
        let name: String
        let uses: SpecialUses
    }

    init(_ old: PolicySet, _ new: PolicySet) throws(TooManyClasses) {
        self.old = old
        self.new = new
        let classes = SubjectClasses([old, new])
        let rules = old.rules + new.rules
        let addressees = old.addressees + new.addressees
        let scopes = old.scopes + new.scopes

        people = distinct(try classes.people()) { subject in
            let user = Array(subject.user.utf8)
            return RuleBits(rules.indices) { index in
                addressees[index].include(subject, named: user)
                    && rules[index].when.admit(certificate: subject.certificate)
            }
        }
        var ways = [RuleClass(value: Way(), bits: RuleBits(rules.indices) { _ in true })]
        func tell<Value>(
            _ values: [Value],
            apart holds: (Conditions, Value) -> Bool,
            _ set: (inout Way, Value) -> Void
        ) {
            let classes = distinct(values) { value in
                RuleBits(rules.indices) { holds(rules[$0].when, value) }
            }
            ways = combined(ways, classes, set)
        }
        tell(classes.addresses, apart: { $0.admit(address: $1) }) { $0.subject.address = $1 }
        tell(classes.methods, apart: { $0.admit(method: $1) }) { $0.subject.method = $1 }
        tell(classes.tlsVersions, apart: { $0.admit(tlsVersion: $1) }) {
            $0.subject.tlsVersion = $1
        }
        tell(classes.listeners, apart: { $0.admit(listener: $1) }) { $0.subject.listener = $1 }
        tell(try classes.clients(), apart: { $0.admit(client: $1) }) {
            $0.subject.clientName = $1
        }
        tell(classes.moments, apart: { $0.hold(at: $1) }) { $0.time = $1 }
        self.ways = ways
        let places = try classes.mailboxes().flatMap { name in
            classes.specialUses.map { Place(name: name, uses: $0) }
        }
        mailboxes = distinct(places) { place in
            let mailbox = JudgedMailbox(Array(place.name.utf8), place.uses)
            return RuleBits(rules.indices) { scopes[$0].covers(mailbox) }
        }
    }

    func differences() -> [PolicyDifference] {
        var found: [PolicyDifference] = []
        for person in people {
            for mailbox in mailboxes { found += differences(of: person, in: mailbox) }
        }
        return found
    }

    /// The changes for one class of people in one class of mailboxes, each once.
    private func differences(
        of person: RuleClass<Subject>,
        in mailbox: RuleClass<Place>
    ) -> [PolicyDifference] {
        let here = person.bits.intersection(mailbox.bits)
        var known: Set<RuleBits> = []
        var found: [PolicyDifference] = []
        for way in ways {
            let bits = here.intersection(way.bits)
            guard known.insert(bits).inserted else { continue }
            let before = allowance(old, bits, from: 0)
            let after = allowance(new, bits, from: old.rules.count)
            let isKnown = found.contains { $0.before == before && $0.after == after }
            guard before != after, !isKnown else { continue }
            var subject = way.value.subject
            subject.user = person.value.user
            subject.unixGroups = person.value.unixGroups
            subject.certificate = person.value.certificate
            found.append(
                PolicyDifference(
                    subject: subject,
                    time: way.value.time,
                    mailbox: mailbox.value.name,
                    specialUses: mailbox.value.uses,
                    before: before,
                    after: after
                )
            )
        }
        return found
    }

    private func allowance(_ policy: PolicySet, _ bits: RuleBits, from first: Int) -> Allowance {
        var allowance = Allowance()
        for (index, rule) in policy.rules.enumerated() where bits.contains(first + index) {
            allowance.apply(rule)
        }
        return allowance
    }
}
