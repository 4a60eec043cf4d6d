// The lines of all `audit.expire` records, kept when the segments that they stood in expire, too.
package import Audit
import Bytes
import Glibc
import Reactor

/// The file `expired`: each line is one of the trail, byte for byte, and so a leaf of the tree.
package enum ExpiredFile {
    package static let name = "expired"
    /// Some hundred bytes for each segment that has gone.
    private static let bytesMax = 64 * 1024 * 1024

    /// The whole lines in their order; an unfinished one behind them was left by a crash.
    static func lines(in folder: String) throws(TrailError) -> [[UInt8]] {
        let path = "\(folder)/\(name)"
        if unsafe access(path, F_OK) != 0 && errno == ENOENT { return [] }
        let bytes = try FileDescriptor.opening(path, O_RDONLY).contents(path, bytesMax: bytesMax)
        let end = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return bytes[..<end].split(separator: UInt8(ascii: "\n")).map { $0 + [UInt8(ascii: "\n")] }
    }

    /// The segments that are gone, in the order of their records; what is no such line is left out.
    ///
    /// Nobody has looked at signatures: for readers, which have to know where nothing stands.
    package static func segments(in folder: String) throws(TrailError) -> [ExpiredSegment] {
        let present = try SegmentName.all(in: folder)
        return gone(try lines(in: folder).compactMap { ExpiredSegment($0) }, present)
    }

    /// Of a segment that was named twice the record under which it went at last.
    static func gone(
        _ all: [ExpiredSegment],
        _ present: [SegmentName]
    ) -> [ExpiredSegment] {
        var latest: [UInt64: ExpiredSegment] = [:]
        for segment in all where !present.contains(segment.name) {
            latest[segment.name.first] = segment
        }
        return latest.values.sorted { $0.name < $1.name }
    }

    /// Adds a line; when this returns it is on disk.
    static func append(_ line: Span<UInt8>, in folder: String) throws(TrailError) {
        let path = "\(folder)/\(name)"
        let file = try FileDescriptor.opening(path, O_RDWR | O_APPEND | O_CREAT, mode: 0o640)
        let bytes = try file.contents(path, bytesMax: bytesMax)
        let end = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        if end < bytes.count, ftruncate(file.number, off_t(end)) != 0 { throw .last("cut \(path)") }
        try file.write(line, to: path)
        guard fdatasync(file.number) == 0 else { throw .last("sync \(path)") }
        let directory = try FileDescriptor.opening(folder, O_RDONLY | O_DIRECTORY)
        guard fsync(directory.number) == 0 else { throw .last("sync \(folder)") }
    }
}
