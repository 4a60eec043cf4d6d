// Trails that somebody wrote to stop whoever verifies them: each is found fault with, to the end.
import Audit
import Foundation
import Postern
import Testing

@Suite struct HostileTrailTests {
    /// A trail of some records, and its last line.
    private func trail() throws -> (Folder, last: String) {
        let folder = try Folder()
        var run = try Run(folder)
        run.pass(3)
        return (folder, try folder.lines.last.orThrow())
    }

    private static let largest = "\(UInt64.max)"

    private func with(_ name: String, _ number: String, in line: String) throws -> String {
        let start = try line.firstRange(of: "\"\(name)\":").orThrow().upperBound
        return line[..<start] + number + line[start...].drop(while: \.isNumber)
    }

    private func check(_ folder: Folder, _ text: String) throws {
        try folder.write(text, to: firstSegment)
        #expect(try findings(in: folder).contains { $0.weight == .broken })
    }

    @Test func endsBehindTheLastNumberThereIs() throws {
        let (folder, last) = try trail()
        let far = try with("seq", Self.largest, in: last)
        let text = folder.text(firstSegment)
        try check(folder, text + far + "\n")
        try check(folder, text + far + "\n" + far + "\n" + last + "\n")
        try check(folder, text + far + "\nunfinished")
    }

    @Test func endsBehindASegmentOfTheLastNumberThereIs() throws {
        let (folder, last) = try trail()
        let far = try with("seq", Self.largest, in: last)
        try folder.write(far + "\n" + last + "\n", to: "trail-\(Self.largest).jsonl")
        #expect(try findings(in: folder).contains { $0.weight == .broken })
        // All before it may be archived, which are more than any number counts up to.
        try FileManager.default.removeItem(atPath: "\(folder.path)/\(firstSegment)")
        let key = try VerifierKey(text: folder.text("first.pub")).orThrow()
        let whole = try TrailOnDisk(folder.path, firstKey: key)
            .verified(by: TreeHasher().orThrow(), mayBeArchived: true)
        #expect(whole.isBroken)
    }

    @Test func takesAnyMomentOfTheMonotonicClock() throws {
        let (folder, last) = try trail()
        let text = folder.text(firstSegment)
        let late = try with("mono", Self.largest, in: last)
        try check(folder, text.replacing(last, with: late))
        let next = try with("seq", "5", in: last)
        try check(folder, text.replacing(last, with: late) + next + "\n")
    }
}
