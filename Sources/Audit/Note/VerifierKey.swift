// The public half of a key that signs notes, as it is written for people and programs.
import Bytes
import COpenSSL

/// An Ed25519 public key with its name, in writing `name+id+key` (c2sp.org/signed-note).
package struct VerifierKey: Hashable, Sendable {
    /// What the key's signatures are over.
    package enum Purpose: UInt8, Sendable {
        /// The note's text.
        case note = 1
        /// A time and the note's text (c2sp.org/tlog-cosignature).
        case cosignature = 4
    }

    package static let byteCount = 32

    package let name: String
    package let purpose: Purpose
    package let bytes: [UInt8]
    /// The first four bytes of a hash over name, purpose and key: a hint, and no proof.
    package let id: UInt32

    /// Nil where the name is no key's name, or there are not 32 bytes.
    package init?(name: String, purpose: Purpose = .note, bytes: [UInt8]) {
        guard KeyName.isValid(name), bytes.count == Self.byteCount else { return nil }
        let hashed = Array(name.utf8) + [UInt8(ascii: "\n"), purpose.rawValue] + bytes
        guard var digest = MessageDigest() else { return nil }
        digest.update(hashed.span)
        guard let hash = digest.finish() else { return nil }
        self.name = name
        self.purpose = purpose
        self.bytes = bytes
        id = hash.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Reads a key's text, with or without a line feed behind it; nil where it is none.
    package init?(text: String) {
        let line = text.last == "\n" ? text.dropLast() : text[...]
        let parts = line.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1].utf8.count == 8 else { return nil }
        var data = Buffer()
        guard Base64.decode(Array(parts[2].utf8).span, into: &data), !data.isEmpty else {
            return nil
        }
        let bytes = data.bytes
        guard
            let purpose = Purpose(rawValue: bytes[0]),
            let id = UInt32(parts[1], radix: 16)
        else { return nil }
        self.init(name: String(parts[0]), purpose: purpose, bytes: Array(bytes.dropFirst()))
        guard self.id == id else { return nil }
    }

    /// `name+id+key` without a line feed.
    package var text: String {
        var data = Buffer()
        Base64.encode(([purpose.rawValue] + bytes).span, into: &data)
        return "\(name)+\(Self.eightDigits(id))+\(data.text)"
    }

    static func eightDigits(_ id: UInt32) -> String {
        let digits = String(id, radix: 16)
        return String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }

    /// Whether this is the key's signature over a note's text.
    package func verifies(_ signature: [UInt8], over text: String) -> Bool {
        switch purpose {
        case .note: verifies(signature, message: Array(text.utf8))
        case .cosignature:
            Cosignature(signature).map { verifies($0.signature, message: $0.message(text)) }
                ?? false
        }
    }

    private func verifies(_ signature: [UInt8], message: [UInt8]) -> Bool {
        guard signature.count == SigningKey.signatureBytes else { return false }
        let key = unsafe EVP_PKEY_new_raw_public_key(
            EVP_PKEY_ED25519,
            nil,
            bytes,
            bytes.count
        )
        guard let key = unsafe key else { return false }
        defer { unsafe EVP_PKEY_free(key) }
        guard let context = unsafe EVP_MD_CTX_new() else { return false }
        defer { unsafe EVP_MD_CTX_free(context) }
        guard unsafe EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1 else { return false }
        return unsafe EVP_DigestVerify(
            context,
            signature,
            signature.count,
            message,
            message.count
        ) == 1
    }
}

/// A witness' signature: when it saw the checkpoint as the latest, and that it did.
package struct Cosignature: Equatable, Sendable {
    /// Seconds since 1970.
    package let time: UInt64
    package let signature: [UInt8]

    package init(time: UInt64, signature: [UInt8]) {
        self.time = time
        self.signature = signature
    }

    /// Reads the bytes of a signature line; nil where they are too few.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == 8 + SigningKey.signatureBytes else { return nil }
        let time = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        guard time <= UInt64(Int64.max) else { return nil }
        self.init(time: time, signature: Array(bytes.dropFirst(8)))
    }

    package var bytes: [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: time >> UInt64(56 - 8 * $0)) } + signature
    }

    /// What the witness signs.
    package func message(_ text: String) -> [UInt8] { Self.message(text, at: time) }

    package static func message(_ text: String, at time: UInt64) -> [UInt8] {
        Array("cosignature/v1\ntime \(time)\n\(text)".utf8)
    }
}
