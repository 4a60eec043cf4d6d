// An order to let a segment go whose records have all outlived their retention.
package import Audit
import Bytes
import Glibc
import Reactor

/// What whoever has read the segment says of it.
///
/// The recorder doesn't read it through: whether all in it may go is the word of `postern audit
/// expire`, which root or the recorder's own user gives, and which stands in the trail.
package struct Expiry: Equatable, Sendable {
    package let segment: SegmentName
    /// The last record in it.
    package let last: UInt64
    /// The digest of the holds that were looked at.
    package let holds: String
    /// Which periods are over.
    package let retention: String

    package init(_ segment: SegmentName, last: UInt64, holds: String, retention: String) {
        self.segment = segment
        self.last = last
        self.holds = holds
        self.retention = retention
    }

    init(from values: inout NamedValues) throws(OrderRefusal) {
        let name = try values.need("segment")
        guard let segment = SegmentName(name) else {
            throw OrderRefusal("\"\(name)\" is no segment of a trail")
        }
        guard let last = UInt64(try values.need("last")), last >= segment.first else {
            throw OrderRefusal("last is no number of a record in \(name)")
        }
        self.init(
            segment,
            last: last,
            holds: try values.need("holds"),
            retention: try values.need("retention")
        )
    }

    func put(into values: inout NamedValues) throws(OrderRefusal) {
        try values.put("segment", segment.text)
        try values.put("last", "\(last)")
        try values.put("holds", holds)
        try values.put("retention", retention)
    }

    /// Looks at the segment as far as that is quick: that it is not the last one, and holds what is
    /// said; returns its bytes.
    func checkedBytes(in folder: String) throws -> UInt64 {
        let all = try SegmentName.all(in: folder)
        guard all.contains(segment) else { throw OrderRefusal("\(segment.text) is not there") }
        guard segment != all.last else {
            throw OrderRefusal("\(segment.text) is the trail's last segment, which stays")
        }
        guard try Holds(in: folder).digest == holds else {
            throw OrderRefusal("the holds have changed meanwhile; expire again")
        }
        let ends = try SegmentEnds(segment, in: folder)
        guard ends.first == segment.first, ends.last == last else {
            throw OrderRefusal("\(segment.text) is not what was read; verify the trail")
        }
        return ends.bytes
    }
}

/// The first and the last record of a segment, by its first and its last line.
struct SegmentEnds {
    let first: UInt64
    let last: UInt64
    let bytes: UInt64

    init(_ segment: SegmentName, in folder: String) throws(TrailError) {
        let file = try LineFile("\(folder)/\(segment.text)")
        bytes = try file.bytes()
        // The last line, and the line feed before it.
        let tail = try file.bytes(bytes - min(bytes, UInt64(TrailLine.bytesMax) + 1)..<bytes)
        guard let head = try file.line(at: 0), tail.last == UInt8(ascii: "\n"),
            let line = tail.dropLast().split(separator: UInt8(ascii: "\n")).last,
            let first = TrailLine.sequence(of: Array(head.dropLast()).span),
            let last = TrailLine.sequence(of: Array(line).span)
        else { throw .foreignLine(segment: segment.text) }
        self.first = first
        self.last = last
    }
}

extension Seal {
    /// Fails where the tree over a segment could not be had without its lines: what was signed at
    /// its end has to come out of the tiles.
    func checkSealed(_ segment: SegmentName, last: UInt64) throws {
        let fault = OrderRefusal(
            "the hashes of \(segment.text) are not what was signed at its end; verify the trail"
        )
        var start = segment.first - 1
        while start < last {
            let name = TileName.leaves(from: start, upTo: last)
            guard name.widest(in: tiles.hashes) != nil else { throw fault }
            start += UInt64(TileName.hashesMax) - start % UInt64(TileName.hashesMax)
        }
        let path = "\(folder)/\(segment.checkpoints)"
        let notes = SignedNote.divide(
            try FileDescriptor.opening(path, O_RDONLY).contents(path, bytesMax: NoteFile.bytesMax)
        )
        let head = notes.notes.last.flatMap { SignedNote($0) }.flatMap { Checkpoint(text: $0.text) }
        let tree = MerkleTree(hasher: hasher, size: last, tiles: tiles.hashes)
        guard let head, let tree, head.size == last, head.root == tree.root else { throw fault }
    }
}
