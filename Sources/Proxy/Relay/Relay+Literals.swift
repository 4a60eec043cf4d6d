// Literals of the client: asked for, collected, streamed on, or refused and counted away.
import Audit
import Bytes
import IMAP

extension Relay {
    /// LITERAL- (RFC 7888, section 5).
    static let unaskedBytesMax: UInt64 = 4096

    mutating func atLiteral(
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

    mutating func endPassingBy(into out: inout Outbox) {
        client.abandonCommand()
        if case .refused(let tag, let refusal) = passingBy { answer(tag, refusal, into: &out) }
        passingBy = nil
    }

    mutating func answer(_ tag: Tag?, _ refusal: Refusal, into out: inout Outbox) {
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
        if isInUse(asked.tag) {
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
        case .local, .ignore, .probe, .survey:
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

    /// Nothing may stand behind the message; the backend is not told the end of a command that is
    /// none, and a message once begun can be taken back only by closing the connection.
    mutating func endUpload(into out: inout Outbox) {
        guard CommandParser.isEndOfAppend(client.command) else {
            return end("Malformed command", .malformed, into: &out)
        }
        client.reset()
        out.backend.append("\r\n")
        upload = nil
    }
}
