// What a policy is meant to do, said by example: who gives which command, and what comes of it.
package import Policy

/// One example of a file of cases.
package struct PolicyCase: Equatable, Sendable {
    /// A sentence.
    package var name: String
    package var position: SourcePosition
    package var circumstances: Circumstances
    /// The mailbox that is selected when the command comes; nil: none.
    package var selected: String?
    /// As a client writes it, without its tag and its last CRLF.
    package var command: String
    package var expected: Expectation

    package init(
        name: String,
        position: SourcePosition,
        circumstances: Circumstances,
        selected: String? = nil,
        command: String,
        expected: Expectation
    ) {
        self.name = name
        self.position = position
        self.circumstances = circumstances
        self.selected = selected
        self.command = command
        self.expected = expected
    }
}

/// All that a decision may depend on beside the policy, the mailbox and the command.
package struct Circumstances: Equatable, Sendable {
    package var subject: Subject
    /// nil: when it doesn't matter, now.
    package var time: UnixTime?
    /// Mailboxes that the backend tells of, by their canonical names, with what they are for.
    package var mailboxes: [String: SpecialUses] = [:]

    package init(_ subject: Subject) { self.subject = subject }
}

extension PolicyCase {
    /// What must come of a command; what is nil may be anything.
    package struct Expectation: Equatable, Sendable {
        /// What the trail calls the decision.
        package enum Verdict: String, CaseIterable, Sendable {
            case allow, rewrite, local, deny, bad
        }

        package var verdict: Verdict
        /// The ids of all rules that took what is missing.
        package var rules: Set<String>?
        /// The ids of all rules in report mode that would have taken it.
        package var rehearsed: Set<String>?
        /// The ids of all rules that bound how much the command may fetch.
        package var meters: Set<String>?
        /// What the client reads behind its tag.
        package var answer: String?

        package init(_ verdict: Verdict) { self.verdict = verdict }
    }
}
