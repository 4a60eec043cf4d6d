// The relay's records: a decision before each effect, an outcome after each answer.
import Audit
import Bytes
import IMAP

extension Relay {
    /// Writes the decision to let a command pass; true when it may go to the backend.
    ///
    /// The records of commands that change something must be durable first.
    mutating func record(
        _ tagged: TaggedCommand,
        _ forward: Forward,
        into out: inout Outbox
    ) -> Bool {
        if !isRecorded {
            var record = decision(
                tagged,
                forward.rewrite == nil ? .allow : .rewrite,
                forward.grounds,
                isDurable: forward.isWriting
            )
            record.rewrite = forward.rewrite
            forward.command.describe(into: &record.arguments)
            trail.record(record, into: &out)
            isRecorded = true
        }
        return !forward.isWriting || trail.isDurable
    }

    /// Writes a refusal; true when the client may hear of it.
    mutating func record(
        _ refusal: Refusal,
        _ tagged: TaggedCommand,
        _ grounds: Grounds,
        into out: inout Outbox
    ) -> Bool {
        if !isRecorded {
            let isPolicy = refusal.status == .no
            var record = decision(tagged, isPolicy ? .deny : .bad, grounds, isDurable: isPolicy)
            record.code = refusal.code
            record.reason = refusal.text
            tagged.command.describe(into: &record.arguments)
            trail.record(record, into: &out)
            isRecorded = true
        }
        return refusal.status == .bad || trail.isDurable
    }

    mutating func recordLocal(_ tagged: TaggedCommand, into out: inout Outbox) {
        guard !isRecorded else { return }
        trail.record(decision(tagged, .local, Grounds(), isDurable: false), into: &out)
    }

    /// Writes that a tag came again before its command was answered.
    mutating func recordTagInUse(_ tagged: TaggedCommand, into out: inout Outbox) {
        _ = record(.tagInUse, tagged, Grounds(), into: &out)
        isRecorded = false
    }

    mutating func recordMalformed(_ failure: ParseFailure, into out: inout Outbox) {
        trail.beginCommand()
        var record = trail.decision(failure.event, .bad, isDurable: false)
        record.verb = failure.phrase
        if let tag = failure.tag { record.tag = tag.bytes }
        record.state = state
        record.arguments = ShortBytes(failure.description)
        trail.record(record, into: &out)
    }

    mutating func recordOutcome(
        _ exchange: Exchange,
        _ result: Record.Result,
        code: Phrase?,
        at now: Instant,
        into out: inout Outbox
    ) {
        var record = trail.outcome(exchange.verb.row.event, result, of: exchange.sequence)
        record.backendTag = exchange.number
        record.state = state
        record.code = code
        record.messages = exchange.messages
        record.bytes = exchange.bytes
        record.duration = now &- exchange.started
        trail.record(record, into: &out)
    }

    private mutating func decision(
        _ tagged: TaggedCommand,
        _ verdict: Record.Verdict,
        _ grounds: Grounds,
        isDurable: Bool
    ) -> Record {
        var record = trail.decision(tagged.command.verb.row.event, verdict, isDurable: isDurable)
        record.tag = tagged.tag.bytes
        record.verb = tagged.command.phrase
        record.state = state
        record.mailbox = grounds.mailbox?.record
        record.destination = grounds.destination?.record
        return record
    }

    private var state: Phrase {
        // Compared with nil, the whole selection would be copied.
        if case .some = selection { "selected" } else { "authenticated" }
    }
}
