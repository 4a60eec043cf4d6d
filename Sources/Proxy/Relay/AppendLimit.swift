// STATUS APPENDLIMIT (RFC 7889): the gateway's limit, and the mailbox's own where there is one.
import IMAP

extension Authorization {
    /// Asks the backend for the limits of mailboxes only where it has such, and for the rest of what
    /// was to be told.
    func limited(_ judgement: Judgement) -> Judgement {
        guard case .forward(var forward) = withoutDeleted(judgement) else { return judgement }
        switch forward.command {
        case .status(let mailbox, let items) where items.contains(.appendLimit):
            forward.purpose = .status(forward.grounds.mailbox?.name, items)
            forward.command = .status(mailbox: mailbox, items: asked(items))
        case .list(var list):
            guard var returns = list.returns, returns.status.contains(.appendLimit) else {
                return .forward(forward)
            }
            let items = returns.status
            returns.status = asked(items)
            list.returns = returns
            forward.purpose = .status(nil, items)
            forward.command = .list(list)
        default: break
        }
        return .forward(forward)
    }

    private func asked(_ items: KeywordSet<StatusItem>) -> KeywordSet<StatusItem> {
        let isPerMailbox =
            capabilities.contains(.appendLimit) && capabilities.appendLimit == nil
        var asked = items
        if !isPerMailbox { asked.remove(.appendLimit) }
        // Whether there is such a mailbox only the backend knows.
        if asked.isEmpty { asked.insert(.uidValidity) }
        return asked
    }
}

extension MailboxStatus {
    /// Shows what was asked for, and the lower one of `limit` and the mailbox's own.
    mutating func show(_ items: KeywordSet<StatusItem>, limit: UInt64) {
        let own = values.first { $0.item == .appendLimit }?.number
        values.removeAll { $0.item == .appendLimit || !items.contains($0.item) }
        values.append(Value(.appendLimit, min(limit, own ?? .max)))
    }
}
