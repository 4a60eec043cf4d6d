// The tree over the trail's lines as it grows: a few hashes at its right edge, whatever its size.

/// An RFC 6962 tree that is only ever appended to.
///
/// Holds the roots of its complete subtrees and the unfinished tile of each level: some kilobytes.
package struct MerkleTree {
    private let hasher: TreeHasher
    /// How many leaves the tree has.
    package private(set) var size: UInt64 = 0
    /// Roots of complete subtrees, the largest first: one for each bit that is set in `size`.
    private var peaks: [TreeHash] = []
    /// The hashes of each level's unfinished tile.
    private var rows: [[TreeHash]] = []
    private var fullTiles: [Tile] = []

    /// The tree without a leaf.
    package init(hasher: TreeHasher) { self.hasher = hasher }

    /// The tree of `size` leaves out of its last tiles; nil where `tiles` has not all of them.
    package init?(hasher: TreeHasher, size: UInt64, tiles: TileReader) {
        self.hasher = hasher
        self.size = size
        for level in 0...TileName.levelMax where size >> UInt64(8 * level) > 0 {
            guard let name = TileName.last(level: level, size: size) else {
                rows.append([])
                continue
            }
            guard let hashes = tiles(name), hashes.count >= name.width else { return nil }
            rows.append(Array(hashes.prefix(name.width)))
        }
        for row in rows.reversed() { peaks += Self.peaks(of: row, hasher) }
    }

    /// Roots of the largest complete subtrees over `row`, from left to right.
    private static func peaks(of row: [TreeHash], _ hasher: TreeHasher) -> [TreeHash] {
        var peaks: [TreeHash] = []
        var start = 0
        for bit in (0..<8).reversed() where row.count >> bit & 1 == 1 {
            peaks.append(hasher.root(ofComplete: row[start..<start + 1 << bit]))
            start += 1 << bit
        }
        return peaks
    }

    package mutating func append(_ leaf: TreeHash) {
        var hash = leaf
        var height = 0
        place(hash, level: 0)
        while size >> UInt64(height) & 1 == 1, let left = peaks.popLast() {
            hash = hasher.node(left, hash)
            height += 1
            if height % 8 == 0 { place(hash, level: height / 8) }
        }
        peaks.append(hash)
        size += 1
    }

    private mutating func place(_ hash: TreeHash, level: Int) {
        if level == rows.count { rows.append([]) }
        rows[level].append(hash)
        guard rows[level].count == TileName.hashesMax else { return }
        let index = size >> UInt64(8 * level) / UInt64(TileName.hashesMax)
        fullTiles.append(Tile(name: TileName(level: level, index: index), hashes: rows[level]))
        rows[level] = []
    }

    package var root: TreeHash {
        guard var root = peaks.last else { return hasher.emptyRoot }
        for peak in peaks.dropLast().reversed() { root = hasher.node(peak, root) }
        return root
    }

    /// The tiles that became full since this was asked last.
    package mutating func takeFullTiles() -> [Tile] {
        defer { fullTiles = [] }
        return fullTiles
    }

    /// The last tile of each level that has an unfinished one.
    package var partialTiles: [Tile] {
        rows.indices.compactMap { level in
            TileName.last(level: level, size: size).map { Tile(name: $0, hashes: rows[level]) }
        }
    }
}

extension TreeHasher {
    /// The root over a power of two of hashes, at least one.
    func root(ofComplete row: ArraySlice<TreeHash>) -> TreeHash {
        var row = Array(row)
        while row.count > 1 {
            row = stride(from: 0, to: row.count - 1, by: 2).map { node(row[$0], row[$0 + 1]) }
        }
        return row.first ?? emptyRoot
    }
}
