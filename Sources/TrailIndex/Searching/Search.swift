// What an auditor looks for. Several values of one kind are alternatives; different kinds must all
// apply.
package import Policy

package struct Search: Sendable {
    /// Exact names, or with `*` for any run of characters.
    package var users: [String] = []
    package var mailboxes: [Pattern] = []
    package var events: [String] = []
    package var verdicts: [String] = []
    package var results: [String] = []
    package var rules: [String] = []
    package var networks: [Network] = []
    /// 16 hexadecimal digits.
    package var session: String?
    package var uid: UInt32?
    /// Microseconds of UTC since 1970; from here on, and up to but without that.
    package var since: Int64?
    package var until: Int64?
    /// From the newest entry backwards.
    package var isNewestFirst = false
    package var countMax: Int?

    package init() {}
}

/// An entry that was found, by the places of its lines.
package struct Hit: Equatable, Sendable {
    package let sequence: UInt64
    /// The first byte of its line in its segment.
    package let place: UInt64
    /// Its outcome, if that is a line of its own.
    package let outcome: Line?

    package struct Line: Equatable, Sendable {
        package let sequence: UInt64
        package let place: UInt64
    }
}
