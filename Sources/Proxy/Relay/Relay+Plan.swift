// Carrying a plan out: step by step, or a few at a time, until the client's command is answered.
import Bytes
import IMAP

extension Relay {
    /// Begins a plan, which has the backend to itself.
    mutating func begin(
        _ plan: Plan,
        for tagged: TaggedCommand,
        _ purpose: Purpose,
        at now: Instant,
        into out: inout Outbox
    ) {
        let asked = Exchange(
            number: 0,
            tag: tagged.tag,
            verb: tagged.command.verb,
            isUID: tagged.command.isUID,
            pipelining: .alone,
            purpose: purpose,
            started: now,
            sequence: trail.sequence
        )
        undertaking = Undertaking(asked, plan)
        goOn(at: now, into: &out)
    }

    /// Whether the client waits for the answer to a command with this tag.
    func isInUse(_ tag: Tag) -> Bool { inFlight.holds(tag) || undertaking?.asked.tag == tag }

    /// Sends the steps that may be sent now; behind the last one the client gets its answer.
    mutating func goOn(at now: Instant, into out: inout Outbox) {
        // A step whose literal the backend must ask for is not sent whole yet.
        while unsent.isEmpty, let step = undertaking?.takeStep() {
            send(step.command, tag: nil, step.purpose, step: step.whenRefused, at: now, into: &out)
        }
        guard let ended = undertaking, ended.isThrough else { return }
        undertaking = nil
        answer(ended, at: now, into: &out)
    }

    /// A step is answered: its part is done or not, and the plan goes on.
    mutating func stepEnded(
        _ exchange: Exchange,
        _ condition: Response.Condition,
        _ code: ResponseCode?,
        at now: Instant,
        into out: inout Outbox
    ) {
        _ = undertaking?.ended(exchange, condition, code)
        goOn(at: now, into: &out)
    }

    private mutating func answer(
        _ ended: Undertaking,
        at now: Instant,
        into out: inout Outbox
    ) {
        guard case .refusal(let refusal) = ended.asked.purpose else {
            return answer(ended.asked, ended.condition, ended.code, at: now, into: &out)
        }
        selection = nil
        answer(ended.asked, refusal, at: now, into: &out)
    }
}
