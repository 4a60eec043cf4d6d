// The seal on the trail: goes on after any end, hands its keys over, stops before an altered trail.
import Audit
import Bytes
import Foundation
import Glibc
import Postern
import Testing

let minute: UInt64 = 60_000_000

/// One run of the recorder, which is killed unless it says its last word.
struct Run: ~Copyable {
    var recording: Recording
    let newKey: String?

    init(_ folder: Folder, at start: UInt64 = 0, limits: SegmentLimits = SegmentLimits()) throws {
        let trail = try Trail(in: folder.held(), limits: limits, at: start)
        let seal = try seal(in: folder, trail, at: start)
        newKey = seal.newKey
        recording = Recording(trail, sealing: seal, boot: "test", at: moment(start))
        recording.commit(at: moment(start))
    }

    /// Lets `count` minutes pass, each with a record of the recorder's own.
    mutating func pass(_ count: Int, from start: UInt64 = 0) {
        for number in 1...count {
            recording.commit(at: moment(start + UInt64(number) * minute))
            recording.commit(at: moment(start + UInt64(number) * minute + 5_000_000))
        }
    }
}

/// What a verification with the first key finds.
func findings(in folder: Folder) throws -> [TrailFinding] {
    let first = try VerifierKey(text: folder.text("first.pub")).orThrow()
    let trail = try TrailOnDisk(folder.path, firstKey: first)
    return try trail.verified(by: TreeHasher().orThrow(), mayBeArchived: false).findings
}

func broken(in folder: Folder) throws -> [String] {
    try findings(in: folder).filter { $0.weight == .broken }.map(\.description)
}

@Suite struct SealTests {
    @Test func signsAndSaysThatItLivesEachMinute() throws {
        let folder = try Folder()
        var run = try Run(folder)
        #expect(run.newKey == folder.text("first.pub").dropLast().description)
        run.pass(3)
        let events = try folder.entries().map { $0["event"] as? String }
        #expect(events == ["audit.start", "audit.alive", "audit.alive", "audit.alive"])
        #expect(folder.text("checkpoint").split(separator: "\n")[1] == "4")
        #expect(try findings(in: folder) == [])
    }

    @Test("goes on after it was killed", arguments: [0, 1, 3, 70])
    func goesOn(minutes: Int) throws {
        let folder = try Folder()
        for round in 0..<4 as Range<UInt64> {
            let start = round * 100 * minute
            var run = try Run(folder, at: start)
            #expect((run.newKey == nil) == (round > 0))
            if minutes > 0 { run.pass(minutes, from: start) }
        }
        #expect(try broken(in: folder) == [])
    }

    @Test func putsNewKeysInForceEveryHourAndAtEachStart() throws {
        let folder = try Folder()
        var run = try Run(folder)
        let first = folder.text("signing-key")
        run.pass(125)
        #expect(folder.text("signing-key") != first)
        let handovers = SignedNote.divide(Array(folder.text("handovers").utf8)).notes
        #expect(handovers.count == 2)
        let mode = try FileManager.default.attributesOfItem(atPath: folder.path + "/signing-key")
        #expect(mode[.posixPermissions] as? Int == 0o600)
        _ = consume run
        var next = try Run(folder, at: 200 * minute)
        next.pass(1, from: 200 * minute)
        #expect(SignedNote.divide(Array(folder.text("handovers").utf8)).notes.count == 3)
        #expect(try broken(in: folder) == [])
    }

    /// Wherever the recorder ends while one key takes over from the other.
    @Test("finds its key after any end", arguments: ["made", "certified", "wiped", "in force"])
    func findsItsKey(step: String) throws {
        let folder = try Folder()
        let old: String
        do {
            var run = try Run(folder)
            run.pass(59)
            old = folder.text("signing-key")
            run.pass(2, from: 59 * minute)
        }
        let new = folder.text("signing-key")
        let handovers = folder.text("handovers")
        if step != "in force" { try folder.write(new, to: "signing-key.next") }
        if step == "made" || step == "certified" { try folder.write(old, to: "signing-key") }
        if step == "wiped" { try folder.write("\0\0\0", to: "signing-key") }
        if step == "made" {
            try folder.write("", to: "handovers")
            // What the new key signed can't be there yet.
            try folder.write("", to: "checkpoint")
            let name = firstSegment.replacing("jsonl", with: "checkpoints")
            let notes = SignedNote.divide(Array(folder.text(name).utf8)).notes
            let size = try Checkpoint(
                text: SignedNote(SignedNote.divide(Array(handovers.utf8)).notes[0]).orThrow().text
            ).orThrow().size
            let kept = try notes.filter {
                try Checkpoint(text: SignedNote($0).orThrow().text).orThrow().size <= size
            }
            try folder.write(kept.map { $0 + "\n" }.joined(), to: name)
        }
        var run = try Run(folder, at: 100 * minute)
        run.pass(1, from: 100 * minute)
        #expect(try broken(in: folder) == [])
    }

    /// Zeros among signed lines are nobody's crash.
    @Test func doesNotRemoveWhatWasSigned() throws {
        let folder = try Folder()
        do {
            var run = try Run(folder)
            run.pass(3)
        }
        let text = folder.text(firstSegment)
        let holed = text.prefix(200) + String(repeating: "\0", count: 50) + text.dropFirst(250)
        try folder.write(String(holed), to: firstSegment)
        let error = #expect(throws: TrailError.self) { _ = try Run(folder, at: 10 * minute) }
        #expect(error == .cut(signed: 4, found: 1) || error == .cut(signed: 4, found: 0))
        #expect(folder.text(firstSegment) == String(holed))
    }

    /// A power cut amid that would take what was on disk already.
    @Test func doesNotWriteTilesAnewThatAreThere() throws {
        let folder = try Folder()
        do {
            var run = try Run(folder)
            run.pass(300)
        }
        let tile = "\(folder.path)/tile/0/000"
        let long = Date(timeIntervalSince1970: 1_000_000_000)
        try FileManager.default.setAttributes([.modificationDate: long], ofItemAtPath: tile)
        do {
            var run = try Run(folder, at: 400 * minute)
            run.pass(2, from: 400 * minute)
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: tile)
        #expect(attributes[.modificationDate] as? Date == long)
        // One that holds anything else is made again.
        try folder.write("torn", to: "tile/0/000")
        _ = try Run(folder, at: 500 * minute)
        #expect(folder.text("tile/0/000") != "torn")
        #expect(try broken(in: folder) == [])
    }

    @Test func removesCheckpointsBehindAHole() throws {
        let folder = try Folder()
        let name = firstSegment.replacing("jsonl", with: "checkpoints")
        do {
            var run = try Run(folder)
            run.pass(3)
        }
        let notes = folder.text(name)
        try folder.write(notes + String(repeating: "\0", count: 100) + "\n\nx\n\n", to: name)
        // What the file system made of the last checkpoint.
        try folder.write("", to: "checkpoint")
        _ = try Run(folder, at: 10 * minute)
        #expect(folder.text(name).hasPrefix(notes))
        #expect(!folder.text(name).contains("\0"))
        #expect(
            try folder.entries().last?["reason"] as? String
                == "an unfinished checkpoint was removed"
        )
        #expect(try broken(in: folder) == [])
    }

    @Test func doesNotGoOnWithoutItsKey() throws {
        let folder = try Folder()
        do {
            var run = try Run(folder)
            run.pass(1)
        }
        try folder.write("", to: "signing-key")
        let error = #expect(throws: TrailError.self) { _ = try Run(folder) }
        #expect(error == .keyLost(folder: folder.path))
    }

    @Test func doesNotGoOnOverWhatWasAltered() throws {
        let folder = try Folder()
        do {
            var run = try Run(folder)
            run.pass(3)
        }
        let text = folder.text(firstSegment)
        try folder.write(text.replacing("alive", with: "stale"), to: firstSegment)
        #expect(throws: TrailError.altered(upTo: 4)) { _ = try Run(folder) }
        try folder.write(text.split(separator: "\n")[0] + "\n", to: firstSegment)
        #expect(throws: TrailError.cut(signed: 4, found: 1)) { _ = try Run(folder) }
    }

    @Test func makesTilesAnewThatAreMissing() throws {
        let folder = try Folder()
        var limits = SegmentLimits()
        limits.bytesMax = 10_000
        do {
            var run = try Run(folder, limits: limits)
            run.pass(600)
        }
        try FileManager.default.removeItem(atPath: folder.path + "/tile")
        var run = try Run(folder, at: 1000 * minute, limits: limits)
        run.pass(1, from: 1000 * minute)
        #expect(folder.files.count { $0.hasSuffix(".jsonl") } > 3)
        #expect(try broken(in: folder) == [])
    }

    private func lastSegment(of folder: Folder) throws -> SegmentName {
        try SegmentName(folder.files.last { $0.hasSuffix(".jsonl") }.orThrow()).orThrow()
    }

    /// How many records the last change of keys signed.
    private func lastHandover(in folder: Folder) throws -> UInt64 {
        guard let note = SignedNote.divide(Array(folder.text("handovers").utf8)).notes.last else {
            return .max - 1
        }
        return try Checkpoint(text: SignedNote(note).orThrow().text).orThrow().size
    }

    /// A power cut may take the last checkpoint: what can be read then was signed long ago.
    @Test func continuesALateSegmentWithoutItsCheckpoint() throws {
        let folder = try Folder()
        var limits = SegmentLimits()
        limits.bytesMax = 10_000
        do {
            var run = try Run(folder, limits: limits)
            var minutes: UInt64 = 0
            // A segment is shorter than the life of a key: one begins behind a change of keys.
            while try lastSegment(of: folder).first <= lastHandover(in: folder) + 1, minutes < 600 {
                run.pass(1, from: minutes * minute)
                minutes += 1
            }
            run.pass(3, from: minutes * minute)
        }
        let left = try lastSegment(of: folder)
        #expect(try left.first > lastHandover(in: folder) + 1)
        for file in folder.files.filter({ $0.hasPrefix("trail-") && $0 != left.text }) {
            try FileManager.default.removeItem(atPath: folder.path + "/" + file)
        }
        try folder.write("", to: "checkpoint")
        var run = try Run(folder, at: 1000 * minute, limits: limits)
        run.pass(1, from: 1000 * minute)
        let first = try VerifierKey(text: folder.text("first.pub")).orThrow()
        let trail = try TrailOnDisk(folder.path, firstKey: first)
        let whole = try trail.verified(by: TreeHasher().orThrow(), mayBeArchived: true)
        #expect(whole.findings.filter { $0.weight == .broken } == [])
    }

    @Test func continuesATrailWhoseOldSegmentsWereMovedAway() throws {
        let folder = try Folder()
        var limits = SegmentLimits()
        limits.bytesMax = 10_000
        do {
            var run = try Run(folder, limits: limits)
            run.pass(600)
        }
        for file in folder.files.filter({ $0.hasPrefix("trail-") }).dropLast(4) {
            try FileManager.default.removeItem(atPath: folder.path + "/" + file)
        }
        var run = try Run(folder, at: 1000 * minute, limits: limits)
        run.pass(1, from: 1000 * minute)
        let first = try VerifierKey(text: folder.text("first.pub")).orThrow()
        let trail = try TrailOnDisk(folder.path, firstKey: first)
        let whole = try trail.verified(by: TreeHasher().orThrow(), mayBeArchived: true)
        #expect(whole.findings.filter { $0.weight == .broken } == [])
        #expect(whole.summary.archived > 400)
        #expect(try broken(in: folder).count == 1)
    }

    @Test("survives any file in place of its own", arguments: 0..<40 as Range<UInt64>)
    func survives(seed: UInt64) throws {
        let folder = try Folder()
        do {
            var run = try Run(folder)
            run.pass(70)
        }
        var state = seed
        func chance(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let files = folder.files.filter { $0 != "tile" && $0 != "first.pub" }
        let file = files[chance(files.count)]
        var bytes = Array(folder.text(file).utf8)
        bytes[chance(bytes.count)] ^= UInt8(1 + chance(127))
        try Data(bytes).write(to: URL(fileURLWithPath: "\(folder.path)/\(file)"))
        let isPrivate = file == "signing-key"
        #expect(try broken(in: folder).isEmpty == isPrivate, "\(file)")
        _ = try? Run(folder, at: 100 * minute)
    }
}
