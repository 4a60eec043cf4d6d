// What a witness on another host has seen of a trail: the one word that can't be taken back here.
import Bytes

/// A checkpoint that a witness cosigned, and when it was the trail's latest.
package struct Sighting: Equatable, Sendable {
    package let witness: VerifierKey
    package let note: SignedNote
    /// Seconds since 1970.
    package let time: UInt64
    /// The file that it was read from.
    package let file: String

    /// Nil where the witness has not signed the note.
    package init?(of note: SignedNote, by witness: VerifierKey, in file: String) {
        guard witness.purpose == .cosignature, note.isSigned(by: witness) else { return nil }
        let times = note.signatures
            .filter { $0.name == witness.name && $0.keyID == witness.id }
            .compactMap { Cosignature($0.bytes)?.time }
        guard let time = times.max() else { return nil }
        self.witness = witness
        self.note = note
        self.time = time
        self.file = file
    }

    /// When, as the trail writes times.
    package var timeText: String {
        var (timestamp, text) = (Timestamp(), Buffer())
        timestamp.append(time.multipliedReportingOverflow(by: 1_000_000).partialValue, to: &text)
        return text.text
    }

    /// Whom to believe, and where it stands.
    fileprivate var source: String { "\(file) (seen by \(witness.name) at \(timeText))" }
}

extension Verification {
    /// Expects what a witness saw.
    ///
    /// A trail that was set back, keys and all, has no key any more that confirms what the witness
    /// saw: the witness' own signature is what counts then.
    package mutating func expect(_ sighting: Sighting) {
        if (try? chain.verified(sighting.note)) != nil {
            return expect([sighting.note.description], in: sighting.source)
        }
        let seen = Checkpoint(text: sighting.note.text)
        guard let seen, seen.origin == chain.origin else {
            let text = "is no checkpoint of this trail, \(chain.origin)"
            return report(TrailFinding(.broken, in: sighting.source, text))
        }
        let text =
            "\(seen.size) records were signed there with a key that this trail doesn't lead to: "
            + "the trail was set back, or is another"
        report(TrailFinding(.broken, in: sighting.source, text))
    }
}
