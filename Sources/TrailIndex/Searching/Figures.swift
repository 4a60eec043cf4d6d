// What a report counts: sums over the index, by days or hours and by what the records say.
import GRDB

/// Sums over a stretch of time.
package struct Figures: Sendable {
    /// One bar of a chart: a day, or an hour.
    package struct Slot: Sendable, Equatable {
        package var logins = 0
        package var failedLogins = 0
        package var sessions = 0
        package var commands = 0
        package var refusals = 0
        package var messagesRead = 0
        package var bytesRead = 0
        package var messagesFiled = 0

        package init() {}
    }

    /// What one user read in one slot.
    package struct Volume: Sendable {
        package let slot: Int64
        package let user: String
        package let commands: Int
        package let messages: Int
        package let bytes: Int
    }

    /// How often something occurred.
    package struct Count: Sendable, Equatable {
        package let slot: Int64
        package let name: String
        package let count: Int
    }

    /// By the slot's number since 1970, in UTC.
    package internal(set) var slots: [Int64: Slot] = [:]
    package internal(set) var volumes: [Volume] = []
    /// Refusals by rule; a refusal of two rules counts for both.
    package internal(set) var refusalsByRule: [Count] = []
    /// What rules in report mode would have refused.
    package internal(set) var rehearsedByRule: [Count] = []
    package internal(set) var failuresByAddress: [Count] = []
}

extension TrailIndex {
    /// Counts the entries from `since` up to but without `until`, in slots of some seconds.
    package func figures(
        since: Int64?,
        until: Int64?,
        slotSeconds: Int64
    ) throws -> Figures {
        try reading { db in
            let sums = try Sums(db, since: since, until: until, slotSeconds: slotSeconds)
            var figures = Figures()
            figures.slots = try sums.slots()
            figures.volumes = try sums.volumes()
            figures.refusalsByRule = try sums.rules("deny")
            figures.rehearsedByRule = try sums.rules("would-deny")
            figures.failuresByAddress = try sums.failures()
            return figures
        }
    }
}

/// The questions behind the figures.
private struct Sums {
    private let db: Database
    /// Which entries count, and the number of an entry's slot, as SQL; of numbers alone.
    private let window: String
    private let slot: String
    /// `sum` would fail beyond 64 bits, and the numbers are a gateway's word.
    private static let sums =
        "CAST(total(messages) AS INTEGER) AS messages, CAST(total(bytes) AS INTEGER) AS bytes"

    init(_ db: Database, since: Int64?, until: Int64?, slotSeconds: Int64) throws {
        self.db = db
        var search = Search()
        search.since = since
        search.until = until
        let conditions = try Condition.all(of: search, db)
        window = conditions.map { $0.first?.leading ?? "1" } ?? "0"
        slot = "time / \(max(1, slotSeconds) * 1_000_000)"
    }

    func slots() throws -> [Int64: Figures.Slot] {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT slot, e.text, v.text, r.text, n, messages, bytes FROM (
                    SELECT \(slot) AS slot, event, verdict, result, count(*) AS n,
                        \(Self.sums)
                    FROM entry NOT INDEXED WHERE \(window) GROUP BY 1, 2, 3, 4
                )
                JOIN name AS e ON e.id = event LEFT JOIN name AS v ON v.id = verdict
                LEFT JOIN name AS r ON r.id = result
                """
        )
        var slots: [Int64: Figures.Slot] = [:]
        while let row = try rows.next() {
            slots[row[0], default: Figures.Slot()].add(
                event: row[1],
                verdict: row[2],
                result: row[3],
                count: row[4],
                messages: row[5] as Int? ?? 0,
                bytes: row[6] as Int? ?? 0
            )
        }
        return slots
    }

    func volumes() throws -> [Figures.Volume] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT slot, text, n, messages, bytes FROM (
                    SELECT \(slot) AS slot, user, count(*) AS n,
                        \(Self.sums)
                    FROM entry NOT INDEXED
                    WHERE \(window) AND messages > 0
                        AND event = (SELECT id FROM name WHERE kind = ? AND text = 'msg.fetch')
                    GROUP BY 1, 2
                )
                JOIN name ON name.id = user ORDER BY slot, text
                """,
            arguments: [NameKind.event.rawValue]
        ).map {
            Figures.Volume(slot: $0[0], user: $0[1], commands: $0[2], messages: $0[3], bytes: $0[4])
        }
    }

    func rules(_ verdict: String) throws -> [Figures.Count] {
        try counts(
            """
            SELECT \(slot) AS slot, rule AS id, count(*) AS n FROM ruled JOIN entry USING (seq)
            WHERE \(window) AND verdict = (SELECT id FROM name WHERE kind = ? AND text = ?)
            GROUP BY 1, 2
            """,
            [NameKind.verdict.rawValue, verdict]
        )
    }

    func failures() throws -> [Figures.Count] {
        try counts(
            """
            SELECT \(slot) AS slot, client AS id, count(*) AS n FROM entry INDEXED BY entry_event
            WHERE \(window) AND event = (SELECT id FROM name WHERE kind = ? AND text = ?)
            GROUP BY 1, 2
            """,
            [NameKind.event.rawValue, "auth.fail"]
        )
    }

    private func counts(_ sql: String, _ arguments: StatementArguments) throws -> [Figures.Count] {
        try Row.fetchAll(
            db,
            sql: "SELECT slot, text, n FROM (\(sql)) AS sums JOIN name ON name.id = sums.id "
                + "ORDER BY slot, text",
            arguments: arguments
        ).map { Figures.Count(slot: $0[0], name: $0[1], count: $0[2]) }
    }
}

extension Figures.Slot {
    /// What the events of commands of users that are logged in begin with.
    private static let commandFamilies: Set<Substring> = [
        "session", "mbox", "msg", "acl", "quota", "meta", "vendor",
    ]

    fileprivate mutating func add(
        event: String,
        verdict: String?,
        result: String?,
        count: Int,
        messages: Int,
        bytes: Int
    ) {
        // A failed login is denied, too, and is no command that a policy refused.
        if verdict != nil, Self.commandFamilies.contains(event.prefix { $0 != "." }) {
            commands += count
            if verdict == "deny" { refusals += count }
        }
        switch event {
        case "auth.ok": logins += count
        case "auth.fail": failedLogins += count
        case "conn.open": sessions += count
        case "msg.fetch":
            messagesRead.add(clamped: messages)
            bytesRead.add(clamped: bytes)
        case "msg.append" where result == "OK": messagesFiled.add(clamped: messages)
        default: break
        }
    }

    package mutating func add(_ other: Figures.Slot) {
        logins += other.logins
        failedLogins += other.failedLogins
        sessions += other.sessions
        commands += other.commands
        refusals += other.refusals
        messagesRead.add(clamped: other.messagesRead)
        bytesRead.add(clamped: other.bytesRead)
        messagesFiled.add(clamped: other.messagesFiled)
    }
}

extension Int {
    /// Adds a volume, up to the largest number: volumes are a gateway's word.
    package mutating func add(clamped volume: Int) {
        let (sum, overflows) = addingReportingOverflow(volume)
        self = overflows ? .max : sum
    }
}
