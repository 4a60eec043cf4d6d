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

extension Authorization {
    /// The same question under another policy.
    func under(_ policy: UserPolicy) -> Authorization {
        var other = self
        other.policy = policy
        other.selection = selection.map { $0.under(policy) }
        return other
    }
}
