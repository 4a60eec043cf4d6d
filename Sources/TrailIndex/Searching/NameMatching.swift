// From the names that a search gives to their numbers in the index.
import GRDB
import Policy

/// The numbers of the names that a search means, and how many entries have one of them.
struct MatchingNames {
    /// Of more, SQL takes the numbers as an argument: its text has a bound.
    private static let literalMax = 500

    private let kind: NameKind
    private let ids: [Int64]
    let entries: Int64

    /// The names of a kind for which `matches` holds; nil when there is none.
    init?(_ db: Database, _ kind: NameKind, where matches: (String) -> Bool) throws {
        var ids: [Int64] = []
        var entries: Int64 = 0
        let rows = try Row.fetchCursor(
            db,
            sql: "SELECT id, text, count FROM name WHERE kind = ?",
            arguments: [kind.rawValue]
        )
        while let row = try rows.next() {
            guard matches(row[1]) else { continue }
            ids.append(row[0])
            entries += row[2] as Int64
        }
        guard !ids.isEmpty else { return nil }
        self.kind = kind
        self.ids = ids
        self.entries = entries
    }

    /// The names of a kind that are one of `texts`, in which `*` stands for anything.
    init?(_ db: Database, _ kind: NameKind, like texts: [String]) throws {
        let wildcards = texts.map { Wildcard(Array($0.utf8)) }
        try self.init(db, kind) { name in
            let name = Array(name.utf8)
            return wildcards.contains { $0.matches(name.span) }
        }
    }

    /// As the right side of a comparison in SQL.
    var list: String {
        if ids.count == 1, let id = ids.first { return "= \(id)" }
        return ids.count <= Self.literalMax
            ? "IN (\(numbers))" : "IN (SELECT value FROM json_each(:\(kind)))"
    }

    private var numbers: String { ids.map(String.init).joined(separator: ",") }

    /// What `list` needs beside it.
    var argument: [String: String] {
        ids.count <= Self.literalMax ? [:] : ["\(kind)": "[\(numbers)]"]
    }
}
