// Segments that are no longer there because they expired: believed where a signed record says so.

/// The records of expired segments that a verification still has to come to, in their order.
struct ExpiredQueue {
    /// All that the trail's file of them holds.
    private(set) var all: [ExpiredSegment] = []
    private var start = 0
    /// The next one, at hand for the look at it at each head; `.max`: there is none.
    private(set) var nextRecord = UInt64.max
    /// Those of `all` that are leaves of the tree and signed, by their index: a forged line may have
    /// the number of a genuine one.
    private var confirmed: Set<Int> = []
    /// Segments whose hashes were taken in the place of their lines.
    var taken: [ExpiredSegment] = []

    mutating func add(_ others: [ExpiredSegment]) {
        all = others.sorted { $0.record < $1.record }
        nextRecord = all.first?.record ?? .max
    }

    /// Gives each record up to `size` that was not looked at yet to `isLeaf`.
    mutating func confirm(
        upTo size: UInt64,
        _ isLeaf: (ExpiredSegment) -> Bool
    ) -> [ExpiredSegment] {
        var wrong: [ExpiredSegment] = []
        while start < all.count, all[start].record <= size {
            if isLeaf(all[start]) {
                confirmed.insert(start)
            } else {
                wrong.append(all[start])
            }
            start += 1
        }
        nextRecord = start < all.count ? all[start].record : .max
        return wrong
    }

    /// A signed record that names exactly these records of a segment; nil: none does.
    func confirmation(of expired: ExpiredSegment) -> UInt64? {
        all.indices.last { all[$0].records == expired.records && confirmed.contains($0) }
            .map { all[$0].record }
    }
}

extension Verification {
    /// Expects the lines of the file in which the recorder keeps the records of what expired.
    package mutating func expectExpired(_ lines: [[UInt8]], in file: String) {
        var all: [ExpiredSegment] = []
        for (index, line) in lines.enumerated() {
            if let expired = ExpiredSegment(line) {
                all.append(expired)
            } else {
                let text = "the line is no record of an expired segment"
                report(TrailFinding(.broken, in: file, line: index + 1, text))
            }
        }
        expired.add(all)
        expiredFile = file
    }

    /// Says that a segment comes now whose lines are said to have expired.
    package mutating func begin(_ segment: ExpiredSegment) {
        file = segment.name.text
        lineNumber = 0
        skip(to: segment.name.first)
    }

    /// Takes the hashes of the expired segment that was begun from the tiles.
    ///
    /// Whether the record that says so is signed shows further on, and is told at the end.
    package mutating func pass(_ segment: ExpiredSegment) {
        guard segment.last > size else { return }
        expired.taken.append(segment)
        summary.expired += segment.last - size
        summary.expiredSegments += 1
        takeFromTiles(upTo: segment.last + 1)
        times.skip()
        if !mayBeAway { reportUnsignedEnd() }
    }

    /// The tree is what was signed, and these are its leaves since it was last.
    mutating func confirmExpired(_ leaves: [Leaf]) {
        let (first, hasher) = (proven.size + 1, hasher)
        let wrong = expired.confirm(upTo: tree.size) { segment in
            segment.record >= first
                && leaves[Int(segment.record - first)].hash == hasher.leaf(segment.line.span)
        }
        for segment in wrong {
            let name = segment.name.text
            let text = "says that \(name) expired, and is not the record that was signed"
            report(TrailFinding(.broken, in: expiredFile, record: segment.record, text))
        }
    }

    /// Says which segments are gone without a signed record, and which should be gone.
    mutating func judgeExpired(present: [SegmentName]) {
        // Where hashes are lost nothing behind can be confirmed, which is told already.
        for segment in expired.taken where !isLost && expired.confirmation(of: segment) == nil {
            let why =
                segment.record > size - summary.unsigned
                ? "no checkpoint covers record \(segment.record) yet, which says that it expired"
                : "no signed record says that it expired"
            report(
                TrailFinding(
                    .broken,
                    in: segment.name.text,
                    record: segment.name.first,
                    "missing, with all of \(segment.records.words): \(why)"
                )
            )
        }
        for name in present {
            let named = expired.all.last { $0.name == name }
            guard let named, let record = expired.confirmation(of: named) else { continue }
            let text = "was to go by record \(record), and is still there"
            report(TrailFinding(.notice, in: name.text, text))
        }
    }

    /// The records by which segments went, in their order.
    package var expiredBy: [UInt64] {
        expired.taken.compactMap { expired.confirmation(of: $0) }.sorted()
    }
}

extension ClosedRange<UInt64> {
    fileprivate var words: String {
        lowerBound == upperBound
            ? "record \(lowerBound)" : "records \(lowerBound) to \(upperBound)"
    }
}
