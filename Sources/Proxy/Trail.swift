// The session's pen: counts commands, stamps records with the session's facts, and remembers
// whether everything that must be durable is.
import Audit

/// Puts a session's records into the outbox and keeps count of what is not durable yet.
struct Trail {
    var facts: SessionFacts {
        didSet {
            known = nil
            identity = nil
        }
    }

    /// The facts as records repeat them, encoded when the first record after a change wants them.
    private var known: [UInt8]?
    private var identity: [UInt8]?
    /// The number of the command under way.
    private(set) var sequence: UInt64 = 0
    private var isAwaitingDisk = false
    /// Messages of which text was read, and bytes of messages either way.
    private var messages: UInt64 = 0
    private var bytes: UInt64 = 0
    private let durability: Durability

    init(_ facts: SessionFacts, durability: Durability) {
        self.facts = facts
        self.durability = durability
    }

    /// Whether every durable record that was put out is on disk.
    var isDurable: Bool { !isAwaitingDisk }

    mutating func beginCommand() { sequence += 1 }

    /// Whether what a record of this class describes may take effect now, the record being put out.
    func mayFollow(_ recordClass: RecordClass) -> Bool {
        isDurable || !durability.isDemanded(of: recordClass)
    }

    /// The driver's word that all records put out so far are on disk.
    mutating func recorded() { isAwaitingDisk = false }

    mutating func record(_ record: consuming Record, into out: inout Outbox) {
        if record.isDurable { isAwaitingDisk = true }
        out.records.append(record)
    }

    /// A record that stands for itself.
    mutating func event(
        _ event: Event,
        verdict: Record.Verdict? = nil,
        reason: Phrase? = nil
    ) -> Record {
        var record = Record(event, .event, verdict: verdict, session: encodedFacts())
        record.reason = reason
        return record
    }

    /// Adds what a command has moved to the session's totals.
    mutating func count(messages: UInt64, bytes: UInt64) {
        self.messages &+= messages
        self.bytes &+= bytes
    }

    /// The end of the session, with its totals as far as it knows them itself.
    mutating func end(_ reason: Phrase) -> Record {
        var record = event(.connectionClose, reason: reason)
        record.messages = messages
        record.bytes = bytes
        record.details = [.number("commands", sequence)]
        return record
    }

    /// The decision about the command under way; without a class nothing waits for it.
    mutating func decision(
        _ event: Event,
        _ verdict: Record.Verdict,
        of recordClass: RecordClass? = nil
    ) -> Record {
        var record = Record(
            event,
            .decision,
            verdict: verdict,
            isDurable: recordClass.map(durability.isDemanded) ?? false,
            session: encodedFacts()
        )
        record.sequence = sequence
        return record
    }

    /// Records that rules in report mode would not let the session go on: the backend does not tell
    /// the special uses that they name.
    mutating func recordUnknownUses(into out: inout Outbox) {
        let reason: Phrase = "backend does not say what mailboxes are for"
        record(event(.backendLogin, verdict: .wouldDeny, reason: reason), into: &out)
    }

    /// What came of the command `sequence`; its decision says the rest about the session.
    mutating func outcome(_ event: Event, _ result: Record.Result, of sequence: UInt64) -> Record {
        var record = Record(event, .outcome, session: encodedIdentity())
        record.sequence = sequence
        record.result = result
        return record
    }

    private mutating func encodedFacts() -> [UInt8] {
        if let known { return known }
        let encoded = facts.encoded
        known = encoded
        return encoded
    }

    private mutating func encodedIdentity() -> [UInt8] {
        if let identity { return identity }
        let encoded = facts.encodedIdentity
        identity = encoded
        return encoded
    }
}
