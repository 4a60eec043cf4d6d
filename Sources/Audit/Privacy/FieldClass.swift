// What of a record tells of people, by classes, and what an administrator may want done with them.

/// A class of fields that an administrator treats alike; fields of no class are always kept.
package enum FieldClass: String, CaseIterable, Sendable {
    /// Names of users, and whose certificate it was.
    case people
    /// Where clients are.
    case addresses
    /// Names of mailboxes, which often are names of people or matters.
    case mailboxes
    /// What tells one message from all others.
    case messages
    /// Other words of a client: arguments, tags, names of servers.
    case words
}

/// What becomes of the fields of a class before a line is written.
package enum Treatment: String, CaseIterable, Sendable {
    case keep
    /// A pseudonym, the same for equal values throughout a period.
    case hmac
    /// Readable as long as the subject's key is there.
    case encrypt
    case drop
}

/// How each class is treated, and how long a key lasts.
package struct PrivacyRules: Equatable, Sendable {
    private var treatments = [Treatment](repeating: .keep, count: FieldClass.allCases.count)
    package var period = KeyPeriod.month

    package init() {}

    package subscript(fields: FieldClass) -> Treatment {
        get { treatments[fields.index] }
        set { treatments[fields.index] = newValue }
    }

    /// Whether there is nothing to do at all.
    package var keepsEverything: Bool { treatments.allSatisfy { $0 == .keep } }

    /// Whether a class is treated so.
    package func uses(_ treatment: Treatment) -> Bool { treatments.contains(treatment) }

    /// What is not kept, for the trail's own record: `people=encrypt words=drop`.
    package var words: String {
        FieldClass.allCases.filter { self[$0] != .keep }
            .map { "\($0.rawValue)=\(self[$0].rawValue)" }.joined(separator: " ")
    }

    /// Reads what `words` wrote; nil for anything else.
    package init?(_ words: String) {
        for word in words.split(separator: " ") {
            let parts = word.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, let fields = FieldClass(rawValue: String(parts[0])),
                let treatment = Treatment(rawValue: String(parts[1]))
            else { return nil }
            self[fields] = treatment
        }
    }
}

extension FieldClass {
    fileprivate var index: Int {
        switch self {
        case .people: 0
        case .addresses: 1
        case .mailboxes: 2
        case .messages: 3
        case .words: 4
        }
    }
}
