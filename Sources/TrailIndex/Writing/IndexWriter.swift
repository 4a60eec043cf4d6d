// Takes the trail's lines in their order, joins what belongs together, and writes the index.
package import Audit
import Bytes
import GRDB

/// One run over lines that are new to the index, inside a transaction.
package struct IndexWriter {
    /// So many entries wait for their outcomes in memory before they go into the table.
    private static let recentMax = 16_384
    /// So many commands of a session may be under way; of more, the oldest is given up.
    private static let commandsMax = 512
    /// A decision that is older than a week at the end of a run is not waited for any more.
    private static let waitMax: Int64 = 7 * 86_400 * 1_000_000

    let db: Database
    private let statements: Statements
    private var names: NameTable
    private var fields = TrailFields()
    private var inner = TrailFields()
    private var recent: [Entry] = []
    /// How many entries of this run are in the table.
    private var written = 0
    private var waiting: [Int64: [WaitingCommand]] = [:]
    private var stretch: Stretch?
    private var latest: Int64 = 0
    /// The segment whose lines are being read.
    private var segment: Int64 = 0
    /// How many lines this run has taken.
    package private(set) var lines = 0

    init(_ db: Database) throws {
        self.db = db
        statements = try Statements(db)
        names = try NameTable(db)
        recent.reserveCapacity(Self.recentMax)
        for row in try Row.fetchAll(db, sql: "SELECT * FROM waiting") {
            waiting[row["session"], default: []].append(
                WaitingCommand(
                    command: row["command"],
                    seq: row["seq"],
                    event: row["event"],
                    mailbox: row["mailbox"],
                    time: row["time"],
                    number: 0
                )
            )
        }
    }

    /// What comes now is of the segment with this first record.
    package mutating func begin(_ segment: SegmentName) {
        self.segment = Int64(clamping: segment.first)
    }

    /// Takes a whole line, which begins at byte `place` of its segment.
    package mutating func take(_ line: Span<UInt8>, at place: UInt64) throws {
        lines += 1
        guard fields.read(line), fields.number(.v, in: line) == 1,
            let sequence = fields.number(.seq, in: line), let seq = Int64(exactly: sequence),
            let place = Int64(exactly: place), let event = fields.text(.event, in: line),
            let quoted = fields.quoted(.time),
            let time = Timestamp.microseconds(of: line.extracting(quoted)).flatMap(
                Int64.init(exactly:)
            )
        else {
            try statements.unread.execute(arguments: [segment, Int64(clamping: place)])
            return
        }
        latest = max(latest, time)
        var entry = Entry(seq: seq, time: time, place: place)
        entry.session = session(line)
        entry.event = try names.number(.event, event)
        let phase = fields.text(.phase, in: line)
        if phase == "outcome", try join(entry, line) { return }
        try complete(&entry, line)
        if phase == "decision" { wait(for: entry, line) }
        if event == "conn.close", let session = entry.session { waiting[session] = nil }
        try append(entry)
    }

    private func session(_ line: Span<UInt8>) -> Int64? {
        fields.text(.session, in: line).flatMap(Self.session)
    }

    /// Sessions are called by 16 hexadecimal digits.
    static func session(_ name: String) -> Int64? {
        UInt64(name, radix: 16).map { Int64(bitPattern: $0) }
    }

    private mutating func complete(_ entry: inout Entry, _ line: Span<UInt8>) throws {
        entry.verdict = try name(.verdict, .verdict, line)
        entry.user = try name(.user, .user, line)
        entry.client = try name(.client, .client, line)
        entry.mailbox = try mailbox(.mailbox, entry.seq, line)
        entry.destination = try mailbox(.destination, entry.seq, line)
        if let mailbox = entry.mailbox { try touch(mailbox, entry.seq, line) }
        // What stands for itself has its result and its volume in its only line.
        let result = try name(.result, .result, line)
        let (messages, bytes) = volume(line)
        if result != nil || messages > 0 || bytes > 0 {
            entry.outcome = Entry.Outcome(
                seq: entry.seq,
                place: entry.place,
                result: result,
                messages: messages,
                bytes: bytes
            )
        }
    }

    private func volume(_ line: Span<UInt8>) -> (messages: Int64, bytes: Int64) {
        (
            Int64(clamping: fields.number(.messages, in: line) ?? 0),
            Int64(clamping: fields.number(.bytes, in: line) ?? 0)
        )
    }

    private mutating func name(
        _ kind: NameKind,
        _ field: TrailField,
        _ line: Span<UInt8>
    ) throws -> Int64? {
        guard let text = fields.text(field, in: line) else { return nil }
        return try names.number(kind, text)
    }

    private mutating func mailbox(
        _ field: TrailField,
        _ seq: Int64,
        _ line: Span<UInt8>
    ) throws -> Int64? {
        guard let range = fields.object(field), inner.read(line, range) else { return nil }
        for rule in inner.texts(.rules, in: line) {
            let rule = try names.number(.rule, rule)
            try statements.ruled.execute(arguments: [rule, seq])
        }
        guard let name = inner.text(.name, in: line) else { return nil }
        return try names.number(.mailbox, name)
    }
}

// MARK: Decisions and their outcomes

extension IndexWriter {
    private mutating func wait(for entry: Entry, _ line: Span<UInt8>) {
        guard let session = entry.session, let command = fields.number(.command, in: line),
            let verdict = fields.text(.verdict, in: line), Self.isAnswered(verdict)
        else { return }
        if waiting[session].map({ $0.count >= Self.commandsMax }) == true {
            waiting[session, default: []].removeFirst()
        }
        waiting[session, default: []].append(
            WaitingCommand(
                command: Int64(clamping: command),
                seq: entry.seq,
                event: entry.event,
                mailbox: entry.mailbox,
                time: entry.time,
                number: written + recent.count + 1
            )
        )
    }

    /// Whether an outcome follows a decision: what was refused or answered here has none.
    private static func isAnswered(_ verdict: String) -> Bool {
        ["allow", "rewrite", "would-deny", "would-rewrite"].contains(verdict)
    }

    /// Gives an outcome to its decision; false where that is not at hand.
    private mutating func join(_ entry: Entry, _ line: Span<UInt8>) throws -> Bool {
        guard let session = entry.session, let command = fields.number(.command, in: line),
            var commands = waiting.removeValue(forKey: session)
        else { return false }
        var mine = commands.filter { $0.command == Int64(clamping: command) }
        commands.removeAll { $0.command == Int64(clamping: command) }
        if !commands.isEmpty { waiting[session] = commands }
        // Beside the command's own decision there may be some about what it names.
        let own = mine.filter { $0.event == entry.event }
        if !own.isEmpty { mine = own }
        guard !mine.isEmpty else { return false }
        let result = try name(.result, .result, line)
        let (messages, bytes) = volume(line)
        var outcome = Entry.Outcome(
            seq: entry.seq,
            place: entry.place,
            result: result,
            messages: messages,
            bytes: bytes
        )
        for decision in mine {
            try put(outcome, to: decision)
            if let mailbox = decision.mailbox { try touch(mailbox, decision.seq, line) }
            // Counted once, however many decisions there are.
            (outcome.messages, outcome.bytes) = (0, 0)
        }
        return true
    }

    private mutating func put(_ outcome: Entry.Outcome, to decision: WaitingCommand) throws {
        if decision.number > written {
            recent[decision.number - written - 1].outcome = outcome
        } else {
            try statements.outcome.execute(
                arguments: [
                    outcome.seq, outcome.place, outcome.result, outcome.messages, outcome.bytes,
                    decision.seq,
                ]
            )
        }
    }

    /// Notes the UIDs that a line tells of, or that a refused command asked for.
    private func touch(_ mailbox: Int64, _ seq: Int64, _ line: Span<UInt8>) throws {
        guard let text = told(line) else { return }
        for range in UIDRanges(text.utf8).kept {
            try statements.touched.execute(
                arguments: [
                    mailbox, UIDRanges.span(range), Int64(range.lowerBound),
                    Int64(range.upperBound), seq,
                ]
            )
        }
    }

    private func told(_ line: Span<UInt8>) -> String? {
        if let uids = fields.text(.uids, in: line) { return uids }
        guard let verb = fields.text(.verb, in: line) else { return nil }
        let isRefused = fields.text(.verdict, in: line) == "deny" && verb.hasPrefix("UID ")
        // NOTIFY: what the server tells unasked, by its UID alone.
        let isPushed = fields.text(.phase, in: line) == "event" && verb == "NOTIFY"
        return isRefused || isPushed ? fields.text(.args, in: line) : nil
    }
}

// MARK: Into the tables

extension IndexWriter {
    private mutating func append(_ entry: Entry) throws {
        recent.append(entry)
        if recent.count >= Self.recentMax { try write(Self.recentMax / 2) }
    }

    /// Writes the oldest entries.
    private mutating func write(_ count: Int) throws {
        for entry in recent.prefix(count) {
            try statements.insert(entry)
            if stretch?.add(entry) != true {
                try stretch.map(statements.insert)
                stretch = Stretch(entry)
            }
        }
        recent.removeFirst(min(count, recent.count))
        written += count
    }

    /// Notes how far a segment is read, and by what it is known again.
    package func end(_ mark: SegmentMark) throws { try statements.insert(mark) }

    /// Nothing waits any more for the outcomes of these records.
    mutating func forgetWaiting(_ records: Range<Int64>) {
        for (session, commands) in waiting {
            let kept = commands.filter { !records.contains($0.seq) }
            waiting[session] = kept.isEmpty ? nil : kept
        }
    }

    /// Writes what is still in memory.
    mutating func finish() throws {
        try write(recent.count)
        try stretch.map(statements.insert)
        try names.finish()
        try db.execute(sql: "DELETE FROM waiting")
        for (session, commands) in waiting {
            for command in commands where command.time > latest - Self.waitMax {
                try statements.insert(command, of: session)
            }
        }
    }
}
