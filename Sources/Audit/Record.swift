// One entry of the trail as a value: what was asked, what was decided and why, what came of it.
package import Bytes

/// What one line of the trail says.
///
/// Holds no password, no SASL payload and no message content, on no path. Text that a client sent
/// stands in it as raw bytes; the encoder escapes it.
package struct Record: Equatable, Sendable {
    /// Where in the life of a command the record stands.
    package enum Phase: String, Sendable {
        /// Written before the command takes effect.
        case decision
        /// Written when the command is answered: result, counts, duration.
        case outcome
        /// Stands for itself: a connection, a login, a failure.
        case event
    }

    package enum Verdict: String, Sendable {
        case allow, rewrite, local, deny, bad, disconnect
        /// What a policy under rehearsal would have done; the command went its way.
        case wouldDeny = "would-deny"
        case wouldRewrite = "would-rewrite"
    }

    package enum Result: String, Sendable {
        case ok = "OK"
        case no = "NO"
        case bad = "BAD"
        /// The session ended before the command was answered.
        case aborted
    }

    /// A mailbox that a command names, and what the policy says about it.
    package struct Mailbox: Equatable, Sendable {
        /// The octets that the client sent.
        package var raw: [UInt8]
        /// The canonical name in UTF-8; nil when the octets are no canonical name.
        package var canonical: [UInt8]?
        /// RFC 4314 letters.
        package var needed: String
        package var held: String
        package var missing: String
        /// Operations of the command that rules forbid, by the names of policy files.
        package var forbidden: [String]
        /// Ids of the rules that took the missing rights away or forbid the operations.
        package var rules: [String]
        /// What these rules say of their reasons.
        package var because: [String]

        package init(
            raw: [UInt8],
            canonical: [UInt8]?,
            needed: String,
            held: String,
            missing: String,
            forbidden: [String] = [],
            rules: [String],
            because: [String] = []
        ) {
            self.raw = raw
            self.canonical = canonical
            self.needed = needed
            self.held = held
            self.missing = missing
            self.forbidden = forbidden
            self.rules = rules
            self.because = because
        }
    }

    /// A message, or a part of one, that a client sent to be filed.
    package struct Filed: Equatable, Sendable {
        package var bytes: UInt64
        /// SHA-256; nil where it was not made.
        package var digest: [UInt8]?

        package init(bytes: UInt64, digest: [UInt8]?) {
            self.bytes = bytes
            self.digest = digest
        }
    }

    private let place = InPlace()
    package var event: Event
    package var phase: Phase
    package var verdict: Verdict?

    /// Whether the record must be on disk before what it describes takes effect.
    package var isDurable: Bool

    /// The session's constant facts, encoded once (see `SessionFacts.encoded`).
    package var session: [UInt8]

    /// Counts the session's commands from 1; 0 outside a command.
    package var sequence: UInt64 = 0
    package var tag = ShortBytes()
    /// The number of our tag towards the backend; 0 when the backend was not asked.
    package var backendTag: UInt64 = 0
    /// The verb in upper case, `UID ` included.
    package var verb: Phrase?
    /// `not authenticated`, `authenticated` or `selected`: in a decision the state in which the
    /// command came, in an outcome the state in which it left the session.
    package var state: Phrase?
    /// The mailbox that the command names, or the selected one that it reads or changes.
    package var mailbox: Mailbox?
    /// The second mailbox of RENAME, COPY, MOVE and REPLACE.
    package var destination: Mailbox?
    /// Set, items, flags, sizes, search keys without their values; never content.
    ///
    /// In an outcome the UIDs of the messages told of or removed, as far as answers named them.
    package var arguments = ShortBytes()
    /// What was changed on the way to the backend, for example `SELECT to EXAMINE`.
    package var rewrite: Phrase?
    package var reason: Phrase?
    package var result: Result?
    /// The response code that the client got, without brackets.
    package var code: Phrase?
    /// Messages fetched, stored, filed or expunged.
    package var messages: UInt64 = 0
    /// Bytes of message data that left or entered.
    package var bytes: UInt64 = 0
    /// UIDVALIDITY of the selected mailbox, which the UIDs of an outcome are of; 0: not known.
    package var uidValidity: UInt32 = 0
    /// What of messages left the building.
    package var content = MessageContent()
    package var extent: ReadingExtent?
    /// Message-IDs of the messages told of, each with a line feed behind it.
    package var messageIDs: [UInt8] = []
    /// What an APPEND or REPLACE was sent, in its order.
    package var filed: [Filed] = []
    /// Microseconds from the decision to the answer.
    package var duration: UInt64 = 0
    package var details: [RecordDetail] = []

    package init(
        _ event: Event,
        _ phase: Phase,
        verdict: Verdict? = nil,
        isDurable: Bool = false,
        session: [UInt8]
    ) {
        self.event = event
        self.phase = phase
        self.verdict = verdict
        self.isDurable = isDurable
        self.session = session
    }
}

/// A constant text of ours that costs no allocation; equal when the texts are.
package struct Phrase: Equatable, Sendable, ExpressibleByStringLiteral {
    package let text: StaticString

    package init(stringLiteral text: StaticString) { self.text = text }

    package init(_ text: StaticString) { self.text = text }

    package static func == (left: Phrase, right: Phrase) -> Bool {
        let (left, right) = (left.text.span, right.text.span)
        guard left.count == right.count else { return false }
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }
}
