// The index over a trail: a file of its own, derived from the trail, and thrown away without loss.
import GRDB
import Glibc

/// An open index.
package final class TrailIndex {
    /// Another search may be catching up with the trail.
    private static let busySecondsMax: Double = 120
    /// Pages are kept in memory up to so many KiB.
    private static let cacheKiB = 256 * 1024

    let queue: DatabaseQueue
    package let path: String

    /// Opens an index that is there; nil where there is none, or one of another form.
    package init?(opening path: String) throws {
        guard unsafe access(path, F_OK) == 0 else { return nil }
        var configuration = Configuration()
        configuration.busyMode = .timeout(Self.busySecondsMax)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA cache_size = -\(Self.cacheKiB)")
            try db.execute(sql: "PRAGMA mmap_size = 8589934592")
            try db.execute(sql: "PRAGMA temp_store = MEMORY")
        }
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
            let version = try queue.read { try Int.fetchOne($0, sql: "PRAGMA user_version") }
            guard version == Schema.version else { return nil }
        } catch let error as DatabaseError where Self.isForeign(error) {
            return nil
        }
        self.path = path
    }

    /// Makes an empty index that nothing but this process can see until it is finished.
    ///
    /// Nothing is done for its durability: what a crash leaves is thrown away.
    init(making path: String) throws {
        unsafe unlink(path)
        let number = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard number >= 0 else {
            throw IndexError("can't make \(path): \(unsafe String(cString: strerror(errno)))")
        }
        close(number)
        var configuration = Configuration()
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA journal_mode = OFF")
            try db.execute(sql: "PRAGMA synchronous = OFF")
            try db.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
            try db.execute(sql: "PRAGMA cache_size = -\(Self.cacheKiB)")
            try db.execute(sql: "PRAGMA temp_store = MEMORY")
        }
        queue = try DatabaseQueue(path: path, configuration: configuration)
        self.path = path
        try queue.writeWithoutTransaction { db in
            try db.execute(sql: Schema.tables)
            try db.execute(sql: "PRAGMA user_version = \(Schema.version)")
        }
    }

    /// Makes an index that no file holds and that ends with the process.
    package init(fillingMemory fill: (inout IndexWriter) throws -> Void) throws {
        var configuration = Configuration()
        configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA temp_store = MEMORY") }
        queue = try DatabaseQueue(configuration: configuration)
        path = "memory"
        try queue.writeWithoutTransaction { db in
            try db.execute(sql: Schema.tables)
            try db.inTransaction {
                var writer = try IndexWriter(db)
                try fill(&writer)
                try writer.finish()
                return .commit
            }
            try db.execute(sql: Schema.indices)
            try db.execute(sql: "ANALYZE")
        }
    }

    private static func isForeign(_ error: DatabaseError) -> Bool {
        error.resultCode == .SQLITE_NOTADB || error.resultCode == .SQLITE_CORRUPT
    }
}

extension TrailIndex {
    /// Makes an index at `path` in place of what may be there; `fill` reads the whole trail.
    ///
    /// Searches go on with the old one until the new one is whole.
    package static func make(
        at path: String,
        fill: (inout IndexWriter) throws -> Void
    ) throws {
        let draft = "\(path).\(getpid()).new"
        defer { unsafe unlink(draft) }
        do {
            let index = try TrailIndex(making: draft)
            try index.queue.writeWithoutTransaction { db in
                try db.inTransaction(.exclusive) {
                    var writer = try IndexWriter(db)
                    try fill(&writer)
                    try writer.finish()
                    return .commit
                }
                try db.execute(sql: Schema.indices)
                try db.execute(sql: "ANALYZE")
            }
            try index.queue.close()
        }
        guard unsafe rename(draft, path) == 0 else {
            throw IndexError("can't make \(path): \(unsafe String(cString: strerror(errno)))")
        }
    }

    /// Adds to the index, all or nothing; others search what was there before.
    package func extend(_ fill: (inout IndexWriter) throws -> Void) throws {
        try queue.writeWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                var writer = try IndexWriter(db)
                try fill(&writer)
                try writer.finish()
                return .commit
            }
        }
    }

    /// Asks the index; what is wrong with it is said in one line.
    func reading<Answer>(_ body: (Database) throws -> Answer) throws -> Answer {
        do {
            return try queue.read(body)
        } catch let error as DatabaseError {
            throw IndexError("\(path): \(error.message ?? "\(error.resultCode)")")
        }
    }
}
