// What the recorder vouches for: so many records, with this root (c2sp.org/tlog-checkpoint).

/// The head of a trail's tree; signed, it is a checkpoint.
package struct Checkpoint: Equatable, Sendable {
    /// The extension line that certifies the key of the next epoch.
    private static let nextKeyOpening = "next-key "

    /// The name of the trail.
    package let origin: String
    /// How many records the tree has.
    package let size: UInt64
    package let root: TreeHash
    /// The key that signs from here on; nil: the same as before.
    package let nextKey: VerifierKey?

    package init(origin: String, size: UInt64, root: TreeHash, nextKey: VerifierKey? = nil) {
        self.origin = origin
        self.size = size
        self.root = root
        self.nextKey = nextKey
    }

    /// Reads a note's text; nil where it is no checkpoint of ours.
    package init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard
            lines.count == 4 || lines.count == 5, lines.last == "", !lines[0].isEmpty,
            let size = UInt64(lines[1]), String(size) == lines[1],
            let root = TreeHash(base64: lines[2])
        else { return nil }
        var nextKey: VerifierKey?
        if lines.count == 5 {
            guard
                lines[3].hasPrefix(Self.nextKeyOpening),
                let key = VerifierKey(text: String(lines[3].dropFirst(Self.nextKeyOpening.count)))
            else { return nil }
            nextKey = key
        }
        self.init(origin: String(lines[0]), size: size, root: root, nextKey: nextKey)
    }

    /// The note's text.
    package var text: String {
        let head = "\(origin)\n\(size)\n\(root.base64)\n"
        return nextKey.map { head + Self.nextKeyOpening + $0.text + "\n" } ?? head
    }

    /// The whole note; nil where the library fails.
    package func signed(by key: borrowing SigningKey) -> SignedNote? {
        key.sign(text).map { SignedNote(text: text, signatures: [$0]) }
    }
}
