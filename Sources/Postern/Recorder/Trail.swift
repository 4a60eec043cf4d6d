// The trail on disk: segment files that only grow, and the lines on their way into the last one.
package import Audit
package import Bytes
package import Reactor

package enum TrailError: Error, Equatable {
    case system(SystemError)
    /// The last whole line of this segment is none of the recorder's: a human must look at it.
    case foreignLine(segment: String)
    /// Another recorder is at work in the folder.
    case busy(folder: String)
    /// What was signed is not what stands there: a human must look at it.
    case altered(upTo: UInt64)
    /// Records that were signed are gone.
    case cut(signed: UInt64, found: UInt64)
    /// Neither the records nor the hashes from the first on are there.
    case beginningMissing(folder: String)
    /// A segment expired, and its hashes are gone, too.
    case hashesMissing(segment: String)
    /// The key that signs this trail is not there.
    case keyLost(folder: String)
    /// The certificates from key to key are broken.
    case handover(String)
    /// The cryptographic library failed.
    case signing
    /// The index over the trail can't be made or searched.
    case index(String)
    /// Others than its owner can look into the folder of keys.
    case keysOpen(folder: String)
    /// A file among the keys holds none.
    case keyDamaged(file: String)
    /// The file of the holds can't be believed.
    case holds(String)
}

extension TrailError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .system(let error): "\(error)"
        case .foreignLine(let segment): "\(segment): the last line was not written by the recorder"
        case .busy(let folder): "\(folder): another recorder is at work here"
        case .altered(let size): "records up to \(size) are not what was signed; verify the trail"
        case .cut(let signed, let found): "\(signed) records were signed, \(found) are there"
        case .beginningMissing(let folder):
            "\(folder): neither the first records nor their hashes are there; begin a new folder"
        case .hashesMissing(let segment):
            "\(segment) expired, and its hashes are not there; verify the trail"
        case .keyLost(let folder):
            "\(folder): the trail's signing key is not there; begin a new folder"
        case .handover(let fault): "\(fault); verify the trail"
        case .signing: "the cryptographic library can't make a key or a signature"
        case .index(let fault): "index: \(fault)"
        case .keysOpen(let folder): "\(folder) can be read by others than its owner: chmod 700"
        case .keyDamaged(let file): "\(file) holds no key; put back a copy, or move it away"
        case .holds(let fault): "\(fault); nothing is held or released before that is mended"
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
    /// What may not stand in the trail as it is; nil: everything may.
    private let veil: TrailVeil?

    private var segment: SegmentFile?
    /// Whole lines that are not on disk yet, and how many they are.
    private var lines = Buffer()
    private var lineCount: UInt64 = 0
    private var lastLineStart = 0
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
        veil: TrailVeil? = nil,
        at now: UInt64
    ) throws(TrailError) {
        self.folder = folder
        self.limits = limits
        self.veil = veil
        guard let last = try self.folder.lastSegment() else { return }
        var file = try SegmentFile(opening: last, in: self.folder, at: now)
        let tail = try file.repairTail()
        segment = consume file
        segmentName = last
        next = tail.next
        repairedBytes = tail.removedBytes
    }

    /// The folder.
    var path: String { folder.path }

    /// Bytes that are not on disk yet.
    package var unsyncedBytes: Int { lines.count }

    /// Gives the record the next number and keeps its line; false where it may not stand there.
    @discardableResult
    package mutating func append(_ payload: Span<UInt8>) -> Bool {
        lastLineStart = lines.count
        if let veil {
            guard veil.append(payload, sequence: next, to: &lines) else { return false }
        } else {
            TrailLine.append(payload, sequence: next, to: &lines)
        }
        next += 1
        lineCount += 1
        return true
    }

    /// The keys that lines stand under; nil where nothing is encrypted.
    package var keys: KeyRing? { veil?.keys }

    /// The line that was appended last, before it is brought to the disk.
    var lastLine: [UInt8] {
        let line = lines.span.extracting(min(lastLineStart, lines.count)...)
        return line.indices.map { line[$0] }
    }

    /// Gives every kept line to the kernel, in one write if the kernel takes them so.
    ///
    /// The keys that they stand under are on disk before.
    /// Fails when that would use the space that is kept free, unless it is the end that needs it.
    package mutating func write(at now: UInt64, isLast: Bool = false) throws(TrailError) {
        guard writtenBytes < lines.count else { return }
        try veil?.keys.persist()
        if !isLast { try folder.keepRoom(for: lines.count - writtenBytes, at: now) }
        if segment == nil {
            let name = SegmentName(first: next - lineCount)
            segment = try SegmentFile(creating: name, in: folder, at: now)
            segmentName = name
        }
        try segment?.append(lines, from: writtenBytes)
        writtenBytes = lines.count
    }

    /// Returns when every line is on disk, and the lines in `durable`; `write` comes first.
    package mutating func sync(into durable: inout Buffer) throws(TrailError) {
        durable.removeAll()
        guard writtenBytes > 0, writtenBytes == lines.count else { return }
        try segment?.sync()
        // Exchanged, so that neither buffer ever grows anew.
        swap(&lines, &durable)
        lineCount = 0
        writtenBytes = 0
    }

    /// After a failure: cuts the segment back to what is on disk, so that `write` can begin again.
    package mutating func rewind() throws(TrailError) {
        try segment?.rewind()
        writtenBytes = 0
    }

    /// The segment that the last line stands in; nil when the next line begins one.
    package private(set) var segmentName: SegmentName?

    /// Whether the next line is to begin a segment: this one is full and wholly on disk.
    package func isTurnDue(at now: UInt64) -> Bool {
        lines.isEmpty && segment?.isFull(limits, at: now) == true
    }

    /// Lets the next line begin a new segment if that is due.
    package mutating func turnOver(at now: UInt64) {
        guard isTurnDue(at: now) else { return }
        segment = nil
        segmentName = nil
    }
}
