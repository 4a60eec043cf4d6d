// The backend's side: every response is parsed, must be legal for what is in flight, and is
// filtered and encoded anew.
import Audit
import Bytes
import IMAP
import Policy

extension Relay {
    mutating func backendSent(
        _ bytes: Span<UInt8>,
        at now: Instant,
        into out: inout Outbox
    ) -> Progress {
        let progress = hear(bytes, at: now, into: &out)
        endIfClientIsDone(into: &out)
        return progress
    }

    private mutating func hear(
        _ bytes: Span<UInt8>,
        at now: Instant,
        into out: inout Outbox
    ) -> Progress {
        var offset = 0
        while !isFinished {
            switch answers.feed(bytes, from: &offset) {
            case .needMore: return Progress(consumed: offset)
            case .streamed(let range):
                guard isPassingLiteral else { continue }
                note(passing: bytes.extracting(range))
                return Progress(consumed: range.lowerBound, relayed: range.count)
            case .streamEnded:
                isPassingLiteral = false
                noteTextEnd()
            case .literal(let size): atLiteral(size, into: &out)
            case .response:
                if isFetch {
                    transcode(literal: nil, into: &out)
                    if owesAccess { tellAccess(into: &out) }
                    renewUses(at: now, into: &out)
                    renewWatch(at: now, into: &out)
                    resume(at: now, into: &out)
                } else {
                    received(at: now, into: &out)
                }
                answers.reset()
            case .violation: desynchronized("Backend broke the framing", into: &out)
            }
        }
        return Progress(consumed: bytes.count)
    }

    /// A backend that cannot be understood ends this session, and nothing else.
    mutating func desynchronized(_ reason: Phrase, into out: inout Outbox) {
        guard !isFinished else { return }
        var record = trail.event(.backendDesync, verdict: .disconnect, reason: reason)
        record.sequence = trail.sequence
        trail.record(record, into: &out)
        end("Mail server broke the protocol", into: &out)
    }

    // MARK: FETCH

    private var isFetch: Bool {
        transcoder != nil || FetchTranscoder.isFetch(answers.piece)
    }

    private mutating func atLiteral(_ size: UInt64, into out: inout Outbox) {
        if isFetch {
            transcode(literal: size, into: &out)
        } else {
            answers.collectLiteral()
        }
    }

    private mutating func transcode(literal: UInt64?, into out: inout Outbox) {
        do {
            // A copy of a few words, since the piece lends the whole relay meanwhile.
            var transcoder = transcoder ?? FetchTranscoder(isByUID: enabled.contains(.uidOnly))
            let step = try transcoder.accept(
                answers.piece,
                literal: literal,
                filter: fetchFilter,
                into: &out.client
            )
            self.transcoder = transcoder
            if let place = transcoder.messageID {
                inFlight.note(messageID: out.client.span.extracting(place))
            }
            switch step {
            case .collectLiteral: answers.collectLiteral()
            case .streamLiteral:
                isPassingLiteral = true
                answers.streamLiteral()
            case .dropLiteral: answers.dropLiteral()
            case .done(let summary):
                self.transcoder = nil
                guard isSelecting else { return dropUnselected(into: &out) }
                meter(summary, into: &out)
                guard !isFinished, !summary.isSuppressed else { return }
                if !record(pushed: summary, into: &out) { inFlight.count(told: summary) }
            }
        } catch {
            desynchronized("Backend broke the grammar", into: &out)
        }
    }

    /// Notes which message's text it is that streams.
    private mutating func note(passing text: Span<UInt8>) {
        guard var current = transcoder, current.isSearching else { return }
        inFlight.note(passing: text, by: &current)
        transcoder = current
    }

    private mutating func noteTextEnd() {
        guard var current = transcoder, current.isSearching else { return }
        inFlight.noteTextEnd(by: &current)
        transcoder = current
    }

    /// A message of a mailbox that is not selected is dropped and recorded (section D, 11).
    private mutating func dropUnselected(into out: inout Outbox) {
        guard noteUnknown(into: &out) else {
            return desynchronized("Backend sent what nobody asked for", into: &out)
        }
    }

    // MARK: All others

    private mutating func received(at now: Instant, into out: inout Outbox) {
        let response: Response
        do {
            response = try ResponseParser.parse(answers.piece)
        } catch {
            return desynchronized("Backend broke the grammar", into: &out)
        }
        switch response {
        case .tagged(let number, let condition, let code):
            guard let exchange = inFlight.remove(number) else {
                return desynchronized("Backend answered a tag not in flight", into: &out)
            }
            complete(exchange, condition, code, at: now, into: &out)
        case .continuation: continued(at: now, into: &out)
        default:
            guard pass(response, into: &out) else {
                return desynchronized("Backend sent what nobody asked for", into: &out)
            }
        }
    }

    /// The backend asks for the rest of a command, for a message, or confirms IDLE.
    private mutating func continued(at now: Instant, into out: inout Outbox) {
        if idleConfirmed(at: now, into: &out) { return }
        sawInput(at: now)
        if !unsent.isEmpty {
            let part = unsent.removeFirst()
            out.backend.append(part.span)
            goOn(at: now, into: &out)
        } else if case .asked(let header) = upload?.stage {
            beginMessage()
            if !header.isNonSynchronizing { out.client.append("+ Ready\r\n") }
        } else {
            desynchronized("Backend asked for data out of turn", into: &out)
        }
    }

    // MARK: The answer to a command

    private mutating func complete(
        _ exchange: Exchange,
        _ condition: Response.Condition,
        _ code: ResponseCode?,
        at now: Instant,
        into out: inout Outbox
    ) {
        // A BAD may leave a mailbox selected or not (section D, 2): nothing is safe after it.
        if case .select = exchange.purpose, condition == .bad {
            return desynchronized("Backend answered SELECT with BAD", into: &out)
        }
        if case .poll = exchange.purpose { return pollEnded(at: now, into: &out) }
        if case .renewing = idling, condition == .ok {
            return idleInterrupted(exchange, at: now, into: &out)
        }
        if exchange.number == unsentNumber && !unsent.isEmpty && condition == .ok {
            return desynchronized("Backend took a command that it did not get whole", into: &out)
        }
        let isCutShort = isUploading && isCutShort(exchange.number)
        if isCutShort && condition == .ok {
            return desynchronized("Backend took a command without its end", into: &out)
        }
        abandonInput(of: exchange, condition, into: &out)
        guard !isFinished else { return }
        settleSelection(after: exchange, condition, at: now, into: &out)
        settleModes(after: exchange, condition, into: &out)
        settleWatch(after: exchange, condition, into: &out)
        settleUses(after: exchange, condition)
        reportRest(into: &out)
        guard !isFinished else { return }
        // Answered, the client has all its time again.
        sawInput(at: now)
        if exchange.savesResult && condition == .ok { isResultLost = false }
        switch exchange.purpose {
        case _ where exchange.step != nil:
            stepEnded(exchange, condition, code, at: now, into: &out)
        case .probe where condition != .ok:
            return desynchronized("Backend refused to list a mailbox's children", into: &out)
        case .probe: break
        case .refusal(let refusal): answer(exchange, refusal, at: now, into: &out)
        default: answer(exchange, condition, code, at: now, into: &out)
        }
        // What the backend takes for the next command can't be known any more.
        if isCutShort {
            return desynchronized("Backend refused a message half-way", into: &out)
        }
        renewUses(at: now, into: &out)
        renewWatch(at: now, into: &out)
        resume(at: now, into: &out)
        endIfDrained(into: &out)
    }

    /// Whether the command with this number of ours misses a part that the client has to send.
    private func isCutShort(_ number: UInt64) -> Bool {
        upload.map { $0.number == number && !$0.isAsked } ?? false
    }

    /// Ends what the client was or would be sending for this command.
    private mutating func abandonInput(
        of exchange: Exchange,
        _ condition: Response.Condition,
        into out: inout Outbox
    ) {
        if case .idle = exchange.purpose { idleEnded(into: &out) }
        if case .refusal = exchange.purpose { idling = nil }
        if exchange.number == unsentNumber { unsent = [] }
        guard isUploading, let upload, upload.number == exchange.number else { return }
        self.upload = nil
        // Else the client is in the middle of its messages, or the backend was not told their end.
        guard case .asked(let header) = upload.stage else { return }
        guard condition != .ok else {
            return desynchronized("Backend took a message that it did not get", into: &out)
        }
        if header.isNonSynchronizing {
            passingBy = .answered
            pace = nil
            client.discardLiteral()
        } else {
            client.abandonCommand()
        }
    }

    private mutating func settleSelection(
        after exchange: Exchange,
        _ condition: Response.Condition,
        at now: Instant,
        into out: inout Outbox
    ) {
        switch exchange.purpose {
        case .select(let selected):
            endMetering(into: &out)
            selection = condition == .ok ? selected : nil
            // RFC 5182, 2.1: what was saved belongs to the mailbox before.
            isResultLost = false
            // The policy may have changed since the command was sent.
            refreshSelection(at: now, into: &out)
        case .deselect where condition == .ok:
            endMetering(into: &out)
            selection = nil
        default: break
        }
    }

    mutating func answer(
        _ exchange: Exchange,
        _ refusal: Refusal,
        at now: Instant,
        into out: inout Outbox
    ) {
        guard let tag = exchange.tag else { return }
        out.client.append(refusal, tag: tag)
        recordOutcome(exchange, .no, code: refusal.code, at: now, into: &out)
    }

    mutating func answer(
        _ exchange: Exchange,
        _ condition: Response.Condition,
        _ code: ResponseCode?,
        at now: Instant,
        into out: inout Outbox
    ) {
        guard let tag = exchange.tag else { return }
        let kept = filtered(code, of: exchange, condition)
        if condition == .no && !readsSources(exchange) && saysMissing(kept, exchange.verb) {
            out.client.append(.nonexistent, tag: tag)
            return recordOutcome(
                exchange,
                .no,
                code: Refusal.nonexistent.code,
                at: now,
                into: &out
            )
        }
        if condition == .no && saysBadURL(kept, exchange) {
            out.client.append(.badURL, tag: tag)
            return recordOutcome(exchange, .no, code: Refusal.badURL.code, at: now, into: &out)
        }
        if case .select(let selection) = exchange.purpose, condition == .ok {
            nameSelected(selection, into: &out)
        }
        tag.append(to: &out.client)
        out.client.append(condition.word.text)
        kept?.encode(into: &out.client)
        if case .select(let selection) = exchange.purpose, condition == .ok {
            // What the backend opened read-only stays so; that it was told EXAMINE says nothing.
            let isFixed = !selection.isExamined && code == .bare(.readOnly)
            out.client.append(
                selection.isReadOnly || isFixed ? "[READ-ONLY] " : "[READ-WRITE] "
            )
        }
        if exchange.isUID && exchange.verb != .uidExpunge { out.client.append("UID ") }
        out.client.append(exchange.verb.spelling)
        out.client.append(condition == .ok ? " completed\r\n" : " refused by the mail server\r\n")
        guard let code else {
            return recordOutcome(exchange, condition.result, code: nil, at: now, into: &out)
        }
        var exchange = exchange
        exchange.note(code)
        recordOutcome(exchange, condition.result, code: kept?.phrase, at: now, into: &out)
    }

    private func readsSources(_ exchange: Exchange) -> Bool {
        if case .filing(_, _, true) = exchange.purpose { true } else { false }
    }

    /// Whether CATENATE failed for a source, or may have: why is the same to the client.
    private func saysBadURL(_ code: ResponseCode?, _ exchange: Exchange) -> Bool {
        guard readsSources(exchange) else { return false }
        switch code {
        case nil, .bare(.badURL), .bare(.nonExistent), .bare(.noPermission), .bare(.cannot):
            return true
        default: return false
        }
    }

    /// Whether the backend has no such mailbox: the client hears what it hears of a denied one.
    ///
    /// Servers before RFC 5530 say so without a code; a mailbox that can't be opened for another
    /// reason then looks missing, too.
    private func saysMissing(_ code: ResponseCode?, _ verb: Verb) -> Bool {
        switch verb {
        case .select, .examine, .status, .myRights, .getACL, .listRights, .getQuotaRoot,
            .getMetadata, .setMetadata:
            code == nil || code == .bare(.nonExistent)
        default: code == .bare(.nonExistent)
        }
    }
}

extension Response.Condition {
    var word: Phrase {
        switch self {
        case .ok: " OK "
        case .no: " NO "
        case .bad: " BAD "
        }
    }

    var result: Record.Result {
        switch self {
        case .ok: .ok
        case .no: .no
        case .bad: .bad
        }
    }
}
