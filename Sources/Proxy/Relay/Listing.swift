// LIST with options, for a backend that knows LIST and LSUB alone (RFC 5258, RFC 5819).
import Bytes
import IMAP
import Policy

/// What is known of the mailboxes that a LIST is about, until it is told.
///
/// Options that would need what no older server tells have no effect: SPECIAL-USE is not offered,
/// and a subscribed child shows only where LSUB answers for its parent (RFC 3501, 6.3.9).
struct Listing: Equatable {
    /// More names than this are not kept: the command is refused.
    static let namesMax = 10_000
    /// How many STATUS commands are under way at once: as many as Dovecot takes in.
    static let statusWindow = 4

    private let list: List
    /// Whether the backend does not know LIST-EXTENDED either.
    let isSimple: Bool
    /// The answers to LSUB, in order, and where in it each name stands.
    private var subscriptions: [ListEntry] = []
    private var places: [[UInt8]: Int] = [:]
    /// Names that the client has been told.
    private var told: Set<[UInt8]> = []
    private var hasTooMany = false

    init(_ list: List, isSimple: Bool) {
        self.list = list
        self.isSimple = isSimple
    }

    var isIncomplete: Bool { hasTooMany }
    var status: KeywordSet<StatusItem> { list.status }

    /// Only subscribed mailboxes are told.
    private var isOfSubscribed: Bool { list.selection.contains(.subscribed) }

    var wantsSubscriptions: Bool {
        isOfSubscribed || list.returns?.options.contains(.subscribed) ?? false
    }

    /// Keeps an answer to LSUB.
    mutating func keep(subscribed entry: ListEntry) {
        guard places[entry.mailbox] == nil else { return }
        guard subscriptions.count < Self.namesMax else { return hasTooMany = true }
        places[entry.mailbox] = subscriptions.count
        subscriptions.append(Self.subscription(entry))
    }

    /// Until LIST tells of it, a subscribed mailbox does not exist.
    ///
    /// LSUB says \Noselect of what is not subscribed, but has a child that is.
    private static func subscription(_ entry: ListEntry) -> ListEntry {
        let isParent = entry.attributes.contains(.noSelect)
        return ListEntry(
            attributes: isParent ? [.nonExistent] : [.nonExistent, .subscribed],
            delimiter: entry.delimiter,
            mailbox: entry.mailbox,
            hasSubscribedChild: isParent
        )
    }

    /// Takes an answer to LIST; nil when the client does not get it, or not yet.
    mutating func tell(_ entry: ListEntry) -> ListEntry? {
        guard isSimple else { return entry }
        if let place = places[entry.mailbox] {
            let subscription = subscriptions[place]
            var whole = entry
            if subscription.attributes.contains(.subscribed) {
                whole.attributes.insert(.subscribed)
            }
            guard isOfSubscribed else { return first(whole) }
            whole.hasSubscribedChild = subscription.hasSubscribedChild
            subscriptions[place] = whole
            return nil
        }
        return isOfSubscribed ? nil : first(entry)
    }

    /// Two patterns may match the same name, which is told once.
    private mutating func first(_ entry: ListEntry) -> ListEntry? {
        if list.patterns.count == 1 { return entry }
        guard told.count < Self.namesMax else {
            hasTooMany = true
            return nil
        }
        return told.insert(entry.mailbox).inserted ? entry : nil
    }

    /// What is told at the end: the subscribed mailboxes, when the client asked for those.
    ///
    /// `hidesChildren` where the policy may hide the child that a parent would be told for.
    mutating func takeRest(hidesChildren: Bool) -> [ListEntry] {
        guard isSimple, isOfSubscribed else { return [] }
        let wantsParents = list.selection.contains(.recursiveMatch) && !hidesChildren
        let rest = subscriptions.filter {
            $0.attributes.contains(.subscribed) || wantsParents && $0.hasSubscribedChild
        }
        subscriptions = []
        places = [:]
        return rest.map { entry in
            var entry = entry
            entry.hasSubscribedChild = entry.hasSubscribedChild && wantsParents
            return entry
        }
    }
}

extension Undertaking {
    /// Whether the rights that the client asked for with LIST are told by the gateway.
    fileprivate var tellsRights: Bool {
        command.wantsRights && !plan.steps.contains { $0.command.wantsRights }
    }
}

extension Relay {
    /// Takes a LIST or LSUB entry that the policy lets pass; false when no plan wants it.
    mutating func list(
        _ entry: ListEntry,
        _ rights: Rights,
        isSubscribed: Bool,
        into out: inout Outbox
    ) -> Bool {
        guard var current = undertaking, case .listing(var listing) = current.plan.course else {
            return false
        }
        // Lent and given back, so that its tables are changed in place.
        undertaking = nil
        current.plan.course = .plain
        if isSubscribed {
            listing.keep(subscribed: entry)
        } else if let whole = listing.tell(entry) {
            tell(whole, rights, listing.status, in: &current, into: &out)
        }
        if listing.isIncomplete { current.fail(.no, .bare(.limit)) }
        current.plan.course = .listing(listing)
        undertaking = current
        return true
    }

    /// Tells the client of a mailbox, and plans the question for its STATUS.
    private mutating func tell(
        _ entry: ListEntry,
        _ rights: Rights,
        _ status: KeywordSet<StatusItem>,
        in current: inout Undertaking,
        into out: inout Outbox
    ) {
        Response.list(entry).encode(into: &out.client)
        // RFC 8440, 3: rights are told of mailboxes that can be selected, as STATUS is.
        guard entry.isThere, let name = try? namesToBackend.decode(entry.mailbox) else { return }
        if current.tellsRights { tell(authorization.rights(on: name), on: name, into: &out) }
        guard !status.isEmpty, rights.contains(.read), current.condition == .ok else { return }
        guard current.plan.steps.count < Listing.namesMax else {
            return current.fail(.no, .bare(.limit))
        }
        // A mailbox that has gone meanwhile, or tells nothing, is passed over (RFC 5819, 2).
        let question = Command.status(mailbox: namesToBackend.encode(name), items: status)
        let purpose = current.asked.purpose
        let window = Listing.statusWindow
        current.plan.add(Step(question, purpose, whenRefused: .passes, window: window))
    }

    /// The last LIST of a plan is answered: tells what was kept back.
    mutating func endListing(_ current: inout Undertaking, into out: inout Outbox) {
        guard case .listing(var listing) = current.plan.course else { return }
        let rest = listing.takeRest(hidesChildren: policy.hidesMailboxes)
        current.plan.course = .listing(listing)
        for entry in rest {
            guard let name = try? namesToBackend.decode(entry.mailbox) else { continue }
            let rights = policy.decide(name.canonical).rights
            guard rights.contains(.lookup) else { continue }
            tell(entry, rights, listing.status, in: &current, into: &out)
        }
    }
}
