// How sure of the disk a record must be before what it describes takes effect, class by class.

/// What a record is about, as far as its durability goes.
package enum RecordClass: String, CaseIterable, Sendable {
    /// Who somebody is: logins, and those that failed.
    case identity
    /// What the policy refused.
    case denied
    /// Commands that change something.
    case writing
    /// All other commands of an authenticated user.
    case reading
}

/// The classes whose records must be on disk first; those of the others are handed over first.
package struct Durability: Equatable, Sendable {
    package var identity = true
    package var denied = true
    package var writing = true
    package var reading = false

    package init() {}

    package func isDemanded(of recordClass: RecordClass) -> Bool {
        switch recordClass {
        case .identity: identity
        case .denied: denied
        case .writing: writing
        case .reading: reading
        }
    }
}
