// Holds the tree against what was signed, and finds the record that made the difference.

extension Verification {
    /// Expects a checkpoint that was kept elsewhere.
    package mutating func expect(kept text: String, in file: String) {
        guard
            let note = SignedNote(text), let seen = Checkpoint(text: note.text),
            seen.origin == chain.origin,
            !chain.epochs.contains(where: { note.isSigned(by: $0.key) })
        else { return expect([text], in: file) }
        let why =
            "the checkpoint at record \(seen.size) is signed by no key of this trail: it was set "
            + "back, or the checkpoint is another's"
        report(TrailFinding(.broken, in: file, why))
    }

    /// Expects what the notes of a file sign; says so where one can't be believed.
    package mutating func expect(_ notes: [String], in file: String) {
        var heads: [Head] = []
        for (index, text) in notes.enumerated() {
            do throws(KeyChain.Fault) {
                guard let note = SignedNote(text) else {
                    throw KeyChain.Fault("note \(index + 1) is malformed")
                }
                heads.append(Head(checkpoint: try chain.verified(note), file: file))
            } catch {
                report(TrailFinding(.broken, in: file, error.description))
            }
        }
        summary.checkpoints += heads.count
        expect(heads)
    }

    /// Expects the heads at which one key certified the next.
    package mutating func expectHandovers(in file: String) {
        expect(chain.handovers.map { Head(checkpoint: $0, file: file) })
    }

    private mutating func expect(_ heads: [Head]) {
        for head in heads where head.checkpoint.size < size {
            let text = "the checkpoint at record \(head.checkpoint.size) is of another segment"
            report(TrailFinding(.broken, in: head.file, text))
        }
        self.heads.add(heads.filter { $0.checkpoint.size >= size })
        checkHeads()
    }

    /// Checks the heads of the size that the tree has now.
    mutating func checkHeads() {
        while let head = heads.next, head.checkpoint.size == size {
            heads.removeNext()
            if isLost { continue }
            if head.checkpoint.root == tree.root { settle() } else { explain(head) }
        }
    }

    /// The tree is what was signed: the tiles have to be, too.
    ///
    /// `others` are the leaves that made it, where they are not those of the lines.
    private mutating func settle(_ others: [Leaf]? = nil) {
        if expired.nextRecord <= tree.size { confirmExpired(others ?? sinceProven) }
        for tile in tree.takeFullTiles() { check(tile) }
        proven = tree
        sinceProven.removeAll(keepingCapacity: true)
    }

    mutating func check(_ tile: Tile) {
        let file = tileFile(tile.name)
        guard file != tile.contents else { return }
        guard let hashes = tiles(tile.name) else {
            let text = file == nil ? "the tile is missing" : "the tile is cut short"
            return report(TrailFinding(.broken, in: tile.name.path, text))
        }
        let first = tile.hashes.indices.first { hashes[$0] != tile.hashes[$0] }
        // A full tile may stand in for a partial one, which is then removed.
        if first == nil && file == nil { return }
        let leaves = UInt64(1) << UInt64(8 * tile.name.level)
        let row = tile.name.index * UInt64(TileName.hashesMax) + UInt64(first ?? 0)
        report(
            TrailFinding(
                .broken,
                in: tile.name.path,
                record: row * leaves + 1,
                "the tile doesn't hold the hashes of the records, which are as they were signed"
            )
        )
    }

    /// The signed root doesn't come out: looks in the tiles which records made it.
    private mutating func explain(_ head: Head) {
        var other = proven
        var leaves: [Leaf] = []
        while other.size < head.checkpoint.size {
            let name = TileName.leaves(from: other.size, upTo: head.checkpoint.size)
            guard let row = widest(name) else { break }
            for hash in row[Int(other.size % UInt64(TileName.hashesMax))..<name.width] {
                other.append(hash)
                leaves.append(Leaf(hash: hash, file: name.path, line: 0))
            }
        }
        let altered = sinceProven.indices.filter {
            $0 < leaves.count && leaves[$0].hash != sinceProven[$0].hash
        }
        if other.size == head.checkpoint.size, other.root == head.checkpoint.root {
            for index in altered { report(index, "is not the record that was signed") }
            tree = other
            settle(leaves)
        } else if let first = altered.first {
            report(first, "was altered or put in, and its hash in the tiles doesn't fit either")
            isLost = true
        } else {
            let range = proven.size + 1..<size + 1
            let text = "\(range.words) and their tiles are not what \(head.file) signs"
            report(TrailFinding(.broken, in: sinceProven.first?.file ?? file, text))
            isLost = true
        }
    }

    private mutating func report(_ index: Int, _ text: String) {
        let leaf = sinceProven[index]
        let record = proven.size + UInt64(index) + 1
        report(TrailFinding(.broken, in: leaf.file, line: leaf.line, record: record, text))
    }
}
