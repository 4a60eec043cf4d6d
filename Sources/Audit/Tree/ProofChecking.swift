// Proofs without the tree: what an auditor computes who has a few hashes only (RFC 9162, 2.1.3-4).

extension TreeHasher {
    /// Whether `proof` leads from a leaf to the root of a tree of `size` leaves.
    package func includes(
        _ leaf: TreeHash,
        at index: UInt64,
        proof: [TreeHash],
        size: UInt64,
        root: TreeHash
    ) -> Bool {
        guard index < size else { return false }
        var (place, last) = (index, size - 1)
        var hash = leaf
        for sibling in proof {
            guard last > 0 else { return false }
            if place & 1 == 1 || place == last {
                hash = node(sibling, hash)
                Self.climb(&place, &last)
            } else {
                hash = node(hash, sibling)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 && hash == root
    }

    /// Whether a tree of `old` leaves with `oldRoot` is the beginning of one of `size` with `root`.
    package func extends(
        _ old: UInt64,
        _ oldRoot: TreeHash,
        to size: UInt64,
        _ root: TreeHash,
        proof: [TreeHash]
    ) -> Bool {
        guard old <= size else { return false }
        if old == size { return proof.isEmpty && oldRoot == root }
        if old == 0 { return proof.isEmpty && oldRoot == emptyRoot }
        let isComplete = old & (old - 1) == 0
        let path = isComplete ? [oldRoot] + proof : proof
        guard let first = path.first else { return false }
        var (place, last) = (old - 1, size - 1)
        while place & 1 == 1 { (place, last) = (place >> 1, last >> 1) }
        var (oldHash, hash) = (first, first)
        for sibling in path.dropFirst() {
            guard last > 0 else { return false }
            if place & 1 == 1 || place == last {
                oldHash = node(sibling, oldHash)
                hash = node(sibling, hash)
                Self.climb(&place, &last)
            } else {
                hash = node(hash, sibling)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 && oldHash == oldRoot && hash == root
    }

    /// Goes up the right edge to where the node is a right child: there the next sibling counts.
    private static func climb(_ place: inout UInt64, _ last: inout UInt64) {
        while place & 1 == 0 && place > 0 { (place, last) = (place >> 1, last >> 1) }
    }
}
