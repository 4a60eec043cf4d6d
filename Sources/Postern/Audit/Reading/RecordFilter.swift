// The criteria of a search, held against single records as they come, without an index.
import Audit
import Policy
import TrailIndex

struct RecordFilter {
    /// So many decisions may wait for their outcomes; of more, the oldest are forgotten.
    private static let shownMax = 100_000

    private struct Command: Hashable {
        let session: String
        let number: UInt64
    }

    private let search: Search
    private let users: [Wildcard]
    private let events: [Wildcard]
    private let rules: [Wildcard]
    private var shown: Set<Command> = []
    private var order: [Command] = []

    init(_ search: Search) {
        self.search = search
        users = search.users.map { Wildcard(Array($0.utf8)) }
        events = search.events.map { Wildcard(Array($0.utf8)) }
        rules = search.rules.map { Wildcard(Array($0.utf8)) }
    }

    /// Whether a record is to be shown: one that meets the criteria, or the outcome of one.
    mutating func includes(_ record: TrailRecord) -> Bool {
        let command = record[.session].flatMap { session in
            record.number(.command).map { Command(session: session, number: $0) }
        }
        if record[.phase] == "outcome", let command, shown.remove(command) != nil { return true }
        guard meets(record) else { return false }
        if record[.phase] == "decision", let command { remember(command) }
        return true
    }

    private mutating func remember(_ command: Command) {
        shown.insert(command)
        order.append(command)
        guard order.count > Self.shownMax else { return }
        for old in order.prefix(Self.shownMax / 2) { shown.remove(old) }
        order.removeFirst(Self.shownMax / 2)
    }

    private func meets(_ record: TrailRecord) -> Bool {
        Self.fits(users, record[.user]) && Self.fits(events, record[.event])
            && Self.isOne(of: search.verdicts, record[.verdict])
            && Self.isOne(of: search.results, record[.result])
            && (search.session == nil || search.session == record[.session])
            && isInWindow(record) && isFromNetwork(record) && namesMailbox(record)
            && meetsRules(record) && tellsOfMessage(record)
    }

    private static func fits(_ wanted: [Wildcard], _ text: String?) -> Bool {
        guard !wanted.isEmpty else { return true }
        guard let bytes = text.map({ Array($0.utf8) }) else { return false }
        return wanted.contains { $0.matches(bytes.span) }
    }

    private static func isOne(of wanted: [String], _ text: String?) -> Bool {
        wanted.isEmpty || text.map(wanted.contains) == true
    }

    private func isInWindow(_ record: TrailRecord) -> Bool {
        guard search.since != nil || search.until != nil else { return true }
        guard let moment = record.moment.map(Int64.init(clamping:)) else { return false }
        return moment >= search.since ?? .min && moment < search.until ?? .max
    }

    private func isFromNetwork(_ record: TrailRecord) -> Bool {
        guard !search.networks.isEmpty else { return true }
        guard let address = record[.client].flatMap({ NetworkAddress($0) }) else { return false }
        return search.networks.contains { $0.contains(address) }
    }

    private static let mailboxFields: [TrailField] = [.mailbox, .destination]

    private func namesMailbox(_ record: TrailRecord) -> Bool {
        search.mailboxes.isEmpty
            || Self.mailboxFields.contains { field in
                guard let name = record.mailbox(field)?.name else { return false }
                return search.mailboxes.contains { $0.matches(Array(name.utf8)) }
            }
    }

    private func meetsRules(_ record: TrailRecord) -> Bool {
        rules.isEmpty
            || Self.mailboxFields.flatMap { record.mailbox($0)?.rules ?? [] }
                .contains { Self.fits(rules, $0) }
    }

    private func tellsOfMessage(_ record: TrailRecord) -> Bool {
        guard let uid = search.uid else { return true }
        return UIDRanges((record[.uids] ?? "").utf8).contains(uid)
    }
}
