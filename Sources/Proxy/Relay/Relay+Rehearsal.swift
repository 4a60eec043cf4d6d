// Rules in report mode: what they would have done to a command that goes its way.
import Audit
import IMAP
import Policy

extension Relay {
    /// Writes what would have become of the command if the rules in report mode were enforced.
    ///
    /// `rewrite` is what is changed anyway.
    mutating func recordRehearsal(
        _ tagged: TaggedCommand,
        sparing rewrite: Phrase? = nil,
        into out: inout Outbox
    ) {
        guard let rehearsed = policy.rehearsed else { return }
        var record: Record
        switch authorization.under(rehearsed).judge(tagged.command) {
        case .refuse(let refusal, let grounds, _):
            record = decision(tagged, .wouldDeny, grounds)
            record.code = refusal.code
            record.reason = refusal.text
        case .ignore(let grounds): record = decision(tagged, .wouldDeny, grounds)
        case .forward(let forward) where forward.rewrite != rewrite:
            record = decision(tagged, .wouldRewrite, forward.grounds)
            record.rewrite = forward.rewrite
        case .forward, .local, .probe: return
        }
        describe(tagged.command, in: &record)
        trail.record(record, into: &out)
    }
}

/// How many mailboxes of one command were written that rules in report mode would hide.
struct HidingTally {
    /// Each has a record of its own: of longer lists the beginning stands in the trail.
    static let recordsMax = 1000

    private var sequence: UInt64 = 0
    private var count = 0

    /// Whether one more of this command is written.
    mutating func admits(_ sequence: UInt64) -> Bool {
        if sequence != self.sequence { count = 0 }
        self.sequence = sequence
        count += 1
        return count <= Self.recordsMax
    }
}

extension Relay {
    /// Writes that the rules in report mode would have kept a mailbox out of a LIST or LSUB.
    mutating func recordHiding(
        _ name: MailboxName,
        _ raw: [UInt8],
        isSubscribed: Bool,
        into out: inout Outbox
    ) {
        guard let rehearsed = policy.rehearsed else { return }
        let access = Access(raw, name, needs: Demand(.lookup), under: rehearsed)
        let verb: Verb = isSubscribed ? .lsub : .list
        // Where LSUB is a step of a LIST, LIST tells of the mailbox as well.
        guard !access.isGranted, let exchange = inFlight.first(verb),
            !isSubscribed || exchange.step == nil, hidden.admits(exchange.sequence)
        else { return }
        var record = trail.decision(verb.row.event, .wouldDeny)
        record.sequence = exchange.sequence
        record.verb = Phrase(verb.spelling)
        record.state = state
        record.mailbox = access.record
        record.code = Refusal.nonexistent.code
        record.reason = Refusal.nonexistent.text
        trail.record(record, into: &out)
    }
}

extension Authorization {
    /// The same question under another policy.
    func under(_ policy: UserPolicy) -> Authorization {
        var other = self
        other.policy = policy
        other.selection = selection.map { $0.under(policy) }
        return other
    }
}
