// How far a file of the trail is in the index, and by what it is known again.
package import Audit
import GRDB

/// Of a segment: the bytes that are read, and hashes of the first and the last line among them.
package struct SegmentMark: Equatable, Sendable {
    package let name: SegmentName
    /// Whole lines only.
    package let bytes: UInt64
    /// SHA-256 of the first line, its line feed included, in Base64.
    package let head: String
    /// Where the last line begins.
    package let tailPlace: UInt64
    package let tail: String

    package init(
        name: SegmentName,
        bytes: UInt64,
        head: String,
        tailPlace: UInt64,
        tail: String
    ) {
        self.name = name
        self.bytes = bytes
        self.head = head
        self.tailPlace = tailPlace
        self.tail = tail
    }
}

extension SegmentMark {
    fileprivate static func all(_ db: Database) throws -> [SegmentMark] {
        try Row.fetchAll(db, sql: "SELECT * FROM segment ORDER BY first").map { row in
            SegmentMark(
                name: SegmentName(first: UInt64(clamping: row["first"] as Int64)),
                bytes: UInt64(clamping: row["bytes"] as Int64),
                head: row["head"],
                tailPlace: UInt64(clamping: row["tail_place"] as Int64),
                tail: row["tail"]
            )
        }
    }
}

extension TrailIndex {
    /// How far the index is, in the order of the trail.
    package func marks() throws -> [SegmentMark] { try reading(SegmentMark.all) }

    /// How many entries there are, and how many lines that are no records.
    package func counts() throws -> (entries: Int, unread: Int) {
        try reading { db in
            (
                try Int.fetchOne(db, sql: "SELECT count(*) FROM entry") ?? 0,
                try Int.fetchOne(db, sql: "SELECT count(*) FROM unread") ?? 0
            )
        }
    }
}

extension IndexWriter {
    /// How far the index is: another process may have been faster.
    package func marks() throws -> [SegmentMark] { try SegmentMark.all(db) }
}
