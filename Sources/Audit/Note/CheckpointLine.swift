// A checkpoint in one line of text, for logs that lie outside of the trail's folder.

/// `checkpoint NAME SIZE ROOT SIGNATURE`: all of the note, in the words of its lines.
package enum CheckpointLine {
    private static let word = "checkpoint "

    /// Nil where the note is more than a checkpoint that its trail has signed.
    package static func text(of note: SignedNote) -> String? {
        guard
            let head = Checkpoint(text: note.text), head.nextKey == nil,
            let signature = note.signatures.first, note.signatures.count == 1,
            signature.name == head.origin
        else { return nil }
        // Behind the dash and the name stands the key's ID with the signature, in Base64.
        let blob = signature.line.dropLast().split(separator: " ")[2]
        return "\(word)\(head.origin) \(head.size) \(head.root.base64) \(blob)"
    }

    /// The note that a line of a log holds, whatever the log put in front; nil where it holds none.
    package static func note(in line: some StringProtocol) -> SignedNote? {
        guard let start = line.ranges(of: word).last?.upperBound else { return nil }
        let words = line[start...].split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 4 else { return nil }
        let note = SignedNote(
            "\(words[0])\n\(words[1])\n\(words[2])\n\n— \(words[0]) \(words[3])\n"
        )
        guard let note, let head = Checkpoint(text: note.text), head.nextKey == nil else {
            return nil
        }
        return note
    }
}
