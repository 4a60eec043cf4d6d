// The files of the trail: numbers continue, whole lines stay, unfinished ones go.
import Audit
import Bytes
import Postern
import Testing

private func line(_ sequence: Int) -> String { "{\"seq\":\(sequence),\"v\":1,\"n\":\(sequence)}" }

extension Trail {
    fileprivate mutating func sync() throws {
        var durable = Buffer()
        try sync(into: &durable)
    }
}

private func append(_ count: Int, to trail: inout Trail) {
    for _ in 0..<count {
        let payload = Array("\"v\":1,\"n\":\(trail.next)".utf8)
        trail.append(payload.span)
    }
}

@Suite struct TrailTests {
    @Test func continuesItsNumbersAfterItWasKilled() throws {
        let folder = try Folder()
        for round in 0..<3 {
            // Given up without sync, as a killed process gives it up.
            var trail = try Trail(in: folder.held(), limits: SegmentLimits(), at: 0)
            #expect(trail.next == UInt64(2 * round + 1))
            append(2, to: &trail)
            try trail.write(at: 0)
        }
        #expect(folder.files == [firstSegment])
        #expect(folder.lines == (1...6).map(line))
    }

    @Test("removes an unfinished line, wherever it was cut", arguments: 1..<line(2).utf8.count)
    func repairs(kept: Int) throws {
        let folder = try Folder()
        try folder.write(line(1) + "\n" + line(2).prefix(kept), to: firstSegment)
        var trail = try Trail(in: folder.held(), limits: SegmentLimits(), at: 0)
        #expect(trail.repairedBytes == UInt64(kept))
        append(1, to: &trail)
        try trail.write(at: 0)
        try trail.sync()
        #expect(folder.text(firstSegment) == line(1) + "\n" + line(2) + "\n")
    }

    @Test func removesAnUnfinishedLineLongerThanAnyRecord() throws {
        let folder = try Folder()
        try folder.write(line(1) + "\n" + String(repeating: "\0", count: 300_000), to: firstSegment)
        let trail = try Trail(in: folder.held(), limits: SegmentLimits(), at: 0)
        #expect(trail.repairedBytes == 300_000)
        #expect(trail.next == 2)
        #expect(folder.lines == [line(1)])
    }

    /// A page that never reached the disk reads as zeros, whatever follows it.
    @Test("removes what a power cut left behind a hole", arguments: [0, 5, line(2).utf8.count + 1])
    func removesHoles(before: Int) throws {
        let folder = try Folder()
        let second = line(2) + "\n"
        let hole = String(repeating: "\0", count: 4096)
        let text = line(1) + "\n" + second.prefix(before) + hole + "\"}\n" + line(9) + "\n"
        try folder.write(text, to: firstSegment)
        var trail = try Trail(in: folder.held(), limits: SegmentLimits(), at: 0)
        let kept = before == second.utf8.count ? 2 : 1
        #expect(trail.next == UInt64(kept + 1))
        // Nothing is touched before it is clear that the recorder goes on here.
        #expect(folder.text(firstSegment) == text)
        append(1, to: &trail)
        try trail.write(at: 0)
        try trail.sync()
        #expect(folder.lines == (1...kept + 1).map(line))
        #expect(trail.repairedBytes == UInt64(text.utf8.count - kept * second.utf8.count))
    }

    @Test func beginsWithTheNumberInTheNameWhenNoLineIsWhole() throws {
        let folder = try Folder()
        try folder.write("{\"seq\":40", to: "trail-00000000000000000040.jsonl")
        let trail = try Trail(in: folder.held(), limits: SegmentLimits(), at: 0)
        #expect(trail.next == 40)
        #expect(trail.repairedBytes == 9)
    }

    @Test(
        "does not continue what it did not write",
        arguments: [
            "hello\n", "{\"seq\":2,\"v\":1}\n", "{\"seq\":7,\"v\":1\n", "\n", "{\"seq\":7,}\n\n",
        ]
    )
    func refusesForeignLine(text: String) throws {
        let folder = try Folder()
        let name = "trail-00000000000000000005.jsonl"
        try folder.write(text, to: name)
        let error = #expect(throws: TrailError.self) {
            _ = try Trail(in: folder.held(), limits: SegmentLimits(), at: 0)
        }
        #expect(error == .foreignLine(segment: name))
        #expect(folder.text(name) == text)
    }

    @Test func beginsASegmentNamedAfterItsFirstLineWhenOneIsFull() throws {
        let folder = try Folder()
        var limits = SegmentLimits()
        limits.bytesMax = 60
        var trail = try Trail(in: folder.held(), limits: limits, at: 0)
        for _ in 0..<4 {
            append(2, to: &trail)
            try trail.write(at: 0)
            // Not before everything is on disk.
            trail.turnOver(at: 0)
            try trail.sync()
            trail.turnOver(at: 0)
        }
        #expect(folder.files.count == 2 || folder.files.count == 4)
        #expect(folder.lines == (1...8).map(line))
        for file in folder.files {
            let first = try SegmentName(file).orThrow().first
            #expect(folder.text(file).hasPrefix(line(Int(first))))
        }
    }

    @Test func beginsASegmentWhenOneIsOld() throws {
        let folder = try Folder()
        var limits = SegmentLimits()
        limits.ageMax = .seconds(60)
        var trail = try Trail(in: folder.held(), limits: limits, at: 1_000_000)
        for second in [1, 60, 61, 62] as [UInt64] {
            append(1, to: &trail)
            try trail.write(at: second * 1_000_000)
            try trail.sync()
            trail.turnOver(at: second * 1_000_000)
        }
        #expect(folder.files == [firstSegment, "trail-00000000000000000004.jsonl"])
        #expect(folder.lines == (1...4).map(line))
    }

    @Test func leavesAFolderToTheRecorderThatHasIt() throws {
        let folder = try Folder()
        let trail = try Trail(in: folder.held(), limits: SegmentLimits(), at: 0)
        let error = #expect(throws: TrailError.self) {
            _ = try Trail(in: TrailFolder(folder.path), limits: SegmentLimits(), at: 0)
        }
        #expect(error == .busy(folder: folder.path))
        #expect(trail.next == 1)
    }

    @Test func saysWhichFolderIsMissing() {
        let error = #expect(throws: TrailError.self) {
            _ = try Trail(in: TrailFolder("/nonexistent/trail"), limits: SegmentLimits(), at: 0)
        }
        #expect(error?.description == "open /nonexistent/trail: No such file or directory")
    }
}
