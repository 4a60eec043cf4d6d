// Who can do what where: every class of people and mailboxes, with what each policy leaves them.

/// What one class of people may do in one class of mailboxes, in some way to come.
package struct PolicySurveyRow: Equatable, Sendable {
    package let subject: Subject
    package let time: UnixTime
    /// In canonical form; stands for all names that the same rules cover.
    package let mailbox: String
    package let specialUses: SpecialUses
    package let allowance: Allowance
    /// The rules that apply and take something, in the policy's order.
    package let rules: [Rule]
}

extension PolicySet {
    /// One row for each class of people, class of mailboxes and result.
    ///
    /// Where rules look at the clock, each is shown at a moment from `near` on if there is one.
    package func survey(near: UnixTime = 0) throws(TooManyClasses) -> [PolicySurveyRow] {
        let classes = try PolicyClasses([self], near: near)
        var rows: [PolicySurveyRow] = []
        for person in classes.people {
            for place in classes.places {
                let here = person.bits.intersection(place.bits)
                var known: Set<RuleBits> = []
                for way in classes.ways {
                    let bits = here.intersection(way.bits)
                    guard known.insert(bits).inserted else { continue }
                    rows.append(
                        PolicySurveyRow(
                            subject: PolicyClasses.subject(person.value, by: way.value),
                            time: way.value.time,
                            mailbox: place.value.name,
                            specialUses: place.value.uses,
                            allowance: allowance(bits, from: 0),
                            rules: rules.indices.filter(bits.contains).map { rules[$0] }
                        )
                    )
                }
            }
        }
        return rows
    }

    /// What the rules in `bits` leave; this policy's first rule has the number `first` there.
    func allowance(_ bits: RuleBits, from first: Int) -> Allowance {
        var allowance = Allowance()
        for index in rules.indices where bits.contains(first + index) {
            allowance.apply(rules[index])
        }
        return allowance
    }
}
