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
    /// Whether what stands behind `bytes` is still to be removed.
    private var isTailLeft = false

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
        if isTailLeft { try cut(to: bytes) }
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

    /// Finds what a crash left unfinished, and the number that follows the last whole line.
    ///
    /// That is a line without an end, or after a power cut a page that never reached the disk, with
    /// all that follows it: nobody was told that these lines are there. It is removed by the first
    /// `append`, when nothing has spoken against going on. Returns after what is kept is on disk.
    mutating func repairTail() throws(TrailError) -> (next: UInt64, removedBytes: UInt64) {
        let found = bytes
        let end = try endOfLine(before: try firstGap() ?? found)
        isTailLeft = end < found
        bytes = end
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

    /// Where the first zero byte stands, which no line holds; nil: nowhere.
    private func firstGap() throws(TrailError) -> UInt64? {
        let windowBytes: UInt64 = 1024 * 1024
        var start: UInt64 = 0
        while start < bytes {
            let window = try read(start..<min(bytes, start + windowBytes))
            if let index = window.span.firstIndex(of: 0) { return start + UInt64(index) }
            start += UInt64(window.count)
        }
        return nil
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
        isTailLeft = false
    }
}
