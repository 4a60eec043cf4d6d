// The index follows its trail: it grows with it, notices another one, and trusts no line.
import Audit
import Foundation
import Testing
import TrailIndex

@testable import Postern

@Suite struct IndexTests {
    @Test("it catches up with what was appended")
    func growth() throws {
        let trail = try SampleTrail()
        var session = SampleSession(1)
        try trail.append(session.decision(.fetch))
        #expect(try trail.found() == [1])
        try trail.append(session.outcome(.fetch, .ok, uids: "4"))
        // Joined with a decision of an earlier run.
        #expect(try trail.found { $0.results = ["OK"] } == [1])
        #expect(try trail.found { $0.uid = 4 } == [1])
        trail.endSegment()
        try trail.append(session.decision(.store))
        #expect(try trail.found() == [1, 3])
        #expect(try trail.trail().index.counts().entries == 2)
    }

    @Test("an unfinished line is not there until it is finished")
    func unfinished() throws {
        let trail = try SampleTrail()
        var session = SampleSession(1)
        try trail.append(session.decision(.fetch))
        let line = Array(#"{"seq":2,"v":1,"time":"2026-03-01T09:30:01Z","event":"x"}"#.utf8)
        for byte in line {
            try trail.append([byte])
        }
        #expect(try trail.found() == [1])
        try trail.append([UInt8(ascii: "\n")])
        #expect(try trail.found() == [1, 2])
    }

    @Test("lines that are no records are counted and harm nothing")
    func noise() throws {
        let trail = try SampleTrail()
        var session = SampleSession(1)
        try trail.append(Array("\n{}\nnonsense\n{\"seq\":1,\"v\":9}\n".utf8))
        try trail.append(session.decision(.fetch))
        #expect(try trail.found() == [1])
        #expect(try trail.trail().index.counts().unread == 4)
    }

    @Test("numbers and volumes as large as they can be are no danger")
    func extremes() throws {
        let trail = try SampleTrail()
        for seq: UInt64 in [1, UInt64(Int64.max), .max] {
            let line = """
                {"seq":\(seq),"v":1,"time":"9999-12-31T23:59:59.999999Z","event":"msg.fetch",\
                "phase":"event","messages":\(UInt64.max),"bytes":\(UInt64.max)}

                """
            try trail.append(Array(line.utf8))
        }
        #expect(try trail.found { $0.since = 0 } == [1, UInt64(Int64.max)])
        let figures = try trail.trail().index.figures(since: nil, until: nil, slotSeconds: 1)
        #expect(figures.slots.count == 1)
    }

    @Test("another trail in the same folder is indexed anew", arguments: [false, true])
    func replaced(isLonger: Bool) throws {
        let trail = try SampleTrail()
        var session = SampleSession(1)
        for _ in 1...3 { try trail.append(session.decision(.fetch)) }
        #expect(try trail.found { $0.events = ["msg.fetch"] } == [1, 2, 3])
        try FileManager.default.removeItem(atPath: trail.segmentPath)
        let other = try SampleTrail()
        for _ in 1...(isLonger ? 5 : 2) { try other.append(session.decision(.store)) }
        try FileManager.default.moveItem(atPath: other.segmentPath, toPath: trail.segmentPath)
        #expect(try trail.found { $0.events = ["msg.fetch"] } == [])
        #expect(try trail.found { $0.events = ["msg.store"] }.count == (isLonger ? 5 : 2))
    }

    @Test("segments that were moved away leave the index")
    func archived() throws {
        let trail = try SampleTrail()
        var session = SampleSession(1)
        try trail.append(session.decision(.fetch))
        let first = trail.segmentPath
        trail.endSegment()
        try trail.append(session.decision(.store))
        #expect(try trail.found() == [1, 2])
        try FileManager.default.removeItem(atPath: first)
        #expect(try trail.found() == [2])
        #expect(try trail.found() == [2])
    }

    @Test("a record that is not where it was is an error, not another record")
    func moved() throws {
        let trail = try SampleTrail()
        var session = SampleSession(1)
        for _ in 1...3 { try trail.append(session.decision(.fetch)) }
        let indexed = try trail.trail()
        let text = try String(contentsOfFile: trail.segmentPath, encoding: .utf8)
        try text.replacing("\"seq\":2,", with: "\"seq\":9,")
            .write(toFile: trail.segmentPath, atomically: true, encoding: .utf8)
        var reader = try EntryReader(indexed)
        #expect(throws: TrailError.self) {
            try indexed.index.search(Search()) { hit in
                _ = try reader.entry(hit)
                return true
            }
        }
    }

    @Test("the index is its owner's alone, and a file that is none is replaced")
    func file() throws {
        let trail = try SampleTrail()
        var session = SampleSession(1)
        try trail.append(session.decision(.fetch))
        try "no index".write(toFile: trail.index, atomically: true, encoding: .utf8)
        #expect(try trail.found() == [1])
        let attributes = try FileManager.default.attributesOfItem(atPath: trail.index)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try trail.trail(anew: true).index.counts().entries == 1)
        let files = try FileManager.default.contentsOfDirectory(atPath: trail.folder)
        #expect(Set(files) == ["index", "trail-00000000000000000001.jsonl"])
    }

    @Test("an empty folder has an empty index")
    func empty() throws {
        let trail = try SampleTrail()
        #expect(try trail.found() == [])
        var session = SampleSession(1)
        try trail.append(session.decision(.fetch))
        #expect(try trail.found() == [1])
    }
}

@Suite struct UIDRangesTests {
    @Test(
        "sets are read as they are written",
        arguments: [
            ("", []), ("5", [5...5]), ("1:3,9", [1...3, 9...9]), ("7:2", [2...7]),
            ("3:*", [3...UInt32.max]), ("4 (FLAGS)", [4...4]), ("x", []), ("$", []),
            ("99999999999", [UInt32.max...UInt32.max]), ("1,2,", [1...1, 2...2]),
        ] as [(String, [ClosedRange<UInt32>])]
    )
    func read(_ text: String, _ ranges: [ClosedRange<UInt32>]) {
        #expect(UIDRanges(text.utf8).ranges == ranges)
        #expect(!UIDRanges(text.utf8).isCut)
    }

    @Test("three dots say that there is more")
    func cut() {
        let uids = UIDRanges("1:3,5...".utf8)
        #expect(uids.ranges == [1...3, 5...5])
        #expect(uids.isCut)
    }
}
