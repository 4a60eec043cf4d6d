// One file of the trail: opened for appending only, cut back only to undo an unfinished append.
import Audit
import Bytes
import Glibc
import Reactor

/// An open segment, of which the lines up to `syncedBytes` are on disk.
struct SegmentFile: ~Copyable {
    private let descriptor: FileDescriptor
    private let name: SegmentName
    /// When it was opened, in microseconds of the monotonic clock.
    private let openedAt: UInt64
    private var syncedBytes: UInt64 = 0
    private var bytes: UInt64 = 0

    /// Makes a segment and sees to it that its name is on disk before any line of it counts.
    init(
        creating name: SegmentName,
        in folder: borrowing TrailFolder,
        at now: UInt64
    ) throws(TrailError) {
        let path = "\(folder.path)/\(name.text)"
        let file = try FileDescriptor.opening(path, O_RDWR | O_APPEND | O_CREAT, mode: 0o640)
        try folder.sync()
        descriptor = file
        self.name = name
        openedAt = now
    }

    /// Opens a segment that is there.
    init(
        opening name: SegmentName,
        in folder: borrowing TrailFolder,
        at now: UInt64
    ) throws(TrailError) {
        let file = try FileDescriptor.opening("\(folder.path)/\(name.text)", O_RDWR | O_APPEND)
        let end = lseek(file.number, 0, SEEK_END)
        guard end >= 0 else { throw .last("seek in \(name.text)") }
        bytes = UInt64(end)
        descriptor = file
        self.name = name
        openedAt = now
    }

    func isFull(_ limits: SegmentLimits, at now: UInt64) -> Bool {
        let age = now > openedAt ? now - openedAt : 0
        return limits.isFull(bytes: bytes, age: .microseconds(Int64(clamping: age)))
    }

    /// Appends `lines` from an offset on.
    mutating func append(_ lines: borrowing Buffer, from start: Int) throws(TrailError) {
        var done = start
        while done < lines.count {
            let rest = lines.span.extracting(done...)
            let count = unsafe rest.withUnsafeBufferPointer { bytes in
                unsafe write(descriptor.number, bytes.baseAddress, bytes.count)
            }
            if count < 0 && errno == EINTR { continue }
            // What was written of a line that is cut short stands until `rewind`.
            guard count > 0 else { throw .last("write \(name.text)") }
            done += count
            bytes += UInt64(count)
        }
    }

    mutating func sync() throws(TrailError) {
        guard fdatasync(descriptor.number) == 0 else { throw .last("sync \(name.text)") }
        syncedBytes = bytes
    }

    /// Removes everything that is not known to be on disk.
    mutating func rewind() throws(TrailError) {
        try cut(to: syncedBytes)
    }

    /// Removes an unfinished line, and finds the number that follows the last whole one.
    ///
    /// Returns after all that is kept is on disk.
    mutating func repairTail() throws(TrailError) -> (next: UInt64, removedBytes: UInt64) {
        let found = bytes
        let end = try endOfLine(before: found)
        if end < found { try cut(to: end) }
        try sync()
        guard end > 0 else { return (name.first, found) }
        let start = try endOfLine(before: end - 1)
        // What is longer than any line of ours is looked at no further than that.
        let line = try read(start..<min(end - 1, start + UInt64(TrailLine.bytesMax)))
        guard let last = TrailLine.sequence(of: line.span), last >= name.first, last < .max else {
            throw .foreignLine(segment: name.text)
        }
        return (last + 1, found - end)
    }

    /// Where the last line ends that ends at or before `offset`; 0: none does.
    private func endOfLine(before offset: UInt64) throws(TrailError) -> UInt64 {
        let windowBytes: UInt64 = 64 * 1024
        var end = offset
        while end > 0 {
            let start = end - min(end, windowBytes)
            let window = try read(start..<end)
            if let index = window.lastIndex(of: UInt8(ascii: "\n")) {
                return start + UInt64(index) + 1
            }
            end = start
        }
        return 0
    }

    private func read(_ range: Range<UInt64>) throws(TrailError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(range.upperBound - range.lowerBound))
        let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe pread(
                descriptor.number,
                buffer.baseAddress,
                buffer.count,
                off_t(range.lowerBound)
            )
        }
        guard count == bytes.count else { throw .last("read \(name.text)") }
        return bytes
    }

    private mutating func cut(to end: UInt64) throws(TrailError) {
        guard ftruncate(descriptor.number, off_t(end)) == 0 else { throw .last("cut \(name.text)") }
        bytes = end
    }
}
