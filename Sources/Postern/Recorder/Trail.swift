// The trail on disk: segment files that only grow, and the lines on their way into the last one.
package import Audit
import Bytes
package import Reactor

package enum TrailError: Error, Equatable {
    case system(SystemError)
    /// The last whole line of this segment is none of the recorder's: a human must look at it.
    case foreignLine(segment: String)
    /// Another recorder is at work in the folder.
    case busy(folder: String)
}

extension TrailError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .system(let error): "\(error)"
        case .foreignLine(let segment): "\(segment): the last line was not written by the recorder"
        case .busy(let folder): "\(folder): another recorder is at work here"
        }
    }
}

/// Appends lines to the last segment of a folder.
///
/// `append` numbers a line and keeps it, `write` gives the kept lines to the kernel, `sync` to the
/// disk. Until `sync` has succeeded the lines stay in memory: after a failure the file is cut back
/// to what is on disk, and `write` begins again from there. A line that was acknowledged is never
/// touched again.
package struct Trail: ~Copyable {
    private var folder: TrailFolder
    private let limits: SegmentLimits

    private var segment: SegmentFile?
    /// Whole lines that are not on disk yet, and how many they are.
    private var lines = Buffer()
    private var lineCount: UInt64 = 0
    /// How many bytes of `lines` the kernel has.
    private var writtenBytes = 0

    /// The number of the next line.
    package private(set) var next: UInt64 = 1

    /// Bytes of an unfinished line that were found at the end, and removed.
    package private(set) var repairedBytes: UInt64 = 0

    /// Opens the folder's last segment, removes an unfinished line and continues the numbers.
    package init(
        in folder: consuming TrailFolder,
        limits: SegmentLimits,
        at now: UInt64
    ) throws(TrailError) {
        self.folder = folder
        self.limits = limits
        guard let last = try self.folder.lastSegment() else { return }
        var file = try SegmentFile(opening: last, in: self.folder, at: now)
        let tail = try file.repairTail()
        segment = consume file
        next = tail.next
        repairedBytes = tail.removedBytes
    }

    /// Bytes that are not on disk yet.
    package var unsyncedBytes: Int { lines.count }

    /// Gives the record the next number and keeps its line.
    package mutating func append(_ payload: Span<UInt8>) {
        TrailLine.append(payload, sequence: next, to: &lines)
        next += 1
        lineCount += 1
    }

    /// Gives every kept line to the kernel, in one write if the kernel takes them so.
    ///
    /// Fails when that would use the space that is kept free, unless it is the end that needs it.
    package mutating func write(at now: UInt64, isLast: Bool = false) throws(TrailError) {
        guard writtenBytes < lines.count else { return }
        if !isLast { try folder.keepRoom(for: lines.count - writtenBytes, at: now) }
        if segment == nil {
            let name = SegmentName(first: next - lineCount)
            segment = try SegmentFile(creating: name, in: folder, at: now)
        }
        try segment?.append(lines, from: writtenBytes)
        writtenBytes = lines.count
    }

    /// Returns when every line is on disk; `write` comes first.
    package mutating func sync() throws(TrailError) {
        guard writtenBytes > 0, writtenBytes == lines.count else { return }
        try segment?.sync()
        lines.removeAll()
        lineCount = 0
        writtenBytes = 0
    }

    /// After a failure: cuts the segment back to what is on disk, so that `write` can begin again.
    package mutating func rewind() throws(TrailError) {
        try segment?.rewind()
        writtenBytes = 0
    }

    /// Lets the next line begin a new segment when this one is full and wholly on disk.
    package mutating func turnOver(at now: UInt64) {
        guard lines.isEmpty, segment?.isFull(limits, at: now) == true else { return }
        segment = nil
    }
}
