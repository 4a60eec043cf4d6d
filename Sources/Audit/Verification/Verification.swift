// Checks a trail from its first public key: every line, hash, checkpoint and key, in one pass.

/// Follows a trail from its first record to its last and says where it is not what was recorded.
///
/// Has no files: whoever reads them gives segments, checkpoints and lines in their order. The tree
/// is always fed one hash for each number. Where a line is missing or is not the one that was
/// signed, its hash is taken from the tiles, if with these the signed root comes out; so one
/// altered record doesn't hide the next one.
package struct Verification {
    /// More findings say no more.
    package static let findingsMax = 200

    let hasher: TreeHasher
    package let chain: KeyChain
    private let mayBeArchived: Bool
    let tiles: TileReader
    /// What a tile's file holds, byte for byte; nil where there is none.
    let tileFile: (TileName) -> [UInt8]?

    package internal(set) var findings: [TrailFinding] = []
    /// Findings beyond those that are kept.
    package internal(set) var findingsLeftOut = 0
    package internal(set) var summary = Summary()

    /// How many records were seen or accounted for; the tree's size, unless hashes are lost.
    package internal(set) var size: UInt64 = 0
    var tree: MerkleTree
    /// The tree as it was at the last head that was right, and what came since.
    var proven: MerkleTree
    var sinceProven: [Leaf] = []
    /// The hashes of some record are not to be had: no later root can come out.
    var isLost = false
    var heads = HeadQueue()
    var expired = ExpiredQueue()
    var expiredFile = ""
    var times = TrailTimes()
    var file = ""
    var lineNumber = 0
    private var present: [SegmentName] = []

    /// A hash that was put into the tree, and where its line stands.
    struct Leaf {
        let hash: TreeHash
        let file: String
        let line: Int
    }

    package struct Summary: Equatable, Sendable {
        package var segments = 0
        package var checkpoints = 0
        /// Lines that no checkpoint covers yet.
        package var unsigned: UInt64 = 0
        /// Records whose lines are elsewhere; their hashes are here.
        package var archived: UInt64 = 0
        /// Records whose segments expired; their hashes are here.
        package var expired: UInt64 = 0
        package var expiredSegments = 0
    }

    /// With `mayBeArchived` the first segments may be elsewhere, and all that belongs to them but
    /// their hashes; `tileFile` reads a file's bytes.
    package init(
        hasher: TreeHasher,
        chain: KeyChain,
        mayBeArchived: Bool,
        tileFile: @escaping (TileName) -> [UInt8]?
    ) {
        self.hasher = hasher
        self.chain = chain
        self.mayBeArchived = mayBeArchived
        self.tileFile = tileFile
        tiles = { name in
            let full = TileName(level: name.level, index: name.index)
            for file in [name, full] {
                guard let contents = tileFile(file) else { continue }
                if let tile = Tile(name, contents: contents.span) { return tile.hashes }
            }
            return nil
        }
        tree = MerkleTree(hasher: hasher)
        proven = tree
    }

    package var root: TreeHash { tree.root }
    /// The times of the first and the last record that the recorder made of itself.
    package var period: (first: String, last: String) { (times.first, times.last) }
    package var isStopped: Bool { times.isStopped }
    package var isBroken: Bool {
        findingsLeftOut > 0 || findings.contains { $0.weight == .broken }
    }

    /// Says which file the next lines are of; `first` is the record that its name promises.
    package mutating func begin(_ segment: SegmentName) {
        file = segment.text
        lineNumber = 0
        summary.segments += 1
        skip(to: segment.first)
        present.append(segment)
    }

    /// Whether what comes next may be elsewhere: no segment before it is here.
    package var mayBeAway: Bool { mayBeArchived && present.isEmpty }

    /// Accounts for the records before a segment that are in no other.
    mutating func skip(to first: UInt64) {
        guard first > size + 1 else { return }
        let missing = size + 1..<first
        if mayBeAway {
            summary.archived += missing.upperBound - missing.lowerBound
        } else {
            report(missing.lowerBound, "missing before this segment: \(missing.words)")
        }
        takeFromTiles(upTo: first)
        times.skip()
    }

    /// Takes a whole line, its line feed included.
    package mutating func take(_ line: Span<UInt8>) {
        lineNumber += 1
        let next = size + 1
        let text = line.extracting(droppingLast: 1)
        guard let sequence = TrailLine.sequence(of: text) else {
            return report(next, "the line is no record")
        }
        guard sequence >= next else {
            return report(sequence, "stands where record \(next) belongs")
        }
        if sequence > next {
            let missing = next..<sequence
            report(next, "missing, with all of \(missing.words); record \(sequence) follows")
            takeFromTiles(upTo: sequence)
        }
        checkTime(text, sequence)
        put(hasher.leaf(line))
    }

    private mutating func checkTime(_ line: Span<UInt8>, _ sequence: UInt64) {
        let start = 7 + sequence.decimalDigits
        guard let time = LineTime(line, afterSequence: start) else {
            return report(sequence, "the line is no record of version 1")
        }
        guard let (weight, text) = times.advance(line, time, record: sequence) else { return }
        report(sequence, text, weight)
    }

    /// Ends a segment; `rest` bytes are behind its last line feed.
    package mutating func end(rest: Int, isLast: Bool) {
        if rest > 0 {
            lineNumber += 1
            report(
                size + 1,
                "ends with an unfinished line of \(rest) bytes",
                isLast ? .notice : .broken
            )
        }
        lineNumber = 0
        if !isLast { reportUnsignedEnd() }
    }

    mutating func reportUnsignedEnd() {
        guard !isLost, proven.size != size else { return }
        report(
            proven.size + 1,
            "no checkpoint stands at the segment's end, after record \(size)"
        )
    }

    /// Everything was given: says what is missing behind it.
    package mutating func finish() {
        lineNumber = 0
        if !isLost { summary.unsigned = size - proven.size }
        if let head = heads.last {
            let signed = head.checkpoint.size
            report(
                size + 1,
                "missing: \(signed) records were signed in \(head.file), \(size) are there"
            )
        } else {
            for tile in proven.partialTiles { check(tile) }
        }
        judgeExpired(present: present)
    }

    mutating func put(_ hash: TreeHash) {
        size += 1
        if !isLost {
            tree.append(hash)
            sinceProven.append(Leaf(hash: hash, file: file, line: lineNumber))
        }
        if heads.nextSize == size { checkHeads() }
    }

    /// Puts the hashes of the records before `end` into the tree that have no line here.
    mutating func takeFromTiles(upTo end: UInt64) {
        while size + 1 < end && !isLost {
            let name = TileName.leaves(from: size, upTo: end - 1)
            guard let hashes = widest(name) else {
                report(size + 1, "its hash is missing, too; no later checkpoint can be checked")
                isLost = true
                break
            }
            for hash in hashes[Int(size % UInt64(TileName.hashesMax))..<name.width] { put(hash) }
        }
        size = end - 1
    }

    /// The hashes of a level 0 tile, from the smallest file that has as many.
    func widest(_ name: TileName) -> [TreeHash]? { name.widest(in: tiles) }

    mutating func report(_ record: UInt64?, _ text: String, _ weight: TrailFinding.Weight = .broken)
    {
        report(TrailFinding(weight, in: file, line: lineNumber, record: record, text))
    }

    package mutating func report(_ finding: TrailFinding) {
        guard findings.count < Self.findingsMax else { return findingsLeftOut += 1 }
        findings.append(finding)
    }
}

extension Range<UInt64> {
    /// `record 7` or `records 7 to 9`.
    var words: String {
        upperBound - lowerBound == 1
            ? "record \(lowerBound)" : "records \(lowerBound) to \(upperBound - 1)"
    }
}

extension UInt64 {
    var decimalDigits: Int {
        var digits = 1
        var rest = self / 10
        while rest > 0 { (digits, rest) = (digits + 1, rest / 10) }
        return digits
    }
}
