// Which mailboxes NOTIFY and ESEARCH are about: whatever its filters mean, the backend is told
// names, each of a mailbox that the user may see and read.
import Bytes
import IMAP
import Policy

/// What the backend has told of its mailboxes, for filters that do not name them.
struct KnownNames: Equatable {
    /// More mailboxes than this are not looked at.
    static let countMax = 10_000

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

/// A mailbox that a filter means, by its name or otherwise.
struct MeantMailbox {
    let access: Access
    let isNamed: Bool
}

/// The mailboxes that several filters come to, each once: the first that means it has it.
struct MailboxExpansion {
    /// Each mailbox has a record of its own: no command writes more of them.
    static let mailboxesMax = 1000
    /// Names in one command, in bytes: backends take lines of 64 KiB.
    static let namesBytesMax = 32 * 1024

    /// What there is to record: what may be read, and what was named and may not.
    private(set) var accesses: [Access] = []
    /// What may be seen and not read.
    private(set) var unreadable: [MailboxName] = []
    private(set) var isTooLarge = false
    private var seen: Set<MailboxName> = []
    private var bytes = 0

    /// The names of those that may be read and are new.
    mutating func take(_ mailboxes: [MeantMailbox]) -> [MailboxName] {
        mailboxes.compactMap { take($0) }
    }

    /// Keeps mailboxes out of what later filters mean.
    mutating func exclude(_ mailboxes: [MeantMailbox]) {
        for mailbox in mailboxes {
            if let name = mailbox.access.name { seen.insert(name) }
        }
    }

    private mutating func take(_ mailbox: MeantMailbox) -> MailboxName? {
        let access = mailbox.access
        guard let name = access.name, seen.insert(name).inserted else { return nil }
        let isReadable = access.refusal == nil
        if !isReadable && access.rights.contains(.lookup) { unreadable.append(name) }
        // What a filter implies and the user may not read is passed over in silence.
        guard isReadable || mailbox.isNamed else { return nil }
        bytes += name.canonical.count
        guard accesses.count < Self.mailboxesMax, bytes <= Self.namesBytesMax else {
            isTooLarge = true
            return nil
        }
        accesses.append(access)
        return isReadable ? name : nil
    }
}

extension Authorization {
    /// The mailboxes that a filter means, readable or not; nil when one of its names is none.
    func mailboxes(
        _ filter: MailboxFilter,
        needs needed: Demand,
        knowing known: KnownNames
    ) -> [MeantMailbox]? {
        let named = filter.names.map {
            MeantMailbox(access: access($0, needs: needed), isNamed: true)
        }
        let names = named.compactMap(\.access.name)
        guard names.count == named.count else { return nil }
        let implied = implied(by: filter, names: Set(names), knowing: known).map { name in
            let access = Access(name.canonical, name, needs: needed, under: policy)
            return MeantMailbox(access: access, isNamed: false)
        }
        switch filter {
        case .mailboxes: return named
        // A tree whose root is denied may hold mailboxes that are not.
        case .subtree, .subtreeOne: return named.filter { $0.access.refusal != nil } + implied
        case .selected, .selectedDelayed, .inboxes, .personal, .subscribed: return implied
        }
    }

    private func implied(
        by filter: MailboxFilter,
        names: Set<MailboxName>,
        knowing known: KnownNames
    ) -> [MailboxName] {
        switch filter {
        case .selected, .selectedDelayed: return selection.map { [$0.name] } ?? []
        // Where else mail is delivered to is not known here.
        case .inboxes: return [.inbox]
        case .personal: return known.personal
        case .subscribed: return known.subscribed
        case .subtree:
            return known.listed.filter {
                names.contains($0) || $0.superiors.contains(where: names.contains)
            }
        case .subtreeOne:
            return known.listed.filter {
                names.contains($0) || $0.superiors.last.map(names.contains) ?? false
            }
        case .mailboxes: return []
        }
    }

    /// Asks the backend for its mailboxes before `forward` is sent, as far as `filters` want them.
    func surveying(_ forward: Forward, for filters: [MailboxFilter]) -> Forward {
        let everything = [UInt8(ascii: "*")]
        var steps: [Step] = []
        if filters.contains(where: \.meansListed) {
            steps.append(Step(.list(List(patterns: [everything]))))
        }
        if filters.contains(.subscribed) {
            steps.append(Step(.lsub(reference: [], pattern: everything)))
        }
        var forward = forward
        forward.plan = Plan(steps, course: .surveying(KnownNames()))
        return forward
    }
}

extension MailboxFilter {
    /// Whether it means mailboxes that it does not name and the backend must be asked for.
    var meansUnnamed: Bool { meansListed || self == .subscribed }

    fileprivate var meansListed: Bool {
        switch self {
        case .personal, .subtree, .subtreeOne: true
        case .selected, .selectedDelayed, .inboxes, .subscribed, .mailboxes: false
        }
    }
}

extension Relay {
    /// Takes a LIST or LSUB entry that a plan has asked for; false when none has.
    mutating func survey(
        _ entry: ListEntry,
        _ name: MailboxName,
        isSubscribed: Bool
    ) -> Bool {
        guard var current = undertaking, case .surveying(var known) = current.plan.course else {
            return false
        }
        // Lent and given back, so that its tables are changed in place.
        undertaking = nil
        current.plan.course = .plain
        if isSubscribed {
            // LSUB says \Noselect of what is not subscribed, but has a child that is.
            if !entry.attributes.contains(.noSelect) { known.note(subscribed: name) }
        } else if entry.isThere {
            let isPersonal = backend.namespace?.isPersonal(entry.mailbox) ?? true
            known.note(listed: name, isPersonal: isPersonal)
        }
        current.plan.course = .surveying(known)
        undertaking = current
        return true
    }

    /// The mailboxes are known: what the client asked for is said with their names.
    mutating func endSurvey(_ current: inout Undertaking, into out: inout Outbox) {
        guard case .surveying(let known) = current.plan.course else { return }
        current.plan.course = .plain
        switch authorization.expand(current.command, knowing: known) {
        case .forward(let forward):
            let asked = current.asked
            recordWatched(forward.grounds, asked.verb, of: asked.sequence, into: &out)
            // A search in no mailbox is done without the backend.
            if forward.plan == nil {
                current.plan.add(Step(forward.command, forward.purpose))
            }
        case .refuse(let refusal, _, _): current.fail(refusal)
        case .local, .ignore, .probe: current.fail(.noPermission)
        }
    }
}

extension Authorization {
    fileprivate func expand(_ command: Command, knowing known: KnownNames) -> Judgement {
        switch command {
        case .notify(let asked): notify(asked, knowing: known)
        case .multiSearch(let asked): multiSearch(asked, knowing: known)
        default: .refuse(.noPermission, Grounds())
        }
    }
}

extension ListEntry {
    /// Whether it is a mailbox, and not a place in the hierarchy alone.
    var isThere: Bool { !attributes.contains(.noSelect) && !attributes.contains(.nonExistent) }
}
