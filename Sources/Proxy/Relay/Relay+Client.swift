// The client's side: from bytes to a command that is judged, recorded and sent on.
import Audit
import Bytes
import IMAP
import Policy

extension Relay {
    mutating func clientSent(
        _ bytes: Span<UInt8>,
        at now: Instant,
        into out: inout Outbox
    ) -> Progress {
        // A command's time runs from its first byte, or one byte a minute would keep it for ever;
        // a message that is passed on or counted away needs only to come on.
        if client.isIdle || isUploading || passingBy != nil { sawInput(at: now) }
        let wasCompressing = isCompressing
        var offset = 0
        // What follows COMPRESS must be decompressed first.
        while acceptsInput && isCompressing == wasCompressing {
            let event: CommandFragmenter.Event
            if expectsDone {
                event = client.feedLine(bytes, from: &offset, bytesMax: Self.doneBytesMax)
            } else {
                event = client.feed(bytes, from: &offset)
            }
            switch event {
            case .needMore: return Progress(consumed: offset)
            case .streamed(let range):
                digest?.update(bytes.extracting(range))
                return Progress(consumed: range.lowerBound, relayed: range.count)
            case .streamEnded:
                messageEnded()
            case .literal(let header): atLiteral(header, at: now, into: &out)
            case .command: atCommand(at: now, into: &out)
            case .violation(let violation):
                end(violation.farewell, violation.event, into: &out)
            }
        }
        return Progress(consumed: offset)
    }

    /// Whether the client may be read: nothing waits that must come first.
    var acceptsInput: Bool {
        if isHolding || !mayAnswer || !unsent.isEmpty { return false }
        if isUploading, upload?.isAsked == true { return false }
        return !isIdleInBetween
    }

    private var mayAnswer: Bool { !isFinished && isRecorderAvailable && !isInsideResponse }

    /// Judges the waiting command again, now that something has changed.
    mutating func resume(at now: Instant, into out: inout Outbox) {
        guard isHolding, mayAnswer else { return }
        isHolding = false
        if let header = heldLiteral {
            atLiteral(header, at: now, into: &out)
        } else {
            atCommand(at: now, into: &out)
        }
    }

    /// Whether what rules must know of the user or his mailboxes is being asked for.
    mutating func awaitsFacts(at now: Instant, into out: inout Outbox) -> Bool {
        awaitsGroups(at: now, into: &out) || awaitsUses(at: now, into: &out)
    }

    mutating func hold() { isHolding = true }

    // MARK: Commands

    private mutating func atCommand(at now: Instant, into out: inout Outbox) {
        if expectsDone { return endIdle(at: now, into: &out) }
        if isUploading, let upload { return endUpload(upload, into: &out) }
        if passingBy != nil { return endPassingBy(into: &out) }
        // It may change what the next command's octets mean.
        if inFlight.contains(.enable) { return hold() }
        if awaitsFacts(at: now, into: &out) { return hold() }
        let tagged: TaggedCommand
        do {
            tagged = try CommandParser.parse(client.command, text: enabled.quotedText)
        } catch {
            return refuse(error, into: &out)
        }
        guard inFlight.admits(tagged.command.pipelining) else { return hold() }
        sawWellFormed()
        count()
        guard settle(tagged, at: now, into: &out) else { return hold() }
        forgetCommand()
        descendants = nil
        client.reset()
        sawInput(at: now)
    }

    private mutating func refuse(_ failure: ParseFailure, into out: inout Outbox) {
        client.reset()
        recordMalformed(failure, into: &out)
        answer(
            failure.tag,
            failure.reason == .unknownCommand ? .unknownCommand : .malformed,
            into: &out
        )
        countMalformed(into: &out)
    }

    /// Brings a command to its end or on its way; false when it must wait.
    private mutating func settle(
        _ tagged: TaggedCommand,
        at now: Instant,
        into out: inout Outbox
    ) -> Bool {
        if isInUse(tagged.tag) {
            recordTagInUse(tagged, into: &out)
            out.client.append(.tagInUse, tag: tagged.tag)
            return true
        }
        if awaitsMeters(for: tagged.command, into: &out) { return false }
        switch authorization.judge(tagged.command) {
        case .local(let answer, let grounds):
            recordLocal(tagged, grounds, into: &out)
            if case .id(let fields) = tagged.command {
                introduced(as: fields.clientName, at: now, into: &out)
            }
            self.answer(tagged.tag, answer, into: &out)
        case .probe(let name):
            descendants = []
            // Without a delimiter there is nothing below a mailbox.
            guard let pattern = backend.naming.patternBelow(name) else {
                return settle(tagged, at: now, into: &out)
            }
            let list = List(patterns: [pattern])
            send(.list(list), tag: nil, .probe, at: now, into: &out)
            return false
        case .refuse(let refusal, let grounds, let deselects):
            guard record(refusal, tagged, grounds, into: &out) else { return false }
            // A search that is answered with BAD leaves `$` as it was (RFC 5182, 2.1).
            if tagged.command.savesResult && refusal.status == .no { isResultLost = true }
            let refusal = refusal.worded(by: grounds)
            guard deselects else {
                out.client.append(refusal, tag: tagged.tag)
                if grounds.mailbox?.endsSession ?? false {
                    end("As much was fetched as the policy allows", .limit, into: &out)
                }
                break
            }
            // A refused SELECT leaves nothing selected, at the backend as well (section D, 2).
            let plan = authorization.leaving
            begin(plan, for: tagged, .refusal(refusal), at: now, into: &out)
        case .ignore(let grounds):
            guard record(.readOnly, tagged, grounds, into: &out) else { return false }
            out.client.appendOK(tagged.tag, tagged.command.phrase)
        case .forward(var forward):
            if isAmbiguous(forward) { return false }
            if !forward.hasPlan && settings.audited.expungedUIDs {
                forward.plan = askingWhatGoes(forward)
            }
            if forward.hasPlan && !inFlight.isEmpty { return false }
            guard record(tagged, forward, into: &out) else { return false }
            announceDeparture(for: forward.purpose, into: &out)
            if forward.hasPlan, let plan = forward.plan {
                begin(plan, for: tagged, forward.purpose, at: now, into: &out)
            } else if case .idle = forward.purpose, !backend.capabilities.contains(.idle) {
                beginPolling(asking(tagged, .plain, at: now), at: now, into: &out)
            } else {
                _ = send(tagged, forward, at: now, into: &out)
            }
        }
        return true
    }

    /// Whether the command must wait for a FETCH under way, since an answer with a text under
    /// another name could be meant for either.
    private func isAmbiguous(_ forward: Forward) -> Bool {
        guard case .fetch(let filter) = forward.purpose else { return false }
        return filter.renames.isEmpty ? inFlight.isRenaming : inFlight.isFetching
    }
}
