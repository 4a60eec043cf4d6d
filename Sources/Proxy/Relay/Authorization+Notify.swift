// NOTIFY: what the backend may tell unasked, of which mailboxes (RFC 5465).
import Audit
import Bytes
import IMAP
import Policy

/// What the client has had the gateway watch for it.
struct Watch: Equatable {
    /// As the client said it: what it means changes with the policy and with the mailboxes.
    let asked: Notify
    /// What of new messages may be told.
    let filter: FetchFilter
    /// Mailboxes that were meant, that the user may see and not read.
    let unreadable: [MailboxName]
    /// The command's number in the session.
    private(set) var sequence: UInt64 = 0

    init(asked: Notify, filter: FetchFilter, unreadable: [MailboxName]) {
        self.asked = asked
        self.filter = filter
        self.unreadable = unreadable
    }

    func numbered(_ sequence: UInt64) -> Watch {
        var watch = self
        watch.sequence = sequence
        return watch
    }

    var meansUnnamed: Bool { asked.groups.contains { $0.mailboxes.meansUnnamed } }
    var tellsText: Bool { asked.groups.contains { $0.items.contains { $0.tellsText } } }
    var fetches: Bool { asked.groups.contains { $0.items.count > 0 } }
}

extension Authorization {
    func notify(_ asked: Notify, knowing known: KnownNames? = nil) -> Judgement {
        if asked.groups.contains(where: { $0.events.contains(.unsupported) }) {
            return .refuse(.badEvent, Grounds())
        }
        let judgement = watch(asked, knowing: known ?? KnownNames())
        let filters = asked.groups.map(\.mailboxes)
        guard case .forward = judgement, known == nil, filters.contains(where: \.meansUnnamed)
        else { return judgement }
        var forward = surveying(Forward(.notify(asked)), for: filters)
        forward.rewrite = Self.expanded
        return .forward(forward)
    }

    private static let expanded: Phrase = "NOTIFY to permitted mailboxes"

    private func watch(_ asked: Notify, knowing known: KnownNames) -> Judgement {
        var expansion = MailboxExpansion()
        var told = Notify()
        var filter = FetchFilter.unsolicited
        for var group in asked.groups {
            if group.mailboxes.isSelected {
                filter.formUnion(FetchFilter(items: group.items))
                told.groups.append(group)
                continue
            }
            let needed = Verb.notify.row.mailbox
            guard let meant = mailboxes(group.mailboxes, needs: needed, knowing: known) else {
                return .refuse(.invalidName, Grounds())
            }
            // Of what is in no group nothing is told, either.
            guard !group.events.isEmpty else {
                expansion.exclude(meant)
                continue
            }
            let names = expansion.take(meant)
            guard !names.isEmpty else { continue }
            group.mailboxes = .mailboxes(names.map(naming.encode))
            told.groups.append(group)
        }
        guard !known.isCut, !expansion.isTooLarge else {
            return .refuse(.tooManyWatched, Grounds())
        }
        told.wantsStatus = asked.wantsStatus && !told.groups.isEmpty
        let watch = Watch(asked: asked, filter: filter, unreadable: expansion.unreadable)
        var forward = Forward(
            .notify(told),
            Grounds(watching: expansion.accesses),
            purpose: .notify(asked.groups.isEmpty ? nil : watch)
        )
        if told != asked { forward.rewrite = Self.expanded }
        return .forward(forward)
    }
}
