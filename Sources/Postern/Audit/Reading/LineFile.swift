// Single lines of a segment by the byte at which they begin.
import Audit
import Bytes
import Glibc
import Reactor

/// An open segment, of which the last block that was read is kept: what is found stands close
/// together, often.
final class LineFile {
    private static let blockBytes = 64 * 1024

    private let descriptor: FileDescriptor
    private let path: String
    private var block: [UInt8] = []
    private var blockPlace: UInt64 = 0

    init(_ path: String) throws(TrailError) {
        descriptor = try FileDescriptor.opening(path, O_RDONLY)
        self.path = path
    }

    /// The size of the file now.
    func bytes() throws(TrailError) -> UInt64 {
        let end = lseek(descriptor.number, 0, SEEK_END)
        guard end >= 0 else { throw .last("seek in \(path)") }
        return UInt64(end)
    }

    /// The line at `place`, its line feed included; nil where no whole line of ours is.
    func line(at place: UInt64) throws(TrailError) -> [UInt8]? {
        if let line = kept(at: place) { return line }
        try read(Self.blockBytes, at: place)
        if let line = kept(at: place) { return line }
        try read(TrailLine.bytesMax, at: place)
        return kept(at: place)
    }

    private func kept(at place: UInt64) -> [UInt8]? {
        guard place >= blockPlace, place < blockPlace + UInt64(block.count) else { return nil }
        let block = block
        let rest = block.span.extracting(Int(place - blockPlace)...)
        guard let count = rest.firstLineBytes else { return nil }
        let start = block.count - rest.count
        return Array(block[start..<start + count])
    }

    /// A stretch of bytes, cut short where the file ends.
    func bytes(_ range: Range<UInt64>) throws(TrailError) -> [UInt8] {
        try read(Int(clamping: range.count), at: range.lowerBound)
        return block
    }

    private func read(_ count: Int, at place: UInt64) throws(TrailError) {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = unsafe bytes.withUnsafeMutableBytes { room in
            unsafe pread(descriptor.number, room.baseAddress, room.count, off_t(clamping: place))
        }
        guard got >= 0 else { throw .last("read \(path)") }
        bytes.removeLast(count - got)
        block = bytes
        blockPlace = place
    }

    /// SHA-256 of the line at `place` in Base64; nil where there is no line.
    func digest(at place: UInt64) throws(TrailError) -> String? {
        guard let line = try line(at: place) else { return nil }
        guard var digest = MessageDigest() else { throw .signing }
        digest.update(line.span)
        guard let bytes = digest.finish() else { throw .signing }
        var text = Buffer()
        Base64.encode(bytes.span, into: &text)
        return text.text
    }
}
