// The session's pen: counts commands, stamps records with the session's facts, and remembers
// whether everything that must be durable is.
import Audit

/// Puts a session's records into the outbox and keeps count of what is not durable yet.
struct Trail {
    /// The facts that every record repeats; encoded again only when they change.
    var facts: SessionFacts {
        didSet { prefix = facts.encoded }
    }

    private(set) var prefix: [UInt8]
    /// The number of the command under way.
    private(set) var sequence: UInt64 = 0
    private var isAwaitingDisk = false

    init(_ facts: SessionFacts) {
        self.facts = facts
        prefix = facts.encoded
    }

    /// Whether every durable record that was put out is on disk.
    var isDurable: Bool { !isAwaitingDisk }

    mutating func beginCommand() { sequence += 1 }

    /// The driver's word that all records put out so far are on disk.
    mutating func recorded() { isAwaitingDisk = false }

    mutating func record(_ record: consuming Record, into out: inout Outbox) {
        if record.isDurable { isAwaitingDisk = true }
        out.records.append(record)
    }

    /// A record that stands for itself.
    func event(_ event: Event, verdict: Record.Verdict? = nil, reason: Phrase? = nil) -> Record {
        var record = Record(event, .event, verdict: verdict, session: prefix)
        record.reason = reason
        return record
    }

    /// The decision about the command under way.
    func decision(_ event: Event, _ verdict: Record.Verdict, isDurable: Bool) -> Record {
        var record = Record(
            event,
            .decision,
            verdict: verdict,
            isDurable: isDurable,
            session: prefix
        )
        record.sequence = sequence
        return record
    }
}
