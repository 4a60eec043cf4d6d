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
            recordRehearsal(tagged, sparing: forward.rewrite, into: &out)
            var record = decision(
                tagged,
                forward.rewrite == nil ? .allow : .rewrite,
                forward.grounds,
                isDurable: forward.isWriting
            )
            record.rewrite = forward.rewrite
            forward.command.describe(into: &record.arguments)
            recordSources(forward.grounds, into: &out)
            trail.record(record, into: &out)
            recordWatched(forward.grounds, tagged.command.verb, of: trail.sequence, into: &out)
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
            for access in grounds.implied { Self.tell(access, in: &record) }
            recordSources(grounds, into: &out)
            trail.record(record, into: &out)
            isRecorded = true
        }
        return refusal.status == .bad || trail.isDurable
    }

    /// Says which mailbox that the command does not name lacks what, and by which rules.
    private static func tell(_ access: Access, in record: inout Record) {
        let implied = access.record
        if var mailbox = record.mailbox {
            mailbox.forbidden = implied.forbidden
            mailbox.rules = implied.rules
            mailbox.because = implied.because
            record.mailbox = mailbox
        }
        if record.arguments.count > 0 { record.arguments.append(UInt8(ascii: " ")) }
        record.arguments.append(implied.raw.span)
        record.arguments.append(" lacks ")
        let lacking = [implied.missing] + implied.forbidden
        let words = lacking.filter { !$0.isEmpty }.joined(separator: " ")
        record.arguments.append(Array(words.utf8).span)
    }

    /// Writes what CATENATE reads, as a FETCH of it would be written.
    private mutating func recordSources(_ grounds: Grounds, into out: inout Outbox) {
        for source in grounds.sources {
            let verdict: Record.Verdict = source.refusal == nil ? .allow : .deny
            var record = trail.decision(.fetch, verdict, isDurable: verdict == .deny)
            record.verb = "CATENATE"
            record.state = state
            record.mailbox = source.access.record
            record.code = source.refusal?.code
            record.reason = source.refusal?.text
            source.url.describe(into: &record.arguments)
            trail.record(record, into: &out)
        }
    }

    /// Writes each mailbox that NOTIFY watches or ESEARCH searches, as a STATUS of it or a SEARCH
    /// in it would be written.
    mutating func recordWatched(
        _ grounds: Grounds,
        _ verb: Verb,
        of sequence: UInt64,
        into out: inout Outbox
    ) {
        for access in grounds.watched {
            let verdict: Record.Verdict = access.refusal == nil ? .allow : .deny
            let event: Event = verb == .notify ? .status : .search
            var record = trail.decision(event, verdict, isDurable: verdict == .deny)
            record.sequence = sequence
            record.verb = Phrase(verb.spelling)
            record.state = state
            record.mailbox = access.record
            record.code = access.refusal?.code
            record.reason = access.refusal?.text
            trail.record(record, into: &out)
        }
    }

    mutating func recordLocal(
        _ tagged: TaggedCommand,
        _ grounds: Grounds,
        into out: inout Outbox
    ) {
        guard !isRecorded else { return }
        recordRehearsal(tagged, into: &out)
        trail.record(decision(tagged, .local, grounds, isDurable: false), into: &out)
    }

    /// Writes that a tag came again before its command was answered.
    mutating func recordTagInUse(_ tagged: TaggedCommand, into out: inout Outbox) {
        _ = record(.tagInUse, tagged, Grounds(), into: &out)
        forgetCommand()
    }

    mutating func recordMalformed(_ failure: ParseFailure, into out: inout Outbox) {
        count()
        var record = trail.decision(failure.event, .bad, isDurable: false)
        record.verb = failure.phrase
        if let tag = failure.tag { record.tag = tag.bytes }
        record.state = state
        record.arguments = ShortBytes(failure.description)
        trail.record(record, into: &out)
        forgetCommand()
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
        record.arguments = exchange.uids.written
        record.messages = exchange.messages
        record.bytes = exchange.bytes
        record.filed = exchange.filed
        record.duration = now &- exchange.started
        trail.record(record, into: &out)
    }

    mutating func decision(
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

    var state: Phrase {
        // Compared with nil, the whole selection would be copied.
        if case .some = selection { "selected" } else { "authenticated" }
    }
}
