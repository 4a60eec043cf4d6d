// NOTIFY: whatever the client's filters mean, the backend is told mailboxes by their names, each
// one that the user may see and read.
import Bytes
import IMAP
import Policy

/// The mailboxes that the backend has and the user has subscribed to.
struct KnownNames: Equatable {
    /// More mailboxes than this are not looked at.
    private static let countMax = 10_000

    private(set) var listed: [MailboxName] = []
    /// Those of `listed` that are no other user's and not shared.
    private(set) var personal: [MailboxName] = []
    private(set) var subscribed: [MailboxName] = []
    /// There were too many.
    private(set) var isCut = false

    mutating func note(listed name: MailboxName, isPersonal: Bool) {
        guard listed.count < Self.countMax else { return isCut = true }
        listed.append(name)
        if isPersonal { personal.append(name) }
    }

    mutating func note(subscribed name: MailboxName) {
        guard subscribed.count < Self.countMax else { return isCut = true }
        subscribed.append(name)
    }
}

extension Authorization {
    /// Names in one command, in bytes: backends take lines of 64 KiB.
    private static let watchedBytesMax = 32 * 1024

    func notify(_ notify: Notify) -> Judgement {
        if notify.groups.contains(where: \.hasForeignEvents) {
            return .refuse(.badEvent, Grounds())
        }
        if names == nil && notify.groups.contains(where: { $0.mailboxes.meansNames }) {
            return .survey
        }
        if names?.isCut ?? false { return .refuse(.tooManyWatched, Grounds()) }
        var asked = Notify()
        asked.wantsStatus = notify.wantsStatus
        var filter = FetchFilter.unsolicited
        var bytes = 0
        for var group in notify.groups {
            if group.mailboxes.isSelected {
                filter.formUnion(FetchFilter(items: group.items))
            } else {
                guard let watched = watched(group.mailboxes) else {
                    return .refuse(.invalidName, Grounds())
                }
                if watched.isEmpty { continue }
                bytes += watched.reduce(0) { $0 + $1.count }
                group.mailboxes = .mailboxes(watched)
            }
            asked.groups.append(group)
        }
        guard bytes <= Self.watchedBytesMax else { return .refuse(.tooManyWatched, Grounds()) }
        // Where nothing is left to watch, nothing is told.
        if asked.groups.isEmpty { asked.wantsStatus = false }
        var forward = Forward(.notify(asked), purpose: .notify(asked.groups.isEmpty ? nil : filter))
        if asked != notify { forward.rewrite = "NOTIFY to permitted mailboxes" }
        return .forward(forward)
    }

    /// The mailboxes that a filter means and the user may read, as the backend spells them; nil
    /// when one of its names is none.
    private func watched(_ filter: MailboxFilter) -> [[UInt8]]? {
        var found: [MailboxName] = []
        let listed = names?.listed ?? []
        switch filter {
        case .selected, .selectedDelayed: return nil
        // Where else mail is delivered to is not known here.
        case .inboxes: found = [.inbox]
        case .personal: found = names?.personal ?? []
        case .subscribed: found = names?.subscribed ?? []
        case .subtree(let roots):
            guard let roots = decoded(roots) else { return nil }
            found = listed.filter { name in
                roots.contains { name == $0 || name.isBelow($0) }
            }
        case .mailboxes(let octets):
            guard let named = decoded(octets) else { return nil }
            found = named
        }
        return found.filter(mayWatch).map(naming.encode)
    }

    /// What may not be seen or read is passed over in silence (RFC 5465, 3.1).
    private func mayWatch(_ name: MailboxName) -> Bool {
        Verb.notify.row.mailbox.isSubset(of: policy.decide(name.canonical).rights)
    }

    private func decoded(_ octets: [[UInt8]]) -> [MailboxName]? {
        let names = octets.compactMap { try? naming.decode($0) }
        return names.count == octets.count ? names : nil
    }
}

extension MailboxFilter {
    /// Whether it means mailboxes whose names the backend must be asked for.
    fileprivate var meansNames: Bool {
        switch self {
        case .personal, .subscribed, .subtree: true
        case .selected, .selectedDelayed, .inboxes, .mailboxes: false
        }
    }
}
