// The mailbox that is selected when rights change: what the client is told, and how it is shut.
import Audit
import Bytes
import IMAP
import Policy

extension Selection {
    /// The rights to change what is in a mailbox: without any of them it is opened by EXAMINE.
    static let changing: Rights = [.seen, .write, .deleteMessages, .expunge]

    /// Whether the mailbox is READ-ONLY under the decision of today.
    ///
    /// What the backend opened read-only stays so until it is selected again. Whoever may insert is
    /// told READ-WRITE, or clients won't file mail here (RFC 4314, 5.2).
    fileprivate var isReadOnlyNow: Bool {
        let mayInsert = rights.contains(.insert)
        if isExamined { return isReadOnly || !mayInsert }
        return rights.isDisjoint(with: Self.changing) && !mayInsert
    }

    /// The same mailbox under another policy.
    func under(_ policy: UserPolicy) -> Selection {
        var selection = self
        selection.decision = policy.decide(name.canonical)
        return selection
    }

    /// The same while the client has not heard yet whether it is READ-ONLY.
    func toldAnew(under policy: UserPolicy) -> Selection {
        var selection = under(policy)
        selection.isReadOnly = selection.isReadOnlyNow
        return selection
    }
}

extension Relay {
    /// Holds the selected mailbox against the policy of today.
    ///
    /// Who may not read it any more is put out of it: by [CLOSED] where the client counts on that
    /// and nothing is under way, else by BYE, since no other word ends a SELECT that still stands.
    mutating func refreshSelection(at now: Instant, into out: inout Outbox) {
        guard let current = selection?.under(policy) else { return }
        selection = current
        guard !current.rights.contains(.read) else { return }
        guard enabled.expectsClosed, isQuiet else {
            return end("Access to the selected mailbox has ended", .policyReload, into: &out)
        }
        shutSelection(at: now, into: &out)
    }

    /// Tells the client when the mailbox has become READ-ONLY or READ-WRITE since it was told
    /// (RFC 9051, 7.1); inside a response it must wait for its end.
    mutating func tellAccess(into out: inout Outbox) {
        owesAccess = false
        guard var current = selection, current.isReadOnlyNow != current.isReadOnly,
            undertaking?.plan.course != .leaving
        else { return }
        owesAccess = isInsideResponse
        guard !owesAccess else { return }
        current.isReadOnly.toggle()
        selection = current
        out.client.append(
            current.isReadOnly
                ? "* OK [READ-ONLY] Mailbox is read-only by policy\r\n"
                : "* OK [READ-WRITE] Mailbox may be changed again\r\n"
        )
    }

    private var isQuiet: Bool {
        inFlight.isEmpty && undertaking == nil && idling == nil && upload == nil
            && unsent.isEmpty && !isInsideResponse
    }

    /// Has the backend leave the mailbox; meanwhile nothing that it tells of it is passed on.
    private mutating func shutSelection(at now: Instant, into out: inout Outbox) {
        guard !isShut else { return }
        var record = trail.event(
            .policyReload,
            verdict: .deny,
            reason: "Access to the selected mailbox has ended"
        )
        record.mailbox = authorization.selected(Verb.select.row.mailbox).mailbox?.record
        trail.record(record, into: &out)
        isShut = true
        let asked = Exchange.undertaken(
            .unselect,
            for: .refusal(.nonexistent),
            at: now,
            sequence: trail.sequence
        )
        begin(authorization.leaving, for: asked, .unselect, at: now, into: &out)
    }
}
