// Whether a segment may go: what of it must stay, and until when.
import Audit
import Bytes
import Policy
import Reactor

/// What becomes of a segment, and why.
enum SegmentFate: Equatable {
    /// All its records have outlived their retention; the words say which classes there were.
    case goes(last: UInt64, retention: String)
    case stays(String)
}

/// Reads a segment as far as it takes to find a record that must stay.
struct SegmentJudge {
    let retention: Retention
    let holds: [HeldRecords]
    let hasher: TreeHasher
    let tiles: TileFiles
    /// Microseconds since 1970.
    let now: UInt64

    func fate(of segment: SegmentName, in folder: String) throws(TrailError) -> SegmentFate {
        var classes: Set<RetentionClass> = []
        var leaves = SegmentLeaves(tiles: tiles)
        var last = segment.first - 1
        var reason: String?
        var reader = try SegmentReader("\(folder)/\(segment.text)")
        let rest = try reader.readLines(asLongAs: { (line) throws(TrailError) in
            guard let record = TrailRecord(line.indices.map { line[$0] }),
                record.sequence == last + 1
            else {
                reason = "what stands behind record \(last) can't be read"
                return false
            }
            last = record.sequence
            reason = keeping(record, &classes)
            if reason == nil, !leaves.hold(hasher.leaf(line), at: last - 1) {
                reason = "the tiles don't hold the hash of record \(last); verify the trail"
            }
            return reason == nil
        })
        if let reason { return .stays(reason) }
        guard rest == 0, last >= segment.first else {
            return .stays("what stands behind record \(last) can't be read")
        }
        return .goes(last: last, retention: words(classes))
    }

    /// Why a record must stay; nil: it need not.
    private func keeping(
        _ record: TrailRecord,
        _ classes: inout Set<RetentionClass>
    ) -> String? {
        let number = "record \(record.sequence)"
        guard let event = record[.event],
            let retentionClass = RetentionClass(event: event, verdict: record[.verdict])
        else { return "\(number) is of a kind that this version doesn't know" }
        guard let moment = record.moment else { return "the time of \(number) can't be read" }
        let what = "\(number) (\(retentionClass.rawValue), \(record[.time] ?? ""))"
        guard let end = retention.end(of: retentionClass, madeAt: moment) else {
            return "\(what) is kept for ever"
        }
        guard end <= now else { return "\(what) is kept until \(Self.text(end))" }
        for hold in holds where hold.covers(record) {
            return "\(what) is held by \(hold.name)"
        }
        classes.insert(retentionClass)
        return nil
    }

    /// `identity older than 7 years, reading older than 90 days`.
    private func words(_ classes: Set<RetentionClass>) -> String {
        RetentionClass.allCases.filter(classes.contains).compactMap { retentionClass in
            retention[retentionClass].map { "\(retentionClass.rawValue) older than \($0.words)" }
        }
        .joined(separator: ", ")
    }

    private static func text(_ moment: UInt64) -> String {
        var (timestamp, text) = (Timestamp(), Buffer())
        timestamp.append(moment, to: &text)
        return text.text
    }
}

/// The leaves that stand in the tiles, to compare lines with.
struct SegmentLeaves {
    let tiles: TileFiles
    private var index: UInt64?
    private var hashes: [TreeHash] = []

    init(tiles: TileFiles) { self.tiles = tiles }

    /// Whether the tiles hold the hash at a leaf's place.
    mutating func hold(_ hash: TreeHash, at leaf: UInt64) -> Bool {
        let (index, place) = leaf.quotientAndRemainder(dividingBy: UInt64(TileName.hashesMax))
        if self.index != index || place >= hashes.count {
            self.index = index
            let name = TileName(level: 0, index: index, width: Int(place) + 1)
            hashes = name.widest(in: tiles.hashes) ?? []
        }
        return place < hashes.count && hashes[Int(place)] == hash
    }
}
