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
        let asked = asking(tagged, purpose, at: now)
        begin(plan, for: asked, tagged.command, at: now, into: &out)
    }

    mutating func begin(
        _ plan: Plan,
        for asked: Exchange,
        _ command: Command,
        at now: Instant,
        into out: inout Outbox
    ) {
        undertaking = Undertaking(asked, command, plan)
        goOn(at: now, into: &out)
    }

    /// The client's command, as it stands for what is sent in its place.
    func asking(_ tagged: TaggedCommand, _ purpose: Purpose, at now: Instant) -> Exchange {
        .undertaken(
            tagged.command.verb,
            tag: tagged.tag,
            isUID: tagged.command.isUID,
            for: purpose,
            at: now,
            sequence: trail.sequence
        )
    }

    /// Whether the client waits for the answer to a command with this tag.
    func isInUse(_ tag: Tag) -> Bool {
        inFlight.holds(tag) || isUndertaking && undertaking?.asked.tag == tag
    }

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
        guard var current = undertaking else { return }
        // Lent and given back, so that its tables are changed in place.
        undertaking = nil
        if current.ended(exchange, condition, code) {
            // A command that has failed meanwhile takes no further step.
            if current.condition == .ok { advance(&current, exchange, code, into: &out) }
        } else {
            stumble(&current, exchange)
        }
        undertaking = current
        goOn(at: now, into: &out)
    }

    /// What a step that is done leads to.
    private mutating func advance(
        _ current: inout Undertaking,
        _ exchange: Exchange,
        _ code: ResponseCode?,
        into out: inout Outbox
    ) {
        switch current.plan.course {
        case .plain, .leaving, .askingUses: break
        case .searching(let returns): endSearch(&current, returns, into: &out)
        case .moving(let copy):
            if exchange.verb == .search { file(&current, copy) }
            if exchange.verb == .copy { tellCopied(&current, code, into: &out) }
        case .expunging: if exchange.verb == .search { current.recordFound() }
        case .listing: if current.isThrough { endListing(&current, into: &out) }
        case .surveying: if current.isThrough { endSurvey(&current, into: &out) }
        }
    }

    /// What the policy of now makes of the command that is being carried out; nil: there is none.
    var plannedJudgement: Judgement? {
        isUndertaking ? undertaking.map { authorization.judge($0.command) } : nil
    }

    /// The policy has changed: what a plan has not done yet must be what the new one makes of it.
    mutating func reviewPlan(since planned: Judgement?) {
        guard let current = undertaking, current.plan.course != .leaving else { return }
        if case .forward(let forward) = authorization.judge(current.command),
            case .forward(let before)? = planned, forward.sendsTheSame(as: before)
        {
            return
        }
        failPlan(current)
    }

    /// Takes no further step of a plan: it has not the right to them any more.
    mutating func failPlan(_ current: Undertaking) {
        var refusal = Refusal.noPermission
        if case .moving = current.plan.course, current.plan.taken > 1 { refusal = .moveUnfinished }
        undertaking?.fail(refusal)
    }

    private mutating func stumble(_ current: inout Undertaking, _ exchange: Exchange) {
        // The messages are there by now, and have not gone from here.
        if case .moving = current.plan.course, [.store, .uidExpunge].contains(exchange.verb) {
            current.fail(.moveUnfinished)
        }
    }

    private mutating func answer(
        _ ended: Undertaking,
        at now: Instant,
        into out: inout Outbox
    ) {
        if case .askingUses = ended.plan.course { return usesTold(ended, at: now, into: &out) }
        if ended.isRenewedWatch { return watchRenewed(ended, at: now, into: &out) }
        guard case .refusal(let refusal) = ended.asked.purpose else {
            return answer(ended.asked, ended.condition, ended.code, at: now, into: &out)
        }
        if ended.plan.course == .leaving {
            endMetering(into: &out)
            selection = nil
            isShut = false
            // RFC 7162, 3.2.11: such a client must be told that no mailbox is selected any more.
            if enabled.expectsClosed {
                Response.status(.ok, code: .bare(.closed)).encode(into: &out.client)
            }
        }
        answer(ended.asked, refusal, at: now, into: &out)
    }
}
