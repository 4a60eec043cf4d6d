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
        sawInput(at: now)
        var offset = 0
        while acceptsInput {
            let event: CommandFragmenter.Event
            if case .active = idling {
                event = client.feedLine(bytes, from: &offset, bytesMax: Self.doneBytesMax)
            } else {
                event = client.feed(bytes, from: &offset)
            }
            switch event {
            case .needMore: return Progress(consumed: offset)
            case .streamed(let range):
                return Progress(consumed: range.lowerBound, relayed: range.count)
            case .streamEnded:
                if case .streaming(let number) = upload { upload = .ending(number) }
            case .literal(let header): atLiteral(header, at: now, into: &out)
            case .command: atCommand(at: now, into: &out)
            case .violation(let violation):
                end(violation.farewell, violation.event, into: &out)
            }
        }
        return Progress(consumed: offset)
    }

    /// LITERAL- (RFC 7888, section 5).
    static let unaskedBytesMax: UInt64 = 4096

    /// A line in IDLE is DONE; anything much longer is not worth reading.
    static let doneBytesMax = 1024

    /// Whether the client may be read: nothing waits that must come first.
    var acceptsInput: Bool {
        if isHolding || !mayAnswer || !unsent.isEmpty { return false }
        if case .asked = upload { return false }
        switch idling {
        case .asked, .ending: return false
        case .active, nil: return true
        }
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

    private mutating func hold() { isHolding = true }

    // MARK: Literals

    private mutating func atLiteral(
        _ header: LiteralHeader,
        at now: Instant,
        into out: inout Outbox
    ) {
        heldLiteral = nil
        // Nothing may stand behind a message (RFC 9051, 6.3.12).
        if case .ending = upload { return end("Malformed command", .malformed, into: &out) }
        if passingBy != nil { return passBy(header, into: &out) }
        switch CommandParser.atLiteral(client.command, header: header) {
        // Without LITERAL+ only small literals may come unasked (RFC 7888, section 5).
        case .argument where isUnaskedAndLong(header), .malformed where isUnaskedAndLong(header):
            end("Literal is too large", .limit, into: &out)
        case .argument:
            guard client.canCollectLiteral else {
                let tag = CommandParser.tag(of: client.command)
                return refuseLiteral(header, tag: tag, .literalTooBig, into: &out)
            }
            client.collectLiteral()
            if !header.isNonSynchronizing { out.client.append("+ Ready\r\n") }
        case .message(let tagged): atMessage(tagged, header, at: now, into: &out)
        case .malformed(let failure):
            recordMalformed(failure, into: &out)
            let isTooLong = header.size > UInt64(settings.limits.literalBytesMax)
            let refusal: Refusal =
                failure.reason == .unknownCommand
                ? .unknownCommand : isTooLong ? .literalTooBig : .malformed
            refuseLiteral(header, tag: failure.tag, refusal, into: &out)
            countMalformed(into: &out)
        }
    }

    private func isUnaskedAndLong(_ header: LiteralHeader) -> Bool {
        header.isNonSynchronizing && header.size > Self.unaskedBytesMax
    }

    /// Refuses a command at its literal (section E6): instead of asking for it where the client
    /// waits, after counting it away where it comes unasked.
    private mutating func refuseLiteral(
        _ header: LiteralHeader,
        tag: Tag?,
        _ refusal: Refusal,
        into out: inout Outbox
    ) {
        passingBy = .refused(tag, refusal)
        passBy(header, into: &out)
    }

    /// Counts a literal of a refused command away; where the client waits to be asked for it, the
    /// command ends here.
    private mutating func passBy(_ header: LiteralHeader, into out: inout Outbox) {
        guard header.isNonSynchronizing else { return endPassingBy(into: &out) }
        guard header.size <= settings.limits.messageBytesMax else {
            return end("Literal is too large", .limit, into: &out)
        }
        client.discardLiteral()
    }

    private mutating func endPassingBy(into out: inout Outbox) {
        client.abandonCommand()
        if case .refused(let tag, let refusal) = passingBy { answer(tag, refusal, into: &out) }
        passingBy = nil
    }

    private mutating func answer(_ tag: Tag?, _ refusal: Refusal, into out: inout Outbox) {
        if let tag {
            out.client.append(refusal, tag: tag)
        } else {
            out.client.appendUntagged(refusal)
        }
    }

    /// APPEND at its message: decided before the client is asked for a byte of it.
    private mutating func atMessage(
        _ asked: TaggedAppend,
        _ header: LiteralHeader,
        at now: Instant,
        into out: inout Outbox
    ) {
        sawWellFormed()
        let tagged = TaggedCommand(tag: asked.tag, command: .append(asked.append))
        if inFlight.holds(asked.tag) {
            trail.beginCommand()
            recordTagInUse(tagged, into: &out)
            return refuseLiteral(header, tag: asked.tag, .tagInUse, into: &out)
        }
        guard inFlight.admits(.alone) else { return holdAtLiteral(header) }
        if !isRecorded { trail.beginCommand() }
        switch judge(asked.append, header) {
        case .forward(let forward):
            guard record(tagged, forward, into: &out) else { return holdAtLiteral(header) }
            isRecorded = false
            let number = send(tagged, forward, at: now, into: &out)
            upload = .asked(number, header)
        case .refuse(let refusal, let grounds, _):
            guard record(refusal, tagged, grounds, into: &out) else { return holdAtLiteral(header) }
            isRecorded = false
            refuseLiteral(header, tag: asked.tag, refusal, into: &out)
        case .local, .ignore, .probe:
            refuseLiteral(header, tag: asked.tag, .malformed, into: &out)
        }
    }

    private func judge(_ append: Append, _ header: LiteralHeader) -> Judgement {
        if isUnaskedAndLong(header) { return .refuse(.literalTooBig, Grounds()) }
        if header.size > settings.limits.messageBytesMax { return .refuse(.tooBig, Grounds()) }
        // BINARY is not offered, and literal8 belongs to it.
        if header.isLiteral8 { return .refuse(.malformed, Grounds()) }
        return authorization.judge(.append(append))
    }

    private mutating func holdAtLiteral(_ header: LiteralHeader) {
        heldLiteral = header
        hold()
    }

    // MARK: Commands

    private mutating func atCommand(at now: Instant, into out: inout Outbox) {
        if case .active(let number) = idling { return endIdle(number, into: &out) }
        if case .ending = upload { return endUpload(into: &out) }
        if passingBy != nil { return endPassingBy(into: &out) }
        let tagged: TaggedCommand
        do {
            tagged = try CommandParser.parse(client.command)
        } catch {
            return refuse(error, into: &out)
        }
        guard inFlight.admits(tagged.command.pipelining) else { return hold() }
        sawWellFormed()
        if !isRecorded && descendants == nil { trail.beginCommand() }
        guard settle(tagged, at: now, into: &out) else { return hold() }
        isRecorded = false
        descendants = nil
        client.reset()
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
        if inFlight.holds(tagged.tag) {
            recordTagInUse(tagged, into: &out)
            out.client.append(.tagInUse, tag: tagged.tag)
            return true
        }
        switch authorization.judge(tagged.command) {
        case .local(let answer):
            recordLocal(tagged, into: &out)
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
            if deselects {
                return leave(for: refusal, tagged, at: now, into: &out)
            }
            out.client.append(refusal, tag: tagged.tag)
        case .ignore(let grounds):
            guard record(.readOnly, tagged, grounds, into: &out) else { return false }
            out.client.appendOK(tagged.tag, tagged.command.phrase)
        case .forward(let forward):
            if isAmbiguous(forward) { return false }
            guard record(tagged, forward, into: &out) else { return false }
            if let select = forward.examinesFirst {
                examine(select, at: now, into: &out)
                return false
            }
            _ = send(tagged, forward, at: now, into: &out)
        }
        return true
    }

    /// Whether the command must wait for a FETCH under way, since an answer with a text under
    /// another name could be meant for either.
    private func isAmbiguous(_ forward: Forward) -> Bool {
        guard case .fetch(let filter) = forward.purpose else { return false }
        return filter.renames.isEmpty ? inFlight.isRenaming : inFlight.isFetching
    }

    // MARK: Sending

    /// Encodes the command with a tag of ours and enters it in the table.
    private mutating func send(
        _ tagged: TaggedCommand,
        _ forward: Forward,
        at now: Instant,
        into out: inout Outbox
    ) -> UInt64 {
        for preparation in forward.preparations {
            send(preparation, tag: nil, .preparation, at: now, into: &out)
        }
        let number = send(
            forward.command,
            tag: tagged.tag,
            forward.purpose,
            answering: tagged.command,
            at: now,
            into: &out
        )
        if case .idle = forward.purpose { idling = .asked(number) }
        return number
    }

    @discardableResult
    private mutating func send(
        _ command: Command,
        tag: Tag?,
        _ purpose: Purpose,
        answering asked: Command? = nil,
        at now: Instant,
        into out: inout Outbox
    ) -> UInt64 {
        let number = nextTag()
        let start = out.backend.count
        // The backend must agree to a message before the client is asked for it.
        let literals: BackendLiterals =
            command.verb == .append ? .synchronizing : BackendLiterals(backend.capabilities)
        let pauses = command.encode(tag: number, literals: literals, into: &out.backend)
        if !pauses.isEmpty {
            unsentNumber = number
            keepBack(pauses, from: start, into: &out)
        }
        let asked = asked ?? command
        inFlight.insert(
            Exchange(
                number: number,
                tag: tag,
                verb: asked.verb,
                isUID: asked.isUID,
                pipelining: command.pipelining,
                purpose: purpose,
                started: now,
                sequence: trail.sequence
            )
        )
        return number
    }

    /// Cuts what stands behind a literal marker off: it goes when the backend asks for it.
    private mutating func keepBack(
        _ pauses: [Int],
        from start: Int,
        into out: inout Outbox
    ) {
        let count = out.backend.count - start
        for index in pauses.indices {
            let end = index + 1 < pauses.count ? pauses[index + 1] : count
            var part = Buffer()
            part.append(out.backend.span.extracting(start + pauses[index]..<start + end))
            // APPEND ends at its message's marker: the client's own bytes follow.
            if !part.isEmpty { unsent.append(part) }
        }
        out.backend.truncate(to: start + pauses[0])
    }

    /// A refused SELECT leaves nothing selected, at the backend as well (section D, 2); false when
    /// the mailbox must be examined first.
    private mutating func leave(
        for refusal: Refusal,
        _ tagged: TaggedCommand,
        at now: Instant,
        into out: inout Outbox
    ) -> Bool {
        let departure = authorization.departure()
        if let select = departure.examinesFirst {
            examine(select, at: now, into: &out)
            return false
        }
        send(
            departure.command,
            tag: tagged.tag,
            .refusal(refusal),
            answering: tagged.command,
            at: now,
            into: &out
        )
        return true
    }

    /// Makes the selected mailbox one that can be closed without losing messages.
    private mutating func examine(_ select: Select, at now: Instant, into out: inout Outbox) {
        guard let selection else { return }
        send(
            .examine(select),
            tag: nil,
            .select(selection.examined),
            at: now,
            into: &out
        )
    }

    // MARK: IDLE and APPEND

    private mutating func endIdle(_ number: UInt64, into out: inout Outbox) {
        if !client.command.spells("DONE") {
            inFlight.setPurpose(.refusal(.expectedDone), of: number)
        }
        client.reset()
        out.backend.append("DONE\r\n")
        idling = .ending
    }

    /// Nothing may stand behind the message; the backend is not told the end of a command that is
    /// none, and a message once begun can be taken back only by closing the connection.
    private mutating func endUpload(into out: inout Outbox) {
        guard CommandParser.isEndOfAppend(client.command) else {
            return end("Malformed command", .malformed, into: &out)
        }
        client.reset()
        out.backend.append("\r\n")
        upload = nil
    }
}
