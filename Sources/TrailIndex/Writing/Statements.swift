// The statements that fill the index, compiled once a run.
import Audit
import GRDB

struct Statements {
    private let entry: Statement
    private let segment: Statement
    private let stretch: Statement
    private let waiting: Statement
    let outcome: Statement
    let ruled: Statement
    let touched: Statement
    let unread: Statement

    init(_ db: Database) throws {
        entry = try db.makeStatement(
            sql: "INSERT OR REPLACE INTO entry VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
        )
        segment = try db.makeStatement(
            sql: "INSERT OR REPLACE INTO segment VALUES (?, ?, ?, ?, ?)"
        )
        stretch = try db.makeStatement(sql: "INSERT OR REPLACE INTO stretch VALUES (?, ?, ?, ?)")
        waiting = try db.makeStatement(sql: "INSERT INTO waiting VALUES (?, ?, ?, ?, ?, ?)")
        outcome = try db.makeStatement(
            sql: """
                UPDATE entry SET outcome = ?, outcome_place = ?, result = ?, messages = ?, bytes = ?
                WHERE seq = ?
                """
        )
        ruled = try db.makeStatement(sql: "INSERT OR IGNORE INTO ruled VALUES (?, ?)")
        touched = try db.makeStatement(
            sql: "INSERT OR IGNORE INTO touched VALUES (?, ?, ?, ?, ?)"
        )
        unread = try db.makeStatement(sql: "INSERT INTO unread VALUES (?, ?)")
    }

    func insert(_ entry: Entry) throws {
        try self.entry.execute(
            arguments: [
                entry.seq, entry.time, entry.place, entry.session, entry.event, entry.verdict,
                entry.user, entry.client, entry.mailbox, entry.destination, entry.outcome?.seq,
                entry.outcome?.place, entry.outcome?.result, entry.outcome?.messages,
                entry.outcome?.bytes,
            ]
        )
    }

    func insert(_ stretch: Stretch) throws {
        try self.stretch.execute(
            arguments: [stretch.first, stretch.last, stretch.earliest, stretch.latest]
        )
    }

    func insert(_ mark: SegmentMark) throws {
        try segment.execute(
            arguments: [
                Int64(clamping: mark.name.first), Int64(clamping: mark.bytes), mark.head,
                Int64(clamping: mark.tailPlace), mark.tail,
            ]
        )
    }

    func insert(_ command: WaitingCommand, of session: Int64) throws {
        try waiting.execute(
            arguments: [
                session, command.command, command.seq, command.event, command.mailbox,
                command.time,
            ]
        )
    }
}

/// Some thousand entries that follow one another, and the times between which all of them lie.
///
/// Clocks are set back and gateways overtake one another, so times don't follow the order quite.
struct Stretch {
    private static let countMax = 4096

    let first: Int64
    private(set) var last: Int64
    private(set) var earliest: Int64
    private(set) var latest: Int64
    private var count = 1

    init(_ entry: Entry) {
        first = entry.seq
        last = entry.seq
        earliest = entry.time
        latest = entry.time
    }

    /// False when it is full.
    mutating func add(_ entry: Entry) -> Bool {
        guard count < Self.countMax else { return false }
        count += 1
        last = entry.seq
        earliest = min(earliest, entry.time)
        latest = max(latest, entry.time)
        return true
    }
}
