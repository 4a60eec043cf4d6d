// Makes tampering show: the tree over the trail's lines, and the checkpoints that vouch for it.
package import Audit
import Bytes
import CLinux
import Glibc
import Reactor

/// The tree, its tiles, and the key that signs its head.
///
/// `extend` takes lines that are on disk; `sign` writes tiles and a checkpoint over them. What the
/// disk doesn't take is kept, and written by the next `sign`.
package struct Seal: ~Copyable {
    /// How long lines may stand unsigned, in microseconds.
    ///
    /// Whoever takes the machine could change what is not signed yet; a signature costs as much as
    /// a few hundred records.
    private static let intervalMax: UInt64 = 5_000_000
    /// How long one key signs, in microseconds: its thief could sign again what it has signed.
    private static let epochMax: UInt64 = 3_600_000_000

    let folder: String
    let hasher: TreeHasher
    let tiles: TileFiles
    private let keys: KeyFiles
    private var tree: MerkleTree
    private var unwrittenTiles: [Tile] = []
    /// Full tiles that were written since the last time that everything was on disk.
    private var unsyncedTiles: [TileName] = []
    private var signing: SigningKey
    private var handovers: NoteFile
    /// The checkpoints of the segment at hand.
    private var notes: NoteFile?
    /// As much of the tree as the last checkpoint covers.
    private var signedSize: UInt64
    private var signedAt: UInt64
    /// When the key came into force; nil: it is the one of a run before.
    private var epochSince: UInt64?
    /// The next key is certified, the one before it not destroyed yet.
    private var isHandoverUnfinished = false

    /// The key that a new trail begins with; nil where the trail is continued.
    package let newKey: String?
    /// The last checkpoint that nobody has asked for yet.
    private var unannounced: SignedNote?
    /// Bytes of unfinished notes that were found, and removed.
    package let repairedBytes: UInt64

    /// Continues the tree over a trail of `size` records, or begins it.
    ///
    /// Fails where the records are not those that were signed.
    package init(
        in folder: String,
        size: UInt64,
        hasher: TreeHasher,
        at now: UInt64
    ) throws(TrailError) {
        let tiles = TileFiles(folder: folder)
        let keys = KeyFiles(folder: folder)
        let opened = try keys.open()
        let resuming = SealResuming(folder: folder, hasher: hasher, tiles: tiles)
        let tree = try resuming.tree(of: size, chain: opened.chain)
        var repaired = opened.handovers.repairedBytes
        notes = try Self.lastNotes(in: folder, repaired: &repaired)
        repairedBytes = UInt64(repaired)
        self.folder = folder
        self.hasher = hasher
        self.tiles = tiles
        self.keys = keys
        self.tree = tree
        newKey = opened.isNew ? opened.chain.current.text : nil
        epochSince = opened.isNew ? now : nil
        signedSize = 0
        // Due at once: after a power cut the last checkpoint may be an old one, or none.
        signedAt = now - min(now, Self.intervalMax)
        handovers = opened.handovers
        signing = opened.signing
    }

    /// The checkpoints of the last segment; nil where there is no segment yet.
    private static func lastNotes(
        in folder: String,
        repaired: inout Int
    ) throws(TrailError) -> NoteFile? {
        guard let last = try SegmentName.all(in: folder).last else { return nil }
        let notes = try NoteFile("\(folder)/\(last.checkpoints)")
        repaired += notes.repairedBytes
        return notes
    }

    /// Puts lines into the tree, each with its line feed.
    mutating func extend(_ lines: borrowing Buffer) {
        var start = 0
        while start < lines.count {
            let rest = lines.span.extracting(start...)
            let length = rest.firstLineBytes ?? rest.count
            tree.append(hasher.leaf(rest.extracting(first: length)))
            start += length
        }
        unwrittenTiles += tree.takeFullTiles()
    }

    /// Whether there is something to sign.
    package var isBehind: Bool { tree.size > signedSize || isHandoverUnfinished }

    /// When `sign` is due, in microseconds of the monotonic clock; nil: nothing waits for it.
    package var deadline: UInt64? { isBehind ? signedAt + Self.intervalMax : nil }

    /// Writes the tiles and a checkpoint over all lines, and a new key where the old one is spent.
    ///
    /// `segment` is the one that the last line stands in.
    mutating func sign(in segment: SegmentName?, at now: UInt64) throws(TrailError) {
        try writeTiles()
        guard let segment, isBehind else { return }
        if isHandoverUnfinished { try finishHandover() }
        if tree.size > signedSize { try writeCheckpoint(in: segment) }
        signedAt = now
        if epochSince.map({ now >= $0 + Self.epochMax }) ?? true { try handOver(at: now) }
    }

    /// Signs, and returns when tiles and checkpoints of the segment are on disk; it gets no more.
    mutating func close(_ segment: SegmentName?, at now: UInt64) throws(TrailError) {
        try sign(in: segment, at: now)
        let directory = try FileDescriptor.opening(folder, O_RDONLY | O_DIRECTORY)
        guard linux_sync_file_system(directory.number) == 0 else { throw .last("syncfs \(folder)") }
        for name in unsyncedTiles { tiles.removePartials(of: name) }
        unsyncedTiles = []
        notes = nil
    }

    private mutating func writeTiles() throws(TrailError) {
        while let tile = unwrittenTiles.first {
            try tiles.write(tile)
            unsyncedTiles.append(tile.name)
            unwrittenTiles.removeFirst()
        }
        for tile in tree.partialTiles { try tiles.write(tile) }
    }

    private mutating func writeCheckpoint(in segment: SegmentName) throws(TrailError) {
        let note = try note(nextKey: nil)
        if notes == nil {
            notes = try NoteFile("\(folder)/\(segment.checkpoints)")
        }
        try notes?.append(note)
        try writeLatest(note)
        signedSize = tree.size
        unannounced = note
    }

    /// The last checkpoint, once.
    mutating func takeCheckpoint() -> SignedNote? { unannounced.take() }

    private func note(nextKey: VerifierKey?) throws(TrailError) -> SignedNote {
        let head = Checkpoint(
            origin: signing.verifier.name,
            size: tree.size,
            root: tree.root,
            nextKey: nextKey
        )
        guard let note = head.signed(by: signing) else { throw .signing }
        return note
    }

    /// Replaces the file that says how far the trail is signed.
    private func writeLatest(_ note: SignedNote) throws(TrailError) {
        let path = "\(folder)/\(SealResuming.latestName)"
        let flags = O_WRONLY | O_CREAT | O_TRUNC
        let file = try FileDescriptor.opening(path + ".new", flags, mode: 0o640)
        try file.write(Array(note.description.utf8).span, to: path)
        guard unsafe rename(path + ".new", path) == 0 else { throw .last("rename \(path)") }
    }

    /// Certifies the next key with the one at hand, which is then destroyed.
    private mutating func handOver(at now: UInt64) throws(TrailError) {
        // No certificate may stand there for a key that is about to be made anew.
        try handovers.cutBack()
        let next = try keys.makeNext(after: signing.verifier)
        try handovers.append(note(nextKey: next.verifier), isDurable: true)
        signing = next
        epochSince = now
        isHandoverUnfinished = true
        try finishHandover()
    }

    private mutating func finishHandover() throws(TrailError) {
        try keys.putInForce()
        isHandoverUnfinished = false
    }
}
