// The tree as files: rows of 256 hashes under the names that c2sp.org/tlog-tiles gives them.
import Bytes

/// Which row of which hashes: those of the subtrees of 256^`level` leaves, from 256 × `index` on.
package struct TileName: Hashable, Sendable {
    package static let hashesMax = 256
    /// A tile of level 7 spans 2^64 leaves: no tree of ours has a higher one.
    package static let levelMax = 7

    package let level: Int
    package let index: UInt64
    /// How many hashes the tile holds, 1 to 256; fewer in the last tile of a level.
    package let width: Int

    package init(level: Int, index: UInt64, width: Int = hashesMax) {
        self.level = level
        self.index = index
        self.width = width
    }

    package var isFull: Bool { width == Self.hashesMax }

    /// `tile/0/x001/x234/067`, and `.p/5` behind it for a partial tile of five hashes.
    package var path: String { isFull ? fullPath : "\(partialFolder)/\(width)" }

    /// Where the partial tiles are that grew into this one.
    package var partialFolder: String { "\(fullPath).p" }

    private var fullPath: String {
        var groups = [Self.threeDigits(index % 1000)]
        var rest = index / 1000
        while rest > 0 {
            groups.insert("x" + Self.threeDigits(rest % 1000), at: 0)
            rest /= 1000
        }
        return "tile/\(level)/" + groups.joined(separator: "/")
    }

    private static func threeDigits(_ number: UInt64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: 3 - digits.utf8.count) + digits
    }

    /// The level 0 tile with the leaves from `start` on, as far as one tile goes and before `end`.
    static func leaves(from start: UInt64, upTo end: UInt64) -> TileName {
        let index = start / UInt64(hashesMax)
        let width = min(end - index * UInt64(hashesMax), UInt64(hashesMax))
        return TileName(level: 0, index: index, width: Int(width))
    }

    /// The tiles that a tree of `size` leaves has at a level, as far as they are not full.
    static func last(level: Int, size: UInt64) -> TileName? {
        let hashes = size >> UInt64(8 * level)
        let width = Int(hashes % UInt64(hashesMax))
        return width == 0
            ? nil : TileName(level: level, index: hashes / UInt64(hashesMax), width: width)
    }
}

/// A row of the tree with its hashes.
package struct Tile: Equatable, Sendable {
    package let name: TileName
    package let hashes: [TreeHash]

    package init(name: TileName, hashes: [TreeHash]) {
        self.name = name
        self.hashes = hashes
    }

    /// Reads a tile file; nil where it holds fewer hashes than its name promises.
    package init?(_ name: TileName, contents: Span<UInt8>) {
        guard contents.count >= name.width * TreeHash.byteCount else { return nil }
        var hashes: [TreeHash] = []
        hashes.reserveCapacity(name.width)
        for place in 0..<name.width {
            let start = place * TreeHash.byteCount
            guard let hash = TreeHash(contents.extracting(start..<start + TreeHash.byteCount))
            else { return nil }
            hashes.append(hash)
        }
        self.init(name: name, hashes: hashes)
    }

    package var contents: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(hashes.count * TreeHash.byteCount)
        for hash in hashes { hash.append(to: &bytes) }
        return bytes
    }
}

/// Gives the hashes of a tile, as many as its name says at least; nil where they can't be had.
package typealias TileReader = (TileName) -> [TreeHash]?
