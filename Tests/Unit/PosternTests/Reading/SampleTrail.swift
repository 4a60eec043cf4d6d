// A trail in a folder of its own, written by the gateway's encoder, and an index beside it.
import Audit
import Bytes
import Foundation
import TrailIndex

@testable import Postern

/// The folder goes away with it.
final class SampleTrail {
    let folder: String
    private var next: UInt64 = 1
    private var segment = SegmentName(first: 1)
    private var encoder = RecordEncoder()
    private let files = FileManager.default
    /// Seconds since 1970 of the next record; a second passes between two.
    var seconds: UInt64 = 1_772_357_400  // 2026-03-01T09:30:00Z

    init() throws {
        folder = files.temporaryDirectory.appending(path: "trail-\(UUID().uuidString)").path
        try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? files.removeItem(atPath: folder) }

    var index: String { "\(folder)/index" }
    var segmentPath: String { "\(folder)/\(segment.text)" }

    func trail(anew: Bool = false) throws -> IndexedTrail {
        try IndexedTrail(folder, index: index, anew: anew)
    }

    /// What a search finds, by the numbers of the records.
    func found(_ change: (inout Search) -> Void = { _ in }) throws -> [UInt64] {
        var search = Search()
        change(&search)
        var found: [UInt64] = []
        let trail = try trail()
        var reader = try EntryReader(trail)
        try trail.index.search(search) { hit in
            found.append(try reader.entry(hit).record.sequence)
            return true
        }
        return found
    }

    /// The entries of the whole trail, joined.
    func entries() throws -> [FoundEntry] {
        let trail = try trail()
        var reader = try EntryReader(trail)
        var entries: [FoundEntry] = []
        try trail.index.search(Search()) { hit in
            entries.append(try reader.entry(hit))
            return true
        }
        return entries
    }

    /// Begins another segment with the next record.
    func endSegment() { segment = SegmentName(first: next) }

    @discardableResult
    func append(_ record: Record) throws -> UInt64 {
        var payload = Buffer()
        encoder.encode(
            record,
            at: Moment(utc: seconds * 1_000_000, monotonic: next),
            into: &payload
        )
        seconds += 1
        var line = Buffer()
        TrailLine.append(payload.span, sequence: next, to: &line)
        try append(line.bytes)
        next += 1
        return next - 1
    }

    /// Appends bytes to the last segment as they are.
    func append(_ bytes: [UInt8]) throws {
        if !files.fileExists(atPath: segmentPath) {
            _ = files.createFile(atPath: segmentPath, contents: nil)
        }
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: segmentPath))
        try file.seekToEnd()
        try file.write(contentsOf: Data(bytes))
        try file.close()
    }
}

/// One session's records.
struct SampleSession {
    var facts = SessionFacts()
    private var command: UInt64 = 0

    init(_ number: Int, user: String = "ann", from address: String = "192.0.2.7") {
        let digits = String(number, radix: 16)
        facts.session = String(repeating: "0", count: 16 - digits.count) + digits
        facts.user = user
        facts.clientAddress = address
    }

    func event(_ event: Event) -> Record { Record(event, .event, session: facts.encoded) }

    mutating func decision(
        _ event: Event,
        _ verdict: Record.Verdict = .allow,
        _ verb: Phrase = "UID FETCH",
        mailbox: String = "INBOX",
        arguments: String = "",
        rules: [String] = []
    ) -> Record {
        command += 1
        var record = Record(event, .decision, verdict: verdict, session: facts.encoded)
        record.sequence = command
        record.verb = verb
        record.arguments = ShortBytes(arguments)
        record.mailbox = Record.Mailbox(
            raw: Array(mailbox.utf8),
            canonical: Array(mailbox.utf8),
            needed: "r",
            held: "",
            missing: rules.isEmpty ? "" : "r",
            rules: rules
        )
        return record
    }

    /// What came of the command that was decided last, or of an earlier one.
    func outcome(
        _ event: Event,
        _ result: Record.Result = .ok,
        of earlier: UInt64? = nil,
        uids: String = "",
        messages: UInt64 = 0
    ) -> Record {
        var record = Record(event, .outcome, session: facts.encodedIdentity)
        record.sequence = earlier ?? command
        record.result = result
        record.arguments = ShortBytes(uids)
        record.messages = messages
        return record
    }
}
