// Towards the backend: each command under a tag of ours, in pieces where the backend must be asked.
import Bytes
import IMAP
import Policy

extension Relay {
    /// Encodes the command with a tag of ours and enters it in the table.
    mutating func send(
        _ tagged: TaggedCommand,
        _ forward: Forward,
        at now: Instant,
        into out: inout Outbox
    ) -> UInt64 {
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
    mutating func send(
        _ command: Command,
        tag: Tag?,
        _ purpose: Purpose,
        answering asked: Command? = nil,
        step: Step.Refused? = nil,
        at now: Instant,
        into out: inout Outbox
    ) -> UInt64 {
        let number = nextTag()
        encode(command, number, into: &out)
        let asked = asked ?? command
        inFlight.insert(
            Exchange(
                number: number,
                tag: tag,
                verb: asked.verb,
                isUID: asked.isUID,
                pipelining: step == nil ? command.pipelining : .alone,
                purpose: purpose,
                savesResult: command.savesResult,
                tellsRights: asked.wantsRights && !command.wantsRights,
                started: now,
                sequence: trail.sequence,
                step: step,
                messages: command.append?.messages ?? 0
            )
        )
        return number
    }

    /// Sends another stretch of the command with this number of ours.
    mutating func sendOn(_ forward: Forward, of number: UInt64, into out: inout Outbox) {
        if case .filing(_, _, true) = forward.purpose {
            inFlight.setPurpose(forward.purpose, of: number)
        }
        inFlight.count(messages: forward.command.append?.messages ?? 0, of: number)
        encode(forward.command, number, into: &out)
    }

    private mutating func encode(_ command: Command, _ number: UInt64, into out: inout Outbox) {
        let start = out.backend.count
        // The backend must agree to a message before the client is asked for it.
        let literals: BackendLiterals =
            command.append == nil ? BackendLiterals(backend.capabilities) : .synchronizing
        let pauses = command.encode(tag: number, literals: literals, into: &out.backend)
        guard !pauses.isEmpty else { return }
        unsentNumber = number
        keepBack(pauses, from: start, into: &out)
    }

    /// Cuts what stands behind a literal marker off: it goes when the backend asks for it.
    private mutating func keepBack(
        _ pauses: Pauses,
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
}
