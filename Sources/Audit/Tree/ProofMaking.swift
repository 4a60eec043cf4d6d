// Proofs out of tiles: that a record is in the tree, that a tree is the beginning of a later one.

/// Makes the proofs of RFC 6962, sections 2.1.1 and 2.1.2, for one tree.
package struct ProofMaking {
    private let hasher: TreeHasher
    private let size: UInt64
    private let tiles: TileReader

    /// `tiles` are read for a tree of `size` leaves.
    package init(hasher: TreeHasher, size: UInt64, tiles: @escaping TileReader) {
        self.hasher = hasher
        self.size = size
        self.tiles = tiles
    }

    /// From the leaf's sibling to the root's child; nil where there is no such leaf, or a tile lacks.
    package func inclusion(of index: UInt64) -> [TreeHash]? {
        guard index < size else { return nil }
        return path(to: index, in: 0..<size)
    }

    /// That the tree of `old` leaves is the beginning of this one; nil as above.
    package func consistency(from old: UInt64) -> [TreeHash]? {
        guard old <= size else { return nil }
        return old == 0 || old == size ? [] : subproof(of: old, in: 0..<size, isWhole: true)
    }

    /// The root of the tree of the first `count` leaves; nil where a tile lacks.
    package func root(ofFirst count: UInt64) -> TreeHash? {
        guard count <= size else { return nil }
        return count == 0 ? hasher.emptyRoot : root(of: 0..<count)
    }

    private func path(to index: UInt64, in range: Range<UInt64>) -> [TreeHash]? {
        guard range.upperBound - range.lowerBound > 1 else { return [] }
        let split = range.split
        let isLeft = index < split
        let (near, far) =
            isLeft
            ? (range.lowerBound..<split, split..<range.upperBound)
            : (split..<range.upperBound, range.lowerBound..<split)
        guard let below = path(to: index, in: near), let sibling = root(of: far) else { return nil }
        return below + [sibling]
    }

    private func subproof(of end: UInt64, in range: Range<UInt64>, isWhole: Bool) -> [TreeHash]? {
        if end == range.upperBound { return isWhole ? [] : root(of: range).map { [$0] } }
        let split = range.split
        let (near, far) =
            end <= split
            ? (range.lowerBound..<split, split..<range.upperBound)
            : (split..<range.upperBound, range.lowerBound..<split)
        guard
            let below = subproof(of: end, in: near, isWhole: isWhole && end <= split),
            let sibling = root(of: far)
        else { return nil }
        return below + [sibling]
    }

    private func root(of range: Range<UInt64>) -> TreeHash? {
        let count = range.upperBound - range.lowerBound
        if count & (count - 1) == 0 { return complete(range.lowerBound, count) }
        guard
            let left = root(of: range.lowerBound..<range.split),
            let right = root(of: range.split..<range.upperBound)
        else { return nil }
        return hasher.node(left, right)
    }

    /// The root of a complete subtree, which starts at a multiple of its power of two of leaves.
    private func complete(_ start: UInt64, _ count: UInt64) -> TreeHash? {
        let level = count.trailingZeroBitCount / 8
        let first = start >> UInt64(8 * level)
        let hashes = Int(count >> UInt64(8 * level))
        let place = Int(first % UInt64(TileName.hashesMax))
        let index = first / UInt64(TileName.hashesMax)
        let all = size >> UInt64(8 * level) - index * UInt64(TileName.hashesMax)
        let width = Int(min(all, UInt64(TileName.hashesMax)))
        let name = TileName(level: level, index: index, width: width)
        guard let row = tiles(name), row.count >= place + hashes else { return nil }
        return hasher.root(ofComplete: row[place..<place + hashes])
    }
}

extension Range<UInt64> {
    /// Where RFC 6962 divides a tree of at least two leaves: after the largest power of two that
    /// is smaller than their number.
    fileprivate var split: UInt64 {
        let count = upperBound - lowerBound
        return lowerBound + 1 << UInt64(63 - (count - 1).leadingZeroBitCount)
    }
}
