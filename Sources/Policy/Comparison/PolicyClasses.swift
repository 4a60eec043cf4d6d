// All cases that some policies tell apart: people, ways to come, mailboxes; one case a class.

struct PolicyClasses {
    /// From where, how and when; a subject of its own holds the facts.
    struct Way {
        var subject = Subject(user: "")
        var time: UnixTime = 0
    }

    struct Place {
        let name: String
        let uses: SpecialUses
    }

    let people: [RuleClass<Subject>]
    let ways: [RuleClass<Way>]
    let places: [RuleClass<Place>]

    /// The rules of all policies count on, those of the first first; `near` is a moment that is of
    /// use to whoever reads of the classes.
    init(_ policies: [PolicySet], near: UnixTime) throws(TooManyClasses) {
        let classes = SubjectClasses(policies, near: near)
        let rules = policies.flatMap(\.rules)
        let addressees = policies.flatMap(\.addressees)
        let scopes = policies.flatMap(\.scopes)
        people = distinct(try classes.people()) { subject in
            let user = Array(subject.user.utf8)
            return RuleBits(rules.indices) { index in
                addressees[index].include(subject, named: user)
                    && rules[index].when.admit(certificate: subject.certificate)
            }
        }
        ways = Self.ways(classes, rules, clients: try classes.clients())
        let names = try classes.mailboxes()
        let all = names.flatMap { name in
            classes.specialUses.map { Place(name: name, uses: $0) }
        }
        places = distinct(all) { place in
            let mailbox = JudgedMailbox(Array(place.name.utf8), place.uses)
            return RuleBits(rules.indices) { scopes[$0].covers(mailbox) }
        }
    }

    private static func ways(
        _ classes: SubjectClasses,
        _ rules: [Rule],
        clients: [String]
    ) -> [RuleClass<Way>] {
        var ways = [RuleClass(value: Way(), bits: RuleBits(rules.indices) { _ in true })]
        func tell<Value>(
            _ values: [Value],
            apart holds: (Conditions, Value) -> Bool,
            _ set: (inout Way, Value) -> Void
        ) {
            let dimension = distinct(values) { value in
                RuleBits(rules.indices) { holds(rules[$0].when, value) }
            }
            ways = combined(ways, dimension, set)
        }
        tell(classes.addresses, apart: { $0.admit(address: $1) }) { $0.subject.address = $1 }
        tell(classes.methods, apart: { $0.admit(method: $1) }) { $0.subject.method = $1 }
        tell(classes.tlsVersions, apart: { $0.admit(tlsVersion: $1) }) {
            $0.subject.tlsVersion = $1
        }
        tell(classes.listeners, apart: { $0.admit(listener: $1) }) { $0.subject.listener = $1 }
        tell(clients, apart: { $0.admit(client: $1) }) { $0.subject.clientName = $1 }
        tell(classes.moments, apart: { $0.hold(at: $1) }) { $0.time = $1 }
        return ways
    }

    /// The subject of a class of people, come in some way.
    static func subject(_ person: Subject, by way: Way) -> Subject {
        var subject = way.subject
        subject.user = person.user
        subject.unixGroups = person.unixGroups
        subject.certificate = person.certificate
        return subject
    }
}
