// Literals of the client: asked for and collected, or refused and counted away.
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
        if passingBy != nil { return passBy(header, into: &out) }
        if inFlight.contains(.enable) { return holdAtLiteral(header) }
        let role = CommandParser.atLiteral(
            client.command,
            header: header,
            of: upload?.tagged,
            text: enabled.quotedText
        )
        switch role {
        // Without LITERAL+ only small literals may come unasked (RFC 7888, section 5).
        case .argument where isUnaskedAndLong(header), .malformed where isUnaskedAndLong(header):
            end("Literal is too large", .limit, into: &out)
        case .argument:
            guard client.canCollectLiteral else {
                if upload != nil { return breakOff(.literalTooBig, into: &out) }
                let tag = CommandParser.tag(of: client.command)
                return refuseLiteral(header, tag: tag, .literalTooBig, into: &out)
            }
            client.collectLiteral()
            if !header.isNonSynchronizing { out.client.append("+ Ready\r\n") }
        case .message(let tagged): atMessage(tagged, header, at: now, into: &out)
        case .malformed(let failure):
            if upload != nil { return breakOff(malformed: failure, into: &out) }
            recordMalformed(failure, into: &out)
            let isTooLong = header.size > UInt64(settings.limits.literalBytesMax)
            let refusal: Refusal =
                failure.reason == .unknownCommand
                ? .unknownCommand : isTooLong ? .literalTooBig : .malformed
            refuseLiteral(header, tag: failure.tag, refusal, into: &out)
            countMalformed(into: &out)
        }
    }

    func isUnaskedAndLong(_ header: LiteralHeader) -> Bool {
        header.isNonSynchronizing && header.size > Self.unaskedBytesMax
    }

    /// Refuses a command at its literal (section E6): instead of asking for it where the client
    /// waits, after counting it away where it comes unasked.
    mutating func refuseLiteral(
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
            if case .refused(let tag, let refusal) = passingBy {
                answer(tag, refusal, into: &out)
            }
            return end("Literal is too large", .limit, into: &out)
        }
        pace = nil
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
}
