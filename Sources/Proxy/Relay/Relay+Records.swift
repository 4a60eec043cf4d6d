// The relay's records: a decision before each effect, an outcome after each answer.
import Audit
import Bytes
import IMAP

extension Relay {
    /// Writes the decision to let a command pass; true when it may go to the backend.
    ///
    /// The record must be durable first where that is demanded of its class.
    mutating func record(
        _ tagged: TaggedCommand,
        _ forward: Forward,
        into out: inout Outbox
    ) -> Bool {
        let recordClass: RecordClass = forward.isWriting ? .writing : .reading
        if !isRecorded {
            recordRehearsal(tagged, sparing: forward.rewrite, into: &out)
            recordSources(forward.grounds, into: &out)
            trail.record(decision(tagged, forward, of: recordClass), into: &out)
            // In its place: a record is big, and given away by name it would be copied.
            describe(forward.command, in: &out.records[out.records.count - 1])
            recordWatched(forward.grounds, tagged.command.verb, of: trail.sequence, into: &out)
            isRecorded = true
        }
        return trail.mayFollow(recordClass)
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
            var record = decision(
                tagged,
                isPolicy ? .deny : .bad,
                grounds,
                of: isPolicy ? .denied : nil
            )
            record.code = refusal.code
            record.reason = refusal.text
            describe(tagged.command, in: &record)
            for access in grounds.implied { Self.tell(access, in: &record) }
            recordSources(grounds, into: &out)
            trail.record(record, into: &out)
            isRecorded = true
        }
        return refusal.status == .bad || trail.mayFollow(.denied)
    }

    func describe(_ command: Command, in record: inout Record) {
        let tellsSearched = settings.audited.searchedWords
        command.describe(into: &record.arguments, tellsSearched: tellsSearched)
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
            var record = trail.decision(.fetch, verdict, of: verdict == .deny ? .denied : nil)
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
            var record = trail.decision(event, verdict, of: verdict == .deny ? .denied : nil)
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
        var record = decision(tagged, .local, grounds)
        if case .id = tagged.command { describe(tagged.command, in: &record) }
        trail.record(record, into: &out)
    }

    /// Writes that a tag came again before its command was answered.
    mutating func recordTagInUse(_ tagged: TaggedCommand, into out: inout Outbox) {
        _ = record(.tagInUse, tagged, Grounds(), into: &out)
        forgetCommand()
    }

    mutating func recordMalformed(_ failure: ParseFailure, into out: inout Outbox) {
        count()
        var record = trail.decision(failure.event, .bad)
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
        trail.count(messages: exchange.messagesRead, bytes: exchange.bytes)
        trail.record(outcome(of: exchange, result, code: code, at: now), into: &out)
        describe(exchange, in: &out.records[out.records.count - 1])
    }

    private mutating func outcome(
        of exchange: Exchange,
        _ result: Record.Result,
        code: Phrase?,
        at now: Instant
    ) -> Record {
        var record = trail.outcome(exchange.verb.row.event, result, of: exchange.sequence)
        record.backendTag = exchange.number
        record.state = state
        record.code = code
        record.arguments = exchange.uids.written
        record.messages = exchange.messages
        record.bytes = exchange.bytes
        record.filed = exchange.filed
        record.duration = now &- exchange.started
        return record
    }

    /// Says of which mailbox's life the UIDs are, what of messages was told, and where they went.
    private func describe(_ exchange: Exchange, in record: inout Record) {
        let selects = exchange.verb == .select || exchange.verb == .examine
        if selects || !record.arguments.isEmpty, case .some = selection {
            record.uidValidity = selection?.uidValidity ?? 0
        }
        record.content = MessageContent(exchange.content)
        record.extent = exchange.extent
        record.messageIDs = exchange.messageIDs
        if let arrival = exchange.arrival {
            var uids: [UInt8] = []
            arrival.uids.append(to: &uids)
            record.details = [
                .number("to_uidvalidity", UInt64(arrival.validity)), .text("to_uids", uids),
            ]
        }
    }

    mutating func decision(
        _ tagged: TaggedCommand,
        _ verdict: Record.Verdict,
        _ grounds: Grounds,
        of recordClass: RecordClass? = nil
    ) -> Record {
        var record = trail.decision(tagged.command.verb.row.event, verdict, of: recordClass)
        record.tag = tagged.tag.bytes
        record.verb = tagged.command.phrase
        record.state = state
        record.mailbox = grounds.mailbox?.record
        record.destination = grounds.destination?.record
        return record
    }

    private mutating func decision(
        _ tagged: TaggedCommand,
        _ forward: Forward,
        of recordClass: RecordClass
    ) -> Record {
        let verdict: Record.Verdict = forward.rewrite == nil ? .allow : .rewrite
        var record = decision(tagged, verdict, forward.grounds, of: recordClass)
        record.rewrite = forward.rewrite
        return record
    }

    var state: Phrase {
        // Compared with nil, the whole selection would be copied.
        if case .some = selection { "selected" } else { "authenticated" }
    }
}
