// FETCH under rules that bound how much may leave: before it is let pass, and while it is answered.
import Audit
import Bytes
import IMAP
import Policy

extension Relay {
    // MARK: Before

    /// Whether a command must wait until it is known how much its user may still fetch.
    mutating func awaitsMeters(for command: Command, into out: inout Outbox) -> Bool {
        guard mayMeter, case .fetch(let fetch) = command,
            FetchFilter(answering: fetch).tellsAnyText
        else { return false }
        beginMetering()
        guard let metering, !metering.isEmpty, !metering.isCurrent(for: trail.sequence) else {
            return false
        }
        if metering.report == nil { report(into: &out) }
        return true
    }

    /// Whether any rule may bound what is fetched; no more is asked where none does.
    private var mayMeter: Bool {
        if case .some = policy.rehearsed { return true }
        return selection?.decision.isMetered ?? false
    }

    /// Looks up the meters of the selected mailbox, once.
    private mutating func beginMetering() {
        guard metering == nil, let selection else { return }
        let rehearsed = policy.rehearsed?.decide(selection.name.canonical)
        guard selection.decision.isMetered || rehearsed?.isMetered ?? false else { return }
        metering = Metering(selection.decision, rehearsed: rehearsed)
    }

    private mutating func report(into out: inout Outbox) {
        guard var metering else { return }
        lastReport += 1
        let amount = metering.takeReport(lastReport)
        out.effects.append(.meter(VolumeReport(number: lastReport, meters: meters, amount: amount)))
        self.metering = metering
    }

    private var meters: [VolumeMeter] {
        (metering?.meters ?? []).map {
            VolumeMeter(user: subject.user, rule: $0.rule.id, period: $0.volume.period)
        }
    }

    mutating func metered(
        _ amounts: [VolumeAmount],
        of number: UInt64,
        at now: Instant,
        into out: inout Outbox
    ) {
        if var metering, metering.told(amounts, of: number, for: trail.sequence) {
            recordSpent(&metering, into: &out)
            self.metering = metering
            reportRest(into: &out)
        }
        // A command may wait for an answer that a new policy has made worthless: it asks again.
        resume(at: now, into: &out)
        endIfDrained(into: &out)
        endIfClientIsDone(into: &out)
    }

    // MARK: Meanwhile

    /// Counts a message that the client got, and cuts off what it may not get.
    mutating func meter(_ message: FetchSummary, into out: inout Outbox) {
        guard mayMeter else { return }
        if message.isTextWithheld { cutShort(into: &out) }
        guard !isFinished, let amount = message.amount else { return }
        beginMetering()
        guard var metering else { return }
        let isDue = metering.count(amount)
        recordSpent(&metering, into: &out)
        self.metering = metering
        if isDue { report(into: &out) } else { reportRest(into: &out) }
    }

    /// Once no FETCH is under way, all that went out is reported: other sessions must know of it.
    mutating func reportRest(into out: inout Outbox) {
        guard let metering, metering.unreported != .zero, metering.report == nil,
            !inFlight.isFetching
        else { return }
        report(into: &out)
    }

    /// Text was kept back because nothing more may be fetched: the commands that asked for it fail,
    /// and where a rule says so the session ends.
    private mutating func cutShort(into out: inout Outbox) {
        guard let spent = metering?.spent, !spent.isEmpty else { return }
        let isNew = inFlight.refuseFetches(.volumeSpent)
        let ends = spent.contains { $0.volume?.excess == .end }
        if isNew || ends { record(spent, .deny, into: &out) }
        if ends { end("As much was fetched as the policy allows", .limit, into: &out) }
    }

    /// Writes which rules would have let nothing more out, but only report.
    private mutating func recordSpent(_ metering: inout Metering, into out: inout Outbox) {
        let rules = metering.takeNewlySpent()
        if !rules.isEmpty { record(rules, .wouldDeny, into: &out) }
    }

    private mutating func record(
        _ rules: [Rule],
        _ verdict: Record.Verdict,
        into out: inout Outbox
    ) {
        let fetching = inFlight.first(.fetch)
        let verb: Verb = fetching == nil && watch?.fetches == true && !isHolding ? .notify : .fetch
        var record = trail.decision(.fetch, verdict)
        record.sequence = fetching?.sequence ?? trail.sequence
        record.verb = Phrase(verb.spelling)
        record.state = state
        record.mailbox = selection.map { Access($0, needs: .none, spent: rules).record }
        record.code = Refusal.volumeSpent.code
        record.reason = Refusal.volumeSpent.text
        trail.record(record, into: &out)
    }

    // MARK: After

    /// Counts a message that the client got a part of when the session ended.
    mutating func meterUnfinished() {
        guard var metering, let amount = transcoder?.summary.amount else { return }
        _ = metering.count(amount)
        self.metering = metering
    }

    /// The mailbox is left, or the rules have changed: what is not counted yet is counted now.
    mutating func endMetering(into out: inout Outbox) {
        guard let metering else { return }
        if metering.unreported != .zero { report(into: &out) }
        self.metering = nil
    }
}

extension FetchSummary {
    /// What counts of a message; nil where none of its text has passed.
    fileprivate var amount: VolumeAmount? {
        guard hasBody || previewBytes != nil else { return nil }
        return VolumeAmount(messages: 1, bytes: bodyBytes)
            + VolumeAmount(bytes: previewBytes ?? 0)
    }
}
