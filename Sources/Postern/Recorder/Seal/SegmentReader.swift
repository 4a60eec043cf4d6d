// Reads a segment line by line, as fast as the disk gives it and in little memory.
import Audit
import Bytes
import Glibc
import Reactor

/// One pass over a segment's lines.
struct SegmentReader: ~Copyable {
    /// One read at most.
    private static let blockBytes = 1024 * 1024

    private let descriptor: FileDescriptor
    private let path: String
    private var block = [UInt8](repeating: 0, count: blockBytes + TrailLine.bytesMax)
    private var start = 0
    private var end = 0

    /// Begins at a line's first byte, `offset`.
    init(_ path: String, from offset: UInt64 = 0) throws(TrailError) {
        let file = try FileDescriptor.opening(path, O_RDONLY)
        guard offset == 0 || lseek(file.number, off_t(clamping: offset), SEEK_SET) >= 0 else {
            throw .last("seek in \(path)")
        }
        descriptor = file
        self.path = path
    }

    /// Gives each whole line, its line feed included, to `body`; returns the bytes behind the last.
    ///
    /// Ends early at a line that is longer than any of ours: those bytes are behind the last line.
    mutating func forEachLine(
        _ body: (Span<UInt8>) throws(TrailError) -> Void
    ) throws(TrailError) -> Int {
        try readLines(asLongAs: { (line) throws(TrailError) in
            try body(line)
            return true
        })
    }

    /// The same, until `body` says that it has seen enough.
    mutating func readLines(
        asLongAs body: (Span<UInt8>) throws(TrailError) -> Bool
    ) throws(TrailError) -> Int {
        while try fill() {
            while let length = block.span.extracting(start..<end).firstLineBytes {
                let isWanted = try body(block.span.extracting(start..<start + length))
                start += length
                if !isWanted { return end - start }
            }
            if end - start > TrailLine.bytesMax { break }
        }
        return end - start
    }

    /// Reads the next block behind the unfinished line; false at the end.
    private mutating func fill() throws(TrailError) -> Bool {
        if start > 0 {
            block.replaceSubrange(0..<end - start, with: block[start..<end])
            (start, end) = (0, end - start)
        }
        let count = unsafe block.withUnsafeMutableBytes { room in
            let room = unsafe UnsafeMutableRawBufferPointer(rebasing: room[end...])
            return unsafe read(descriptor.number, room.baseAddress, room.count)
        }
        guard count >= 0 else { throw .last("read \(path)") }
        end += count
        return count > 0
    }
}
