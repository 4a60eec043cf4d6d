// Takes out of the index what is no longer in the trail: what has expired doesn't live on here.
import GRDB

extension IndexWriter {
    /// Takes all out that was read of some records; called before any line is taken.
    ///
    /// Of a command that was answered behind them the answer goes, too; of one that was asked before
    /// them the answer alone.
    package mutating func forget(_ records: Range<UInt64>) throws {
        let (first, end) = (
            Int64(clamping: records.lowerBound), Int64(clamping: records.upperBound)
        )
        // Overwritten with zeros, not only given free.
        try db.execute(sql: "PRAGMA secure_delete = ON")
        for table in ["entry", "ruled", "touched", "waiting"] {
            try db.execute(
                sql: "DELETE FROM \(table) WHERE seq >= ? AND seq < ?",
                arguments: [first, end]
            )
        }
        try db.execute(
            sql: """
                UPDATE entry SET outcome = NULL, outcome_place = NULL, result = NULL,
                    messages = NULL, bytes = NULL
                WHERE seq < ?1 AND outcome >= ?1 AND outcome < ?2
                """,
            arguments: [first, end]
        )
        try db.execute(
            sql: "DELETE FROM segment WHERE first >= ? AND first < ?",
            arguments: [first, end]
        )
        try db.execute(
            sql: "DELETE FROM stretch WHERE first >= ? AND last < ?",
            arguments: [first, end]
        )
        try db.execute(
            sql: "DELETE FROM unread WHERE segment >= ? AND segment < ?",
            arguments: [first, end]
        )
        forgetWaiting(first..<end)
    }

    /// Takes names out that no entry uses any more.
    package func forgetUnusedNames() throws {
        let uses = [
            ("entry", ["event", "verdict", "user", "client", "mailbox", "destination", "result"]),
            ("ruled", ["rule"]), ("touched", ["mailbox"]), ("waiting", ["event", "mailbox"]),
        ]
        let columns = uses.flatMap { table, columns in
            columns.map { "SELECT \($0) FROM \(table) WHERE \($0) IS NOT NULL" }
        }
        try db.execute(
            sql: "DELETE FROM name WHERE id NOT IN (\(columns.joined(separator: " UNION ")))"
        )
    }
}
