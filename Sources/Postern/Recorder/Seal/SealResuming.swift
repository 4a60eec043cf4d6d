// Finds the tree again when the recorder starts: from tiles and the lines behind them, and looks
// whether it is still what was signed.
import Audit
import Bytes
import Glibc
import Reactor

/// Rebuilds the tree of a trail.
struct SealResuming {
    /// The file that says how far the trail is signed.
    static let latestName = "checkpoint"

    let folder: String
    let hasher: TreeHasher
    let tiles: TileFiles

    /// The tree over `size` records.
    ///
    /// Reads the segments that were written to since the last signature; all, where their tiles
    /// aren't whole. Segments that expired have their hashes in tiles alone. A signed root that differs, or a signed record that lacks, is an error: the
    /// recorder doesn't go on over what somebody changed.
    func tree(of size: UInt64, chain: KeyChain) throws(TrailError) -> MerkleTree {
        let signed = try signedRoots(chain)
        let last = signed.keys.max() ?? 0
        guard last <= size else { throw .cut(signed: last, found: size) }
        let segments = try SegmentName.all(in: folder)
        let expired = try ExpiredFile.segments(in: folder)
        let first = (segments + expired.map(\.name)).min()
        let isWhole = first.map { $0.first == 1 } ?? (size == 0)
        // After a power cut the last signature that can be read may be from before the first segment
        // that is left: then the tiles alone tell of what lies in between.
        if let start = segments.last(where: { $0.first <= last + 1 }) ?? segments.first,
            let begun = MerkleTree(hasher: hasher, size: start.first - 1, tiles: tiles.hashes)
        {
            do throws(TrailError) {
                let rest = segments.filter { $0 >= start }
                return try extended(begun, rest, passing: expired, size, signed)
            } catch {
                guard isWhole else { throw error }
            }
        }
        guard isWhole else { throw .beginningMissing(folder: folder) }
        let empty = MerkleTree(hasher: hasher)
        return try extended(empty, segments, passing: expired, size, signed)
    }

    /// The roots that the trail's own keys have signed, by size.
    private func signedRoots(_ chain: KeyChain) throws(TrailError) -> [UInt64: TreeHash] {
        var roots: [UInt64: TreeHash] = [:]
        for head in chain.handovers + [latest(chain)].compactMap(\.self) {
            let other = roots.updateValue(head.root, forKey: head.size)
            guard other == nil || other == head.root else { throw .altered(upTo: head.size) }
        }
        return roots
    }

    /// The last checkpoint; nil where it can't be read, as after a power cut.
    private func latest(_ chain: KeyChain) -> Checkpoint? {
        guard
            let file = try? FileDescriptor.opening("\(folder)/\(Self.latestName)", O_RDONLY),
            let text = try? file.contents(Self.latestName, bytesMax: SignedNote.bytesMax),
            let note = SignedNote(String(decoding: text, as: UTF8.self))
        else { return nil }
        return try? chain.verified(note)
    }

    /// Goes on with the lines of `segments` up to record `size`, and writes the tiles that become
    /// full; what stands behind is unfinished.
    private func extended(
        _ begun: MerkleTree,
        _ segments: [SegmentName],
        passing expired: [ExpiredSegment],
        _ size: UInt64,
        _ signed: [UInt64: TreeHash]
    ) throws(TrailError) -> MerkleTree {
        var tree = begun
        try check(tree, signed)
        for segment in segments {
            for gone in expired where gone.name < segment && gone.name.first == tree.size + 1 {
                try pass(gone, &tree, signed)
            }
            var reader = try SegmentReader("\(folder)/\(segment.text)")
            let rest = try reader.forEachLine { (line) throws(TrailError) in
                if tree.size == size { return }
                guard TrailLine.sequence(of: line.extracting(droppingLast: 1)) == tree.size + 1
                else { throw .foreignLine(segment: segment.text) }
                tree.append(hasher.leaf(line))
                for tile in tree.takeFullTiles() { try tiles.write(tile) }
                try check(tree, signed)
            }
            guard rest == 0 || tree.size == size else {
                throw .foreignLine(segment: segment.text)
            }
        }
        guard tree.size == size else { throw .foreignLine(segment: segments.last?.text ?? folder) }
        return tree
    }

    /// Goes on with the hashes of a segment whose lines expired.
    private func pass(
        _ segment: ExpiredSegment,
        _ tree: inout MerkleTree,
        _ signed: [UInt64: TreeHash]
    ) throws(TrailError) {
        while tree.size < segment.last {
            let name = TileName.leaves(from: tree.size, upTo: segment.last)
            guard let hashes = name.widest(in: tiles.hashes) else {
                throw .hashesMissing(segment: segment.name.text)
            }
            for hash in hashes[Int(tree.size % UInt64(TileName.hashesMax))..<name.width] {
                tree.append(hash)
                try check(tree, signed)
            }
        }
        // The tiles that became full are those that the hashes came from, or lie above them.
        for tile in tree.takeFullTiles() { try tiles.write(tile) }
    }

    private func check(_ tree: MerkleTree, _ signed: [UInt64: TreeHash]) throws(TrailError) {
        guard let root = signed[tree.size], root != tree.root else { return }
        throw .altered(upTo: tree.size)
    }
}
