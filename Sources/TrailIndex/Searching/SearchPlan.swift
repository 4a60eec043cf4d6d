// How a search is put to SQLite: what is rarest leads, everything else is looked at in its entries.
import GRDB

/// SQL that finds the entries of a search.
struct SearchPlan {
    /// Beyond this part of all entries, reading them in their order is faster than any index.
    private static let leadingPartMax: Int64 = 4

    let sql: String
    let arguments: [String: String]

    /// Nil when nothing can be found: a name that is searched for is not in the index.
    init?(_ search: Search, _ db: Database) throws {
        guard let conditions = try Condition.all(of: search, db) else { return nil }
        let all = try Int64.fetchOne(db, sql: "SELECT max(seq) - min(seq) + 1 FROM entry") ?? 0
        let rarest = conditions.indices.min { conditions[$0].entries < conditions[$1].entries }
        let leader = rarest.filter { conditions[$0].entries < all / Self.leadingPartMax }
        let index = leader.flatMap { conditions[$0].index }
        let terms = conditions.indices.map { position in
            position == leader ? conditions[position].leading : conditions[position].following
        }
        arguments = conditions.reduce(into: [:]) { $0.merge($1.arguments) { first, _ in first } }
        // The planner knows averages only, and would take the wrong index for what is common.
        sql = """
            SELECT seq, place, outcome, outcome_place
            FROM entry \(index.map { "INDEXED BY \($0)" } ?? "NOT INDEXED")
            \(terms.isEmpty ? "" : "WHERE " + terms.joined(separator: " AND "))
            ORDER BY seq \(search.isNewestFirst ? "DESC" : "ASC")
            LIMIT \(search.countMax ?? -1)
            """
    }
}

extension Optional {
    fileprivate func filter(_ isWanted: (Wrapped) -> Bool) -> Wrapped? {
        flatMap { isWanted($0) ? $0 : nil }
    }
}

extension TrailIndex {
    /// Gives each entry that is found to `body`, in order, until it answers false.
    package func search(_ search: Search, _ body: (Hit) throws -> Bool) throws {
        try reading { db in
            guard let plan = try SearchPlan(search, db) else { return }
            let rows = try Row.fetchCursor(
                db,
                sql: plan.sql,
                arguments: StatementArguments(plan.arguments)
            )
            while let row = try rows.next() {
                guard try body(Hit(row)) else { return }
            }
        }
    }
}

extension Hit {
    fileprivate init(_ row: Row) {
        let sequence: Int64 = row[0]
        self.sequence = UInt64(clamping: sequence)
        place = UInt64(clamping: row[1] as Int64)
        guard let other = row[2] as Int64?, let place = row[3] as Int64?, other != sequence else {
            outcome = nil
            return
        }
        outcome = Line(sequence: UInt64(clamping: other), place: UInt64(clamping: place))
    }
}
