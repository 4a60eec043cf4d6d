// What a search demands of an entry, as SQL; of numbers alone, so that no text gets into it.
import GRDB
import Policy

/// One demand on entries.
struct Condition {
    /// About how many entries meet it.
    let entries: Int64
    /// The index that finds them, where it is not the entries' own order.
    let index: String?
    /// The demand as a search.
    let leading: String
    /// The same as a look at an entry that was found otherwise.
    let following: String
    let arguments: [String: String]

    private init(
        _ entries: Int64,
        index: String? = nil,
        _ leading: String,
        following: String,
        arguments: [String: String] = [:]
    ) {
        self.entries = entries
        self.index = index
        self.leading = leading
        self.following = following
        self.arguments = arguments
    }

    /// All demands of a search; nil when one of them is met by no entry.
    static func all(of search: Search, _ db: Database) throws -> [Condition]? {
        var all: [Condition] = []
        for condition in [
            try named(search, db), try session(search), try mailboxes(search, db),
            try rules(search, db), try uid(search, db), try window(search, db),
        ] {
            guard let condition else { return nil }
            all += condition
        }
        return all
    }

    private init(_ column: String, _ names: MatchingNames) {
        self.init(
            names.entries,
            index: "entry_\(column)",
            "\(column) \(names.list)",
            following: "+\(column) \(names.list)",
            arguments: names.argument
        )
    }

    private init(_ entries: Int64, among sequences: String, _ names: MatchingNames) {
        self.init(
            entries,
            "seq IN (\(sequences))",
            following: "+seq IN (\(sequences))",
            arguments: names.argument
        )
    }

    /// What stands in a column of its own.
    private static func named(_ search: Search, _ db: Database) throws -> [Condition]? {
        var all: [Condition] = []
        let columns: [(String, NameKind, [String])] = [
            ("user", .user, search.users), ("event", .event, search.events),
            ("verdict", .verdict, search.verdicts), ("result", .result, search.results),
        ]
        for (column, kind, texts) in columns where !texts.isEmpty {
            guard let names = try MatchingNames(db, kind, like: texts) else { return nil }
            all.append(Condition(column, names))
        }
        if !search.networks.isEmpty {
            guard let names = try MatchingNames(db, .client, where: search.means(address:)) else {
                return nil
            }
            all.append(Condition("client", names))
        }
        return all
    }

    private static func session(_ search: Search) throws -> [Condition]? {
        guard let name = search.session else { return [] }
        guard let session = IndexWriter.session(name) else { return nil }
        // Few sessions have more commands than this.
        let entries: Int64 = 1000
        let demand = "session = \(session)"
        return [
            Condition(entries, index: "entry_session", demand, following: "+\(demand)")
        ]
    }

    /// A command's first mailbox or its second.
    private static func mailboxes(_ search: Search, _ db: Database) throws -> [Condition]? {
        guard !search.mailboxes.isEmpty else { return [] }
        guard let names = try MatchingNames(db, .mailbox, where: search.means(mailbox:)) else {
            return nil
        }
        return [
            Condition(
                names.entries,
                """
                seq IN (SELECT seq FROM entry INDEXED BY entry_mailbox WHERE mailbox \(names.list)
                UNION SELECT seq FROM entry INDEXED BY entry_destination
                WHERE destination \(names.list))
                """,
                following: "(+mailbox \(names.list) OR +destination \(names.list))",
                arguments: names.argument
            )
        ]
    }

    private static func rules(_ search: Search, _ db: Database) throws -> [Condition]? {
        guard !search.rules.isEmpty else { return [] }
        guard let names = try MatchingNames(db, .rule, like: search.rules) else { return nil }
        let ruled = "SELECT seq FROM ruled WHERE rule \(names.list)"
        return [Condition(names.entries, among: ruled, names)]
    }

    /// Entries that tell of a UID: a range of each length that may hold it is looked up.
    private static func uid(_ search: Search, _ db: Database) throws -> [Condition]? {
        guard let uid = search.uid.map(Int64.init) else { return [] }
        guard
            let names = try MatchingNames(
                db,
                .mailbox,
                where: { search.mailboxes.isEmpty || search.means(mailbox: $0) }
            )
        else { return nil }
        let spans = (0...UInt32.bitWidth).map { "(\($0))" }.joined(separator: ",")
        // Few messages are told of more often.
        let entries: Int64 = 10_000
        let touched = """
            WITH width(span) AS (VALUES \(spans))
            SELECT seq FROM width CROSS JOIN touched
            ON touched.mailbox \(names.list) AND touched.span = width.span
            AND first BETWEEN \(uid) - (1 << width.span) + 1 AND \(uid) AND last >= \(uid)
            """
        return [Condition(entries, among: touched, names)]
    }

    /// The entries among which all those within the search's times are.
    private static func window(_ search: Search, _ db: Database) throws -> [Condition]? {
        guard search.since != nil || search.until != nil else { return [] }
        let since = search.since ?? .min
        let until = search.until ?? .max
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT min(first), max(last) FROM stretch WHERE latest >= ? AND earliest < ?
                """,
            arguments: [since, until]
        )
        guard let row, let first = row[0] as Int64?, let last = row[1] as Int64? else {
            return nil
        }
        // The entries' order is that of each index, too: it bounds every way to them.
        let demand = "seq BETWEEN \(first) AND \(last) AND +time >= \(since) AND +time < \(until)"
        return [Condition(last - first + 1, demand, following: demand)]
    }
}

extension Search {
    fileprivate func means(mailbox name: String) -> Bool {
        let name = Array(name.utf8)
        return mailboxes.contains { $0.matches(name) }
    }

    fileprivate func means(address text: String) -> Bool {
        guard let address = NetworkAddress(text) else { return false }
        return networks.contains { $0.contains(address) }
    }
}
