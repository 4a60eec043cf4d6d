// Segments that expire: gone with a record, and the trail verifies, grows and restarts without them.
import Audit
import Bytes
import Foundation
import Postern
import Testing

/// A trail in which each order of a hold begins a segment.
private final class ExpiringTrail {
    let folder: Folder
    private var orders = 0

    init() throws { folder = try Folder() }

    func recording() throws -> Recording {
        var limits = SegmentLimits()
        limits.bytesMax = 1
        let trail = try Trail(in: folder.held(), limits: limits, at: 0)
        let seal = try seal(in: folder, trail)
        var recording = Recording(trail, sealing: seal, boot: "test", at: moment(0))
        // The start has a segment of its own, too.
        recording.commit(at: moment(0))
        return recording
    }

    /// Adds so many segments of one record.
    func grow(_ recording: inout Recording, by count: Int) throws {
        for _ in 0..<count {
            orders += 1
            let name = "case-\((orders + 1) / 2)"
            try recording.carryOut(
                orders % 2 == 1
                    ? .hold(Hold(name, because: "a test"))
                    : .release(name: name, because: "a test"),
                by: 0,
                at: moment(UInt64(orders))
            )
        }
    }

    var segments: [UInt64] { folder.files.compactMap { SegmentName($0)?.first } }

    /// An order as `postern audit expire` gives it.
    func expiry(_ first: UInt64, last: UInt64? = nil, holds: String? = nil) throws -> TrailOrder {
        let name = SegmentName(first: first)
        let count = folder.text(name.text).split(separator: "\n").count
        return .expire(
            Expiry(
                name,
                last: last ?? first + UInt64(max(1, count)) - 1,
                holds: try holds ?? Holds(in: folder.path).digest,
                retention: "reading older than 90 days"
            )
        )
    }

    func expire(_ firsts: [UInt64], _ recording: inout Recording) throws {
        for first in firsts {
            try recording.carryOut(expiry(first), by: 0, at: moment(1000))
        }
    }

    func verified(mayBeArchived: Bool = false) throws -> Verification {
        let key = try VerifierKey(text: folder.text("first.pub")).orThrow()
        return try TrailOnDisk(folder.path, firstKey: key)
            .verified(by: TreeHasher().orThrow(), mayBeArchived: mayBeArchived)
    }

    func broken(mayBeArchived: Bool = false) throws -> [String] {
        try verified(mayBeArchived: mayBeArchived).findings.filter { $0.weight == .broken }
            .map(\.description)
    }

    func remove(_ file: String) throws {
        try FileManager.default.removeItem(atPath: "\(folder.path)/\(file)")
    }

    /// Changes a byte of a file.
    func flip(_ file: String, at offset: Int) throws {
        let url = URL(fileURLWithPath: "\(folder.path)/\(file)")
        var bytes = try Data(contentsOf: url)
        bytes[offset] ^= 1
        try bytes.write(to: url)
    }
}

@Suite("A segment that expires")
struct ExpiryTests {
    @Test("goes with a record, and the trail verifies without it")
    func goes() throws {
        let trail = try ExpiringTrail()
        var recording = try trail.recording()
        try trail.grow(&recording, by: 6)
        let bytes = trail.folder.text(SegmentName(first: 3).text).utf8.count
        try trail.expire([3], &recording)
        #expect(!trail.segments.contains(3))
        #expect(trail.folder.files.contains(SegmentName(first: 3).checkpoints))
        let record = try #require(trail.folder.entries().last)
        #expect(record["event"] as? String == "audit.expire")
        #expect(record["segment"] as? String == SegmentName(first: 3).text)
        #expect(record["first"] as? Int == 3)
        #expect(record["last"] as? Int == 3)
        #expect(record["bytes"] as? Int == bytes)
        #expect(record["retention"] as? String == "reading older than 90 days")
        let verification = try trail.verified()
        #expect(verification.findings == [])
        #expect(verification.summary.expired == 1)
        #expect(verification.expiredBy == [UInt64(record["seq"] as? Int ?? 0)])
    }

    @Test(
        "may be any but the last, and the recorder goes on when it starts again",
        arguments: [[1], [5], [7, 8], [1, 3, 4, 8], [1, 2, 3, 4, 5, 6, 7, 8]],
        [true, false]
    )
    func restarts(_ firsts: [UInt64], hasCheckpoint: Bool) throws {
        let trail = try ExpiringTrail()
        do {
            var recording = try trail.recording()
            try trail.grow(&recording, by: 7)
            #expect(trail.segments == Array(1...8))
            // The last segment stays: another one follows.
            try trail.expire(firsts.filter { $0 != 8 }, &recording)
            if firsts.contains(8) { try trail.expire([8], &recording) }
            let isDone = recording.finish(at: moment(2000))
            #expect(isDone)
        }
        // What a power cut may take.
        if !hasCheckpoint { try trail.remove("checkpoint") }
        do {
            var recording = try trail.recording()
            try trail.grow(&recording, by: 2)
            let isDone = recording.finish(at: moment(3000))
            #expect(isDone)
        }
        #expect(try trail.verified().findings.filter { $0.weight == .broken } == [])
        #expect(try trail.verified().summary.expired == UInt64(firsts.count))
    }

    @Test("takes the records of others that expired with it, whose lines are kept")
    func generations() throws {
        let trail = try ExpiringTrail()
        var recording = try trail.recording()
        try trail.grow(&recording, by: 4)
        try trail.expire([1, 2], &recording)
        try trail.grow(&recording, by: 2)
        // The segments in which the records stand by which the first ones went.
        for _ in 0..<2 {
            let sealed = trail.segments.dropLast()
            try trail.expire(Array(sealed), &recording)
        }
        #expect(trail.segments.count <= 9)
        #expect(try trail.verified().findings == [])
    }

    @Test("stays where it is not what was said of it")
    func refused() throws {
        let trail = try ExpiringTrail()
        var recording = try trail.recording()
        try trail.grow(&recording, by: 4)
        let before = trail.folder.lines.count
        let last = try #require(trail.segments.last)
        for order in [
            try trail.expiry(last), try trail.expiry(99), try trail.expiry(2, last: 3),
            try trail.expiry(2, holds: "others"),
        ] {
            #expect(throws: OrderRefusal.self) {
                try recording.carryOut(order, by: 0, at: moment(1000))
            }
        }
        // Amid the root that was signed, and amid the hash of the record.
        let notes = trail.folder.text(SegmentName(first: 2).checkpoints)
        let root = notes.split(separator: "\n").prefix(2).joined(separator: "\n").utf8.count + 5
        for (file, offset) in [(SegmentName(first: 2).checkpoints, root), ("tile/0/000.p/2", 33)] {
            let bytes = try #require(
                FileManager.default.contents(atPath: "\(trail.folder.path)/\(file)")
            )
            try trail.flip(file, at: offset)
            #expect(throws: OrderRefusal.self, "\(file)") {
                try recording.carryOut(trail.expiry(2), by: 0, at: moment(1000))
            }
            try bytes.write(to: URL(fileURLWithPath: "\(trail.folder.path)/\(file)"))
        }
        #expect(trail.folder.lines.count == before)
        try trail.expire([2], &recording)
    }

    @Test("may lie among others that were moved away with all that belongs to them")
    func amongArchived() throws {
        let trail = try ExpiringTrail()
        var recording = try trail.recording()
        try trail.grow(&recording, by: 7)
        try trail.expire([1, 3], &recording)
        for first in [2, 4] as [UInt64] { try trail.remove(SegmentName(first: first).text) }
        // Of 3 the rest was taken for what belongs to a segment that is there.
        for first in [2, 3, 4] as [UInt64] {
            try trail.remove(SegmentName(first: first).checkpoints)
        }
        #expect(try trail.broken(mayBeArchived: true) == [])
        let summary = try trail.verified(mayBeArchived: true).summary
        #expect(summary.archived == 2)
        #expect(summary.expired == 2)
        #expect(
            try trail.broken().contains { $0.contains("missing before this segment: record 4") }
        )
        try trail.remove(SegmentName(first: 6).text)
        #expect(
            try trail.broken(mayBeArchived: true).contains {
                $0.contains("missing before this segment: record 6")
            }
        )
    }

    @Test("is missed where no signed record tells of it")
    func missed() throws {
        let trail = try ExpiringTrail()
        var recording = try trail.recording()
        try trail.grow(&recording, by: 6)
        try trail.expire([2, 3], &recording)
        try trail.remove(SegmentName(first: 4).text)
        #expect(
            try trail.broken().contains { $0.contains("missing before this segment: record 4") }
        )
        try trail.folder.write("", to: "expired")
        #expect(
            try trail.broken().contains {
                $0.contains("missing before this segment: records 2 to 4")
            }
        )
    }

    @Test("is missed where a forged line tells of it")
    func forged() throws {
        let trail = try ExpiringTrail()
        var recording = try trail.recording()
        try trail.grow(&recording, by: 6)
        try trail.expire([2], &recording)
        let genuine = trail.folder.text("expired")
        // Of another segment, and of more than it was.
        let other = genuine.replacing("0002.jsonl", with: "0004.jsonl")
            .replacing(#""first":2,"last":2"#, with: #""first":4,"last":4"#)
        try trail.remove(SegmentName(first: 4).text)
        try trail.folder.write(genuine + other, to: "expired")
        #expect(
            try trail.broken().contains {
                $0.contains("0004.jsonl: record 4: missing, with all of record 4: no signed record")
            }
        )
        let more = genuine.replacing(#""first":2,"last":2"#, with: #""first":2,"last":4"#)
        try trail.remove(SegmentName(first: 3).text)
        try trail.folder.write(more, to: "expired")
        #expect(try trail.broken().contains { $0.contains("is not the record that was signed") })
        #expect(
            try trail.broken().contains { $0.contains("missing, with all of records 2 to 4") }
        )
        try trail.folder.write("no record\n" + genuine, to: "expired")
        #expect(try trail.broken().first?.hasPrefix("expired:1: the line is no record") == true)
    }

    @Test("may be put back as it was, and not otherwise")
    func putBack() throws {
        let trail = try ExpiringTrail()
        var recording = try trail.recording()
        try trail.grow(&recording, by: 5)
        let name = SegmentName(first: 2).text
        let text = trail.folder.text(name)
        try trail.expire([2], &recording)
        try trail.folder.write(text, to: name)
        let findings = try trail.verified().findings
        #expect(findings.map(\.weight) == [.notice])
        #expect(findings.first?.text.contains("is still there") == true)
        try trail.folder.write(text.replacing("case-1", with: "case-2"), to: name)
        #expect(
            try trail.broken().contains {
                $0.contains("\(name):1: record 2: is not the record that was signed")
            }
        )
        // What a crash left between the record and the end of the segment is finished.
        try trail.folder.write(text, to: name)
        try trail.expire([2], &recording)
        #expect(try trail.verified().findings == [])
    }

    @Test("leaves hashes behind that nobody can change")
    func hashes() throws {
        let trail = try ExpiringTrail()
        var recording = try trail.recording()
        try trail.grow(&recording, by: 5)
        try trail.expire([2], &recording)
        let isDone = recording.finish(at: moment(2000))
        #expect(isDone)
        let tiles = try FileManager.default.contentsOfDirectory(
            atPath: "\(trail.folder.path)/tile/0/000.p"
        )
        for tile in tiles where (Int(tile) ?? 0) > 1 {
            try trail.flip("tile/0/000.p/\(tile)", at: 33)
        }
        #expect(try trail.broken().contains { $0.contains(SegmentName(first: 2).text) })
    }
}
