// What a witness demands, what its word is worth, and checkpoints that come back out of a log.
import Audit
import Bytes
import Testing

private struct Missing: Error {}

private func leaf(_ hasher: TreeHasher, _ number: Int) -> TreeHash {
    hasher.leaf(Array("record \(number)".utf8).span)
}

private func makeKey(_ name: String, _ purpose: VerifierKey.Purpose = .note) throws -> SigningKey {
    guard let key = SigningKey(generating: name, purpose: purpose) else { throw Missing() }
    return key
}

/// A tree of so many leaves, and its tiles.
private func tree(_ hasher: TreeHasher, _ size: Int) -> (head: Checkpoint, tiles: TileReader) {
    var tree = MerkleTree(hasher: hasher)
    for number in 0..<size { tree.append(leaf(hasher, number)) }
    let all = tree.takeFullTiles() + tree.partialTiles
    let rows = Dictionary(all.map { ($0.name.path, $0.hashes) }) { first, _ in first }
    let head = Checkpoint(origin: "host/postern-1", size: UInt64(size), root: tree.root)
    return (head, { name in rows[name.path] })
}

@Suite struct WitnessingTests {
    private let hasher: TreeHasher

    init() throws {
        guard let hasher = TreeHasher() else { throw Missing() }
        self.hasher = hasher
    }

    @Test("cosigns a trail that grew", arguments: [(0, 1), (1, 1), (5, 9), (255, 257), (300, 700)])
    func cosigns(old: Int, new: Int) {
        let (head, tiles) = tree(hasher, new)
        let witnessing = Witnessing(hasher: hasher, tiles: tiles)
        #expect(witnessing.refusal(of: head, after: tree(hasher, old).head) == nil)
        #expect(witnessing.refusal(of: head, after: nil) == nil)
    }

    @Test func refusesATrailThatWasSetBackOrRewritten() {
        let (head, tiles) = tree(hasher, 300)
        let witnessing = Witnessing(hasher: hasher, tiles: tiles)
        #expect(
            witnessing.refusal(of: head, after: tree(hasher, 301).head)
                == .setBack(cosigned: 301, shown: 300)
        )
        let other = Checkpoint(origin: head.origin, size: 200, root: head.root)
        #expect(
            witnessing.refusal(of: head, after: other) == .rewritten(cosigned: 200, shown: 300)
        )
        let equal = Checkpoint(origin: head.origin, size: 300, root: hasher.emptyRoot)
        #expect(
            witnessing.refusal(of: head, after: equal) == .rewritten(cosigned: 300, shown: 300)
        )
        let stranger = Checkpoint(origin: "other/postern-2", size: 300, root: head.root)
        #expect(witnessing.refusal(of: head, after: stranger) == .otherTrail("other/postern-2"))
    }

    @Test func refusesWithoutTheHashes() {
        let head = tree(hasher, 300).head
        let witnessing = Witnessing(hasher: hasher) { _ in nil }
        #expect(witnessing.refusal(of: head, after: tree(hasher, 200).head) == .hashesMissing)
    }
}

@Suite struct CheckpointLineTests {
    private func note(by key: borrowing SigningKey) throws -> SignedNote {
        let hasher = TreeHasher()
        guard let root = hasher?.emptyRoot else { throw Missing() }
        let head = Checkpoint(origin: key.verifier.name, size: 4711, root: root)
        guard let note = head.signed(by: key) else { throw Missing() }
        return note
    }

    @Test func comesBackFromALog() throws {
        let key = try makeKey("host/postern-1")
        let note = try note(by: key)
        let line = try #require(CheckpointLine.text(of: note))
        #expect(line.hasPrefix("checkpoint host/postern-1 4711 "))
        #expect(CheckpointLine.note(in: line) == note)
        #expect(CheckpointLine.note(in: "Mar  1 09:30:00 gate postern[7]: \(line)") == note)
        let read = try #require(CheckpointLine.note(in: line))
        let verifier = key.verifier
        #expect(read.isSigned(by: verifier))
    }

    @Test func isNothingElse() throws {
        let note = try note(by: makeKey("host/postern-1"))
        let line = try #require(CheckpointLine.text(of: note))
        for other in [
            "", "checkpoint ", String(line.dropFirst()), line + " ", line + " more",
            line.replacing("4711", with: "04711"), line.replacing("4711", with: "x"),
            line.replacing("4711", with: "4711\nx"), line.replacing(" 4711", with: ""),
        ] {
            #expect(CheckpointLine.note(in: other) == nil, "\(other)")
        }
    }

    @Test func holdsNoCosignedNoteAndNoHandover() throws {
        let key = try makeKey("host/postern-1")
        let witness = try makeKey("w", .cosignature)
        var note = try note(by: key)
        guard let signature = witness.sign(note.text, at: 7) else { throw Missing() }
        note.signatures.append(signature)
        #expect(CheckpointLine.text(of: note) == nil)
        let (own, others) = (key.verifier, witness.verifier)
        let sighting = try #require(Sighting(of: note, by: others, in: "kept"))
        #expect(sighting.timeText == "1970-01-01T00:00:07.000000Z")
        #expect(Sighting(of: note, by: own, in: "kept") == nil)
    }
}
