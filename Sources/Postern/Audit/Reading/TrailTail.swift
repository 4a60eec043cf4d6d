// The trail's end, followed from segment to segment.
import Audit
import Bytes
import Glibc
import Reactor

struct TrailTail: ~Copyable {
    private static let blockBytes: UInt64 = 64 * 1024

    private let folder: String
    private var segment: SegmentName?
    private var reader: SegmentReader?

    /// Begins so many lines before the end, or at the first line that is there.
    init(_ folder: String, last lines: Int) throws(TrailError) {
        self.folder = folder
        let segments = try SegmentName.all(in: folder)
        segment = nil
        reader = nil
        var wanted = lines
        for candidate in segments.reversed() {
            let (place, found) = try Self.place(ofLast: wanted, in: "\(folder)/\(candidate.text)")
            segment = candidate
            reader = try SegmentReader("\(folder)/\(candidate.text)", from: place)
            wanted -= found
            if wanted <= 0 { break }
        }
    }

    /// Where the last lines of a file begin, and how many they are; an unfinished one doesn't count.
    private static func place(
        ofLast lines: Int,
        in path: String
    ) throws(TrailError) -> (place: UInt64, lines: Int) {
        let file = try LineFile(path)
        var end = try file.bytes()
        // The line feed that ends the line before the first one wanted.
        var feeds = 0
        while end > 0 {
            let start = end - min(end, blockBytes)
            let block = try file.bytes(start..<end)
            for index in block.indices.reversed() where block[index] == UInt8(ascii: "\n") {
                feeds += 1
                if feeds > lines { return (start + UInt64(index) + 1, lines) }
            }
            end = start
        }
        return (0, feeds)
    }

    /// Gives each line that was added since the last call to `body`.
    mutating func forEachNew(_ body: ([UInt8]) -> Void) throws(TrailError) {
        while true {
            // Looked for first: nothing is added to a segment once there is another.
            let next = try SegmentName.all(in: folder).first { name in
                segment.map { name > $0 } ?? true
            }
            if var current = reader.take() {
                _ = try current.forEachLine { (line) throws(TrailError) in
                    body(line.indices.map { line[$0] })
                }
                reader = consume current
            }
            guard let next else { return }
            segment = next
            reader = try SegmentReader("\(folder)/\(next.text)")
        }
    }
}
