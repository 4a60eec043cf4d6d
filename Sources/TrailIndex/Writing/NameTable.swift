// Texts that records repeat, as numbers: users, addresses, mailboxes, events, rules.
import GRDB

/// The numbers of names, those of this run in memory.
struct NameTable {
    private struct Key: Hashable {
        let kind: NameKind
        let text: String
    }

    private var known: [Key: Int64] = [:]
    /// How often each was used in this run, by number.
    private var added: [Int64] = []
    private let firstNew: Int64
    private let find: Statement
    private let insert: Statement
    private let update: Statement

    init(_ db: Database) throws {
        let last = try Int64.fetchOne(db, sql: "SELECT max(id) FROM name") ?? 0
        firstNew = last + 1
        added = Array(repeating: 0, count: Int(last) + 1)
        find = try db.makeStatement(sql: "SELECT id FROM name WHERE kind = ? AND text = ?")
        insert = try db.makeStatement(sql: "INSERT INTO name VALUES (?, ?, ?, 0)")
        update = try db.makeStatement(sql: "UPDATE name SET count = count + ? WHERE id = ?")
    }

    /// The number of a name, a new one if need be; counts it.
    mutating func number(_ kind: NameKind, _ text: String) throws -> Int64 {
        let id = try self.id(Key(kind: kind, text: text))
        added[Int(id)] += 1
        return id
    }

    private mutating func id(_ key: Key) throws -> Int64 {
        if let id = known[key] { return id }
        let arguments: StatementArguments = [key.kind.rawValue, key.text]
        if let id = try Int64.fetchOne(find, arguments: arguments) {
            known[key] = id
            return id
        }
        let id = Int64(added.count)
        try insert.execute(arguments: [id, key.kind.rawValue, key.text])
        added.append(0)
        known[key] = id
        return id
    }

    /// Writes how often names were used.
    mutating func finish() throws {
        for (id, count) in added.enumerated() where count > 0 {
            try update.execute(arguments: [count, Int64(id)])
        }
    }
}
