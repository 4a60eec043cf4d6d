// Proofs as texts that travel without the trail: of one record (c2sp.org/tlog-proof), of growth.
import Bytes

/// That a record stands in a trail.
///
/// The extra data of the format are the handovers from the first key to the one that signed.
package struct RecordProof: Equatable, Sendable {
    private static let title: Substring = "c2sp.org/tlog-proof@v1"

    /// The record's place, from 0 on: one less than its number.
    package let index: UInt64
    package let path: [TreeHash]
    package let note: SignedNote
    package let handovers: [SignedNote]

    package init(index: UInt64, path: [TreeHash], note: SignedNote, handovers: [SignedNote]) {
        self.index = index
        self.path = path
        self.note = note
        self.handovers = handovers
    }

    /// Reads a proof; nil where it is none of ours.
    package init?(_ text: String) {
        guard let blank = text.firstRange(of: "\n\n") else { return nil }
        var lines = text[..<blank.lowerBound].split(
            separator: "\n",
            omittingEmptySubsequences: false
        )[...]
        guard lines.popFirst() == Self.title,
            let note = SignedNote(String(text[blank.upperBound...]))
        else { return nil }
        var handovers: [SignedNote]? = []
        if let extra = lines.first?.value(of: "extra") {
            handovers = [SignedNote](base64: extra)
            lines.removeFirst()
        }
        guard
            let handovers,
            let number = lines.popFirst()?.value(of: "index"), let index = UInt64(number),
            String(index) == number,
            let path = [TreeHash](lines: lines)
        else { return nil }
        self.init(index: index, path: path, note: note, handovers: handovers)
    }

    package var text: String {
        var text = "\(Self.title)\n"
        if !handovers.isEmpty { text += "extra \(handovers.base64)\n" }
        text += "index \(index)\n"
        return text + path.lines + "\n" + note.description
    }

    /// The head that the record was signed under, if all is as the proof says.
    package func verified(
        _ line: [UInt8],
        _ first: VerifierKey,
        _ hasher: TreeHasher
    ) throws(KeyChain.Fault) -> Checkpoint {
        let chain = try KeyChain(first, handovers)
        let head = try chain.verified(note)
        // The last place there is has no number.
        let (number, isBeyond) = index.addingReportingOverflow(1)
        let sequence = TrailLine.sequence(of: line.span.extracting(droppingLast: 1))
        guard !isBeyond, sequence == number else {
            throw KeyChain.Fault("the record is not the one at place \(index)")
        }
        let leaf = hasher.leaf(line.span)
        guard hasher.includes(leaf, at: index, proof: path, size: head.size, root: head.root)
        else { throw KeyChain.Fault("the record is not the one that was signed") }
        return head
    }
}

/// That a trail holds everything that it held at an older checkpoint.
package struct GrowthProof: Equatable, Sendable {
    private static let title: Substring = "postern growth proof 1"

    package let path: [TreeHash]
    package let old: SignedNote
    package let new: SignedNote
    package let handovers: [SignedNote]

    package init(path: [TreeHash], old: SignedNote, new: SignedNote, handovers: [SignedNote]) {
        self.path = path
        self.old = old
        self.new = new
        self.handovers = handovers
    }

    /// Reads a proof; nil where it is none of ours.
    package init?(_ text: String) {
        guard let blank = text.firstRange(of: "\n\n") else { return nil }
        var lines = text[..<blank.lowerBound].split(
            separator: "\n",
            omittingEmptySubsequences: false
        )[...]
        let divided = SignedNote.divide(Array(text[blank.upperBound...].utf8) + [10])
        let notes = divided.notes.compactMap { SignedNote($0) }
        guard
            lines.popFirst() == Self.title, notes.count == 2,
            let extra = lines.popFirst()?.value(of: "extra"),
            let handovers = [SignedNote](base64: extra), let path = [TreeHash](lines: lines)
        else { return nil }
        self.init(path: path, old: notes[0], new: notes[1], handovers: handovers)
    }

    package var text: String {
        let head = "\(Self.title)\nextra \(handovers.base64)\n"
        return head + path.lines + "\n" + old.description + "\n" + new.description
    }

    /// Both heads, if the trail grew from the one to the other.
    package func verified(
        _ first: VerifierKey,
        _ hasher: TreeHasher
    ) throws(KeyChain.Fault) -> (old: Checkpoint, new: Checkpoint) {
        let chain = try KeyChain(first, handovers)
        let (old, new) = (try chain.verified(old), try chain.verified(new))
        guard hasher.extends(old.size, old.root, to: new.size, new.root, proof: path) else {
            throw KeyChain.Fault("the trail of \(new.size) records is not the older one grown")
        }
        return (old, new)
    }
}

extension KeyChain {
    fileprivate init(_ first: VerifierKey, _ handovers: [SignedNote]) throws(Fault) {
        self.init(first: first)
        for note in handovers { try extend(with: note) }
    }
}

extension Substring {
    /// What follows a word and a space; nil where the line begins otherwise.
    fileprivate func value(of word: String) -> Substring? {
        hasPrefix(word + " ") ? dropFirst(word.count + 1) : nil
    }
}

extension [TreeHash] {
    /// One hash a line.
    fileprivate init?(lines: ArraySlice<Substring>) {
        // No tree of ours is higher, and a consistency proof has one more.
        guard lines.count <= 64 else { return nil }
        let hashes = lines.map { TreeHash(base64: $0) }
        self = hashes.compactMap(\.self)
        guard count == hashes.count else { return nil }
    }

    fileprivate var lines: String { map { $0.base64 + "\n" }.joined() }
}

extension [SignedNote] {
    /// Each note with an empty line behind it, together in Base64.
    fileprivate init?(base64 text: Substring) {
        var file = Buffer()
        guard Base64.decode([UInt8](text.utf8).span, into: &file) else { return nil }
        let divided = SignedNote.divide(file.bytes)
        self = divided.notes.compactMap { SignedNote($0) }
        guard count == divided.notes.count, divided.bytes == file.count else { return nil }
    }

    fileprivate var base64: String {
        var text = Buffer()
        let notes = map { $0.description + "\n" }.joined()
        Base64.encode([UInt8](notes.utf8).span, into: &text)
        return text.text
    }
}
