// An entry of the trail as it is shown: the decision or event with its outcome.
import Audit
import TrailIndex

/// The records of one command, or of one event.
struct FoundEntry {
    let record: TrailRecord
    let outcome: TrailRecord?

    init(_ record: TrailRecord, outcome: TrailRecord?) {
        self.record = record
        self.outcome = outcome
    }

    /// A field of what came of it, which an event says itself.
    subscript(outcome field: TrailField) -> String? { outcome?[field] ?? record[field] }

    func number(_ field: TrailField) -> UInt64? { outcome?.number(field) ?? record.number(field) }

    /// The rules that took something away, of both mailboxes.
    var rules: [String] {
        let rules = [TrailField.mailbox, .destination].flatMap { record.mailbox($0)?.rules ?? [] }
        return rules.enumerated().filter { !rules[..<$0.offset].contains($0.element) }
            .map(\.element)
    }

    /// The client's name of a mailbox, or its octets where they are no name.
    func mailbox(_ field: TrailField) -> String? {
        guard let mailbox = record.mailbox(field) else { return nil }
        return mailbox.name ?? mailbox.raw.map { "hex:" + $0 }
    }
}

/// Reads what was found out of the trail's files.
struct EntryReader {
    private let folder: String
    private let segments: [SegmentName]
    private let reveal: RecordReveal?
    private var open: (name: SegmentName, file: LineFile)?

    init(_ trail: IndexedTrail) throws(TrailError) {
        folder = trail.folder
        reveal = trail.reveal
        segments = try SegmentName.all(in: trail.folder)
    }

    /// The entry that the index says is there.
    mutating func entry(_ hit: Hit) throws(TrailError) -> FoundEntry {
        let record = try record(hit.sequence, at: hit.place)
        let outcome = try hit.outcome.map { (line) throws(TrailError) in
            try self.record(line.sequence, at: line.place)
        }
        return FoundEntry(record, outcome: outcome)
    }

    private mutating func record(
        _ sequence: UInt64,
        at place: UInt64
    ) throws(TrailError) -> TrailRecord {
        guard let segment = segments.last(where: { $0.first <= sequence }) else {
            throw .index("record \(sequence) is not in the folder any more")
        }
        let file = try file(segment)
        guard let line = try file.line(at: place),
            let record = TrailRecord(reveal?.line(line) ?? line),
            record.sequence == sequence
        else {
            throw .index(
                "record \(sequence) is not where it was in \(segment.text): index the trail anew"
                    + " (postern audit index --anew), and verify it"
            )
        }
        return record
    }

    private mutating func file(_ segment: SegmentName) throws(TrailError) -> LineFile {
        if let open, open.name == segment { return open.file }
        let file = try LineFile("\(folder)/\(segment.text)")
        open = (segment, file)
        return file
    }
}
