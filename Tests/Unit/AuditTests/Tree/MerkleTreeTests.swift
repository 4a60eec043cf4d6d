// The tree over the trail against the known answers of RFC 6962's implementations, and itself.
import Audit
import Bytes
import Chance
import Testing

/// The leaves and roots that certificate logs test themselves with.
private let leaves = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
private let roots = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

private func bytes(hex: String) -> [UInt8] {
    let digits = Array(hex.utf8).map { UInt8(truncatingIfNeeded: $0 < 58 ? $0 - 48 : $0 - 87) }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// A tree that remembers its tiles as a folder would.
private struct Grown {
    let hasher: TreeHasher
    var tree: MerkleTree
    var tiles: [TileName: [TreeHash]] = [:]
    /// The root at each size.
    var roots: [TreeHash]

    init(_ count: Int) throws {
        hasher = try #require(TreeHasher())
        tree = MerkleTree(hasher: hasher)
        roots = [tree.root]
        for number in 0..<count {
            tree.append(Self.leaf(number, hasher))
            roots.append(tree.root)
        }
        for tile in tree.takeFullTiles() + tree.partialTiles { tiles[tile.name] = tile.hashes }
    }

    static func leaf(_ number: Int, _ hasher: TreeHasher) -> TreeHash {
        hasher.leaf(Array("line \(number)\n".utf8).span)
    }

    /// As a folder gives them: a fuller tile serves where a smaller one is asked for.
    func read(_ name: TileName) -> [TreeHash]? {
        let full = TileName(level: name.level, index: name.index)
        if let hashes = tiles[name] ?? tiles[full] { return hashes }
        return (name.width...256).lazy
            .compactMap { tiles[TileName(level: name.level, index: name.index, width: $0)] }.first
    }

    func making(_ size: Int) -> ProofMaking {
        ProofMaking(hasher: hasher, size: UInt64(size), tiles: read)
    }
}

@Suite struct MerkleTreeTests {
    @Test("has the roots of RFC 6962", arguments: 0...8)
    func hasKnownRoots(count: Int) throws {
        var tree = MerkleTree(hasher: try #require(TreeHasher()))
        let hasher = try #require(TreeHasher())
        for leaf in leaves.prefix(count) { tree.append(hasher.leaf(bytes(hex: leaf).span)) }
        #expect(tree.size == UInt64(count))
        #expect(tree.root.bytes == bytes(hex: roots[count]))
    }

    @Test(
        "goes on from its tiles at any size",
        arguments: [1, 2, 255, 256, 257, 600, 65_536, 66_000]
    )
    func resumes(size: Int) throws {
        let grown = try Grown(size)
        var tree = try #require(
            MerkleTree(hasher: grown.hasher, size: UInt64(size), tiles: grown.read)
        )
        #expect(tree.root == grown.tree.root)
        var other = grown.tree
        _ = other.takeFullTiles()
        for number in size..<size + 300 {
            let leaf = Grown.leaf(number, grown.hasher)
            tree.append(leaf)
            other.append(leaf)
        }
        #expect(tree.root == other.root)
        #expect(tree.takeFullTiles() == other.takeFullTiles())
        #expect(tree.partialTiles == other.partialTiles)
    }

    @Test func doesNotGoOnWithoutATile() throws {
        let grown = try Grown(600)
        #expect(MerkleTree(hasher: grown.hasher, size: 600, tiles: { _ in nil }) == nil)
    }

    /// The example of c2sp.org/tlog-tiles.
    @Test func laysItsTilesAsSpecified() throws {
        let grown = try Grown(70_000)
        let names = grown.tiles.keys
        #expect(names.count { $0.level == 0 && $0.isFull } == 273)
        #expect(
            names.filter { !$0.isFull }.map(\.path).sorted() == [
                "tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1",
            ]
        )
        #expect(names.contains(TileName(level: 1, index: 0)))
        #expect(TileName(level: 0, index: 1_234_067).path == "tile/0/x001/x234/067")
        #expect(TileName(level: 3, index: 5, width: 9).path == "tile/3/005.p/9")
    }

    @Test("proves each leaf, and nothing else", arguments: [1, 2, 3, 7, 8, 257, 700])
    func provesInclusion(size: Int) throws {
        let grown = try Grown(size)
        let making = grown.making(size)
        for index in 0..<size {
            let proof = try #require(making.inclusion(of: UInt64(index)))
            func holds(_ leaf: Int, at index: Int, _ proof: [TreeHash], size: Int) -> Bool {
                grown.hasher.includes(
                    Grown.leaf(leaf, grown.hasher),
                    at: UInt64(index),
                    proof: proof,
                    size: UInt64(size),
                    root: grown.tree.root
                )
            }
            #expect(holds(index, at: index, proof, size: size))
            #expect(!holds(index + 1, at: index, proof, size: size))
            #expect(!holds(index, at: index + 1, proof, size: size))
            #expect(!holds(index, at: index, proof + [grown.tree.root], size: size))
            if !proof.isEmpty { #expect(!holds(index, at: index, proof.dropLast(), size: size)) }
        }
        #expect(making.inclusion(of: UInt64(size)) == nil)
    }

    @Test("proves that a tree is the beginning of another", arguments: [1, 2, 5, 8, 300, 521])
    func provesConsistency(size: Int) throws {
        let grown = try Grown(size)
        let making = grown.making(size)
        for old in 0...size {
            let proof = try #require(making.consistency(from: UInt64(old)))
            func holds(_ old: Int, _ root: TreeHash, _ proof: [TreeHash]) -> Bool {
                grown.hasher.extends(
                    UInt64(old),
                    root,
                    to: UInt64(size),
                    grown.tree.root,
                    proof: proof
                )
            }
            #expect(making.root(ofFirst: UInt64(old)) == grown.roots[old])
            #expect(holds(old, grown.roots[old], proof))
            #expect(!holds(old, grown.roots[(old + 1) % (size + 1)], proof))
            #expect(!holds(old, grown.roots[old], proof + [grown.tree.root]))
            if old > 0 && old < size { #expect(!holds(old, grown.roots[old], proof.dropLast())) }
        }
    }

    @Test("refuses chance as a proof", arguments: 0..<50)
    func refusesChance(seed: UInt64) throws {
        var dice = Dice(seed: seed)
        let grown = try Grown(40)
        let proof = (0..<dice.below(8)).map { Grown.leaf($0, grown.hasher) }
        let (old, size) = (UInt64(dice.below(50)), UInt64(dice.below(50)))
        let root = grown.tree.root
        #expect(!grown.hasher.extends(old, grown.roots[3], to: size, root, proof: proof))
        let leaf = Grown.leaf(50, grown.hasher)
        #expect(!grown.hasher.includes(leaf, at: old, proof: proof, size: size, root: root))
    }
}
