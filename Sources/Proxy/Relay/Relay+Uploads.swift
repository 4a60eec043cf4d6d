// Messages of the client: decided on before a byte of them is asked for, then streamed by count.
import Audit
import Bytes
import IMAP

extension Relay {
    /// A message of APPEND or REPLACE is announced: the first one, or another one.
    mutating func atMessage(
        _ tagged: TaggedCommand,
        _ header: LiteralHeader,
        at now: Instant,
        into out: inout Outbox
    ) {
        sawWellFormed()
        if upload == nil {
            if isInUse(tagged.tag) {
                count()
                recordTagInUse(tagged, into: &out)
                return refuseLiteral(header, tag: tagged.tag, .tagInUse, into: &out)
            }
            guard inFlight.admits(.alone), !awaitsFacts(at: now, into: &out) else {
                return holdAtLiteral(header)
            }
            count()
        }
        switch judge(tagged.command) {
        case .forward(let forward):
            guard record(tagged, forward, into: &out) else { return holdAtLiteral(header) }
            forgetCommand()
            ask(for: header, tagged, forward, at: now, into: &out)
        case .refuse(let refusal, let grounds, _):
            guard record(refusal, tagged, grounds, into: &out) else { return holdAtLiteral(header) }
            forgetCommand()
            let refusal = refusal.worded(by: grounds)
            if upload != nil { return breakOff(refusal, into: &out) }
            refuseLiteral(header, tag: tagged.tag, refusal, into: &out)
        case .local, .ignore, .probe:
            refuseLiteral(header, tag: tagged.tag, .malformed, into: &out)
        }
    }

    /// Sends the stretch on; the client is asked for its message when the backend asks for it.
    private mutating func ask(
        for header: LiteralHeader,
        _ tagged: TaggedCommand,
        _ forward: Forward,
        at now: Instant,
        into out: inout Outbox
    ) {
        guard var upload else {
            let number = send(tagged, forward, at: now, into: &out)
            self.upload = Upload(tagged, number: number, at: header)
            return
        }
        upload.goOn(with: tagged, at: header)
        self.upload = upload
        sendOn(forward, of: upload.number, into: &out)
    }

    func judge(_ command: Command) -> Judgement {
        if let header = command.append?.message, isUnaskedAndLong(header) {
            return .refuse(.literalTooBig, Grounds())
        }
        if upload != nil && lacksUses { return .refuse(.noPermission, Grounds()) }
        let judgement = authorization.judge(command)
        guard case .forward(let forward) = judgement, let append = command.append else {
            return judgement
        }
        if append.hasEmptyMessage { return .refuse(.emptyMessage, forward.grounds) }
        let largest = append.sizes(behind: upload?.unfinishedBytes ?? 0).largest
        guard largest <= appendLimit else {
            return .refuse(.tooBig, forward.grounds)
        }
        return judgement
    }

    /// The largest message that both sides take, as far as the backend said.
    var appendLimit: UInt64 {
        min(settings.limits.messageBytesMax, backend.capabilities.appendLimit ?? .max)
    }

    mutating func holdAtLiteral(_ header: LiteralHeader) {
        heldLiteral = header
        hold()
    }

    // MARK: The message's bytes

    /// The backend asked for the message.
    mutating func beginMessage() {
        upload?.begin()
        pace = nil
        digest = settings.digestsMessages ? MessageDigest() : nil
        client.streamLiteral()
    }

    mutating func messageEnded() {
        guard var upload, case .streaming(let bytes) = upload.stage else { return }
        inFlight.note(Record.Filed(bytes: bytes, digest: digest?.finish()), of: upload.number)
        digest = nil
        upload.ended()
        self.upload = upload
    }

    // MARK: The end

    /// What stands behind the last literal: nothing, or the end of a list, or parts that the client
    /// sends no bytes for.
    mutating func endUpload(_ upload: Upload, into out: inout Outbox) {
        let tagged: TaggedCommand
        do {
            tagged = try CommandParser.parse(client.command, of: upload.tagged)
        } catch {
            return breakOff(malformed: error, into: &out)
        }
        switch judge(tagged.command) {
        case .forward(let forward):
            let asksForMore = tagged.command.append?.asksForMore ?? false
            guard !asksForMore || record(tagged, forward, into: &out) else { return hold() }
            forgetCommand()
            client.reset()
            self.upload = nil
            sendOn(forward, of: upload.number, into: &out)
        case .refuse(let refusal, let grounds, _):
            guard record(refusal, tagged, grounds, into: &out) else { return hold() }
            forgetCommand()
            breakOff(refusal.worded(by: grounds), into: &out)
        case .local, .ignore, .probe: breakOff(.malformed, into: &out)
        }
    }

    mutating func breakOff(malformed failure: ParseFailure, into out: inout Outbox) {
        recordMalformed(failure, into: &out)
        breakOff(.malformed, into: &out)
    }

    /// Ends a command of which messages may have gone out already.
    ///
    /// There is no way to take them back but to close the connection on which they went (section
    /// E6): told the end of the command, the backend would file what it has.
    mutating func breakOff(_ refusal: Refusal, into out: inout Outbox) {
        answer(upload?.tagged.tag, refusal, into: &out)
        end("Messages that were begun are not filed", into: &out)
    }
}
