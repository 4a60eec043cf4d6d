// A text with signatures under it (c2sp.org/signed-note).
import Bytes

/// A note as it stands: nothing in it counts before a signature was checked.
package struct SignedNote: Equatable, Sendable {
    /// One signature line.
    package struct Signature: Equatable, Sendable {
        package let name: String
        package let keyID: UInt32
        package let bytes: [UInt8]

        package init(name: String, keyID: UInt32, bytes: [UInt8]) {
            self.name = name
            self.keyID = keyID
            self.bytes = bytes
        }

        /// Reads a line without its line feed; nil where it is no signature line.
        package init?(line: Substring) {
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            guard words.count == 3, words[0] == "—", KeyName.isValid(words[1]) else { return nil }
            var blob = Buffer()
            guard Base64.decode(Array(words[2].utf8).span, into: &blob) else { return nil }
            let bytes = blob.bytes
            guard bytes.count > 4 else { return nil }
            name = String(words[1])
            keyID = bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
            self.bytes = Array(bytes.dropFirst(4))
        }

        /// The line with its line feed.
        package var line: String {
            var blob = Buffer()
            for shift: UInt32 in [24, 16, 8, 0] {
                blob.append(UInt8(truncatingIfNeeded: keyID >> shift))
            }
            blob.append(bytes)
            var text = Buffer()
            Base64.encode(blob.span, into: &text)
            return "— \(name) \(text.text)\n"
        }
    }

    /// A note of ours has some hundred bytes; witnesses add a hundred each.
    package static let bytesMax = 64 * 1024
    /// The specification asks for 16 at least.
    package static let signaturesMax = 64

    /// With the line feed at its end.
    package let text: String
    package var signatures: [Signature]

    package init(text: String, signatures: [Signature]) {
        self.text = text
        self.signatures = signatures
    }

    /// Reads a whole note; nil where it is none.
    package init?(_ note: String) {
        guard
            note.utf8.count <= Self.bytesMax,
            !note.utf8.contains(where: { $0 < 0x20 && $0 != UInt8(ascii: "\n") })
        else { return nil }
        var lines = note.split(separator: "\n", omittingEmptySubsequences: false).map(
            Substring.init
        )
        guard lines.popLast()?.isEmpty == true else { return nil }
        guard let blank = lines.lastIndex(where: \.isEmpty), blank > 0 else { return nil }
        let signatures = lines[(blank + 1)...].map { Signature(line: $0) }
        guard (1...Self.signaturesMax).contains(signatures.count) else { return nil }
        self.signatures = signatures.compactMap(\.self)
        guard self.signatures.count == signatures.count else { return nil }
        text = lines[..<blank].joined(separator: "\n") + "\n"
    }

    /// The whole note.
    package var description: String { text + "\n" + signatures.map(\.line).joined() }

    /// Whether this key has signed the text; a signature of its name that is wrong spoils the note.
    package func isSigned(by key: VerifierKey) -> Bool {
        let own = signatures.filter { $0.name == key.name && $0.keyID == key.id }
        return !own.isEmpty && own.allSatisfy { key.verifies($0.bytes, over: text) }
    }
}

/// What a key may be called.
package enum KeyName {
    /// As long as a host's name may be, and some more.
    static let bytesMax = 300

    /// Not empty, no space, no plus; we take printable ASCII alone.
    package static func isValid(_ name: some StringProtocol) -> Bool {
        !name.isEmpty && name.utf8.count <= bytesMax
            && name.utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != UInt8(ascii: "+") }
    }
}

extension SignedNote {
    /// Divides a file of notes, each followed by an empty line.
    ///
    /// Gives the notes' texts and how many bytes of the file they take; what is behind was never
    /// finished. Only notes without an empty line in their text can be kept so.
    package static func divide(_ file: [UInt8]) -> (notes: [String], bytes: Int) {
        var notes: [String] = []
        var start = 0
        var blanks = 0
        var index = 1
        while index < file.count {
            if file[index] == UInt8(ascii: "\n"), file[index - 1] == UInt8(ascii: "\n") {
                blanks += 1
                if blanks == 2 {
                    notes.append(String(decoding: file[start..<index], as: UTF8.self))
                    blanks = 0
                    start = index + 1
                    index += 1
                }
            }
            index += 1
        }
        return (notes, start)
    }
}
