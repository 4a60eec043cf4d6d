// The private half of a key that signs notes: made here, kept in one file, destroyed after use.
package import Bytes
import COpenSSL

/// An Ed25519 key pair with its name; letting go of it wipes it.
@safe
package struct SigningKey: ~Copyable {
    package static let signatureBytes = 64
    private static let seedBytes = 32
    private static let opening = "PRIVATE+KEY+"

    private let key: OpaquePointer
    package let verifier: VerifierKey

    /// A new key; nil where the library has no chance to draw from, or the name is none.
    package init?(generating name: String, purpose: VerifierKey.Purpose = .note) {
        var seed = [UInt8](repeating: 0, count: Self.seedBytes)
        defer { unsafe OPENSSL_cleanse(&seed, seed.count) }
        guard unsafe RAND_priv_bytes(&seed, Int32(seed.count)) == 1 else { return nil }
        self.init(name: name, purpose: purpose, seed: seed.span)
    }

    private init?(name: String, purpose: VerifierKey.Purpose, seed: Span<UInt8>) {
        let made = unsafe seed.withUnsafeBufferPointer { seed in
            unsafe EVP_PKEY_new_raw_private_key(
                EVP_PKEY_ED25519,
                nil,
                seed.baseAddress,
                seed.count
            )
        }
        guard let key = unsafe made else { return nil }
        var bytes = [UInt8](repeating: 0, count: VerifierKey.byteCount)
        var count = bytes.count
        guard
            unsafe EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1,
            let verifier = VerifierKey(name: name, purpose: purpose, bytes: bytes)
        else {
            unsafe EVP_PKEY_free(key)
            return nil
        }
        unsafe self.key = key
        self.verifier = verifier
    }

    /// Reads what `text` wrote; nil where it is no such key.
    package init?(text: borrowing Secret) {
        var name = ""
        var data = Buffer()
        defer { data.wipe() }
        let isRead = text.withBytes { bytes in Self.read(bytes, name: &name, data: &data) }
        guard
            isRead, data.count == Self.seedBytes + 1,
            let purpose = VerifierKey.Purpose(rawValue: data.span[0])
        else { return nil }
        self.init(name: name, purpose: purpose, seed: data.span.extracting(droppingFirst: 1))
    }

    private static func read(_ bytes: Span<UInt8>, name: inout String, data: inout Buffer) -> Bool {
        var plus: [Int] = []
        var end = bytes.count
        for index in bytes.indices {
            if bytes[index] == UInt8(ascii: "+"), plus.count < 4 { plus.append(index) }
            if bytes[index] == UInt8(ascii: "\n") { end = min(end, index) }
        }
        guard plus.count == 4, plus[1] + 1 == opening.utf8.count, plus[3] < end else {
            return false
        }
        let names = bytes.extracting(plus[1] + 1..<plus[2])
        for index in names.indices { name.unicodeScalars.append(Unicode.Scalar(names[index])) }
        data.reserve(seedBytes + 3)
        return Base64.decode(bytes.extracting(plus[3] + 1..<end), into: &data)
    }

    /// `PRIVATE+KEY+name+id+key` and a line feed, as other programs for signed notes keep keys.
    package var text: Secret {
        var seed = [UInt8](repeating: 0, count: Self.seedBytes)
        defer { unsafe OPENSSL_cleanse(&seed, seed.count) }
        var count = seed.count
        guard unsafe EVP_PKEY_get_raw_private_key(key, &seed, &count) == 1 else {
            return Secret("")
        }
        var data = Buffer()
        var line = Buffer()
        defer {
            data.wipe()
            line.wipe()
        }
        data.reserve(Self.seedBytes + 1)
        data.append(verifier.purpose.rawValue)
        data.append(seed.span)
        line.reserve(KeyName.bytesMax + 100)
        line.append(
            text: "\(Self.opening)\(verifier.name)+\(VerifierKey.eightDigits(verifier.id))+"
        )
        Base64.encode(data.span, into: &line)
        line.append("\n")
        return Secret(line.span)
    }

    /// The signature line over a note's text; nil where the library fails.
    ///
    /// `time` in seconds since 1970 stands in the signatures of a witness.
    package func sign(_ text: String, at time: UInt64 = 0) -> SignedNote.Signature? {
        let bytes: [UInt8]?
        switch verifier.purpose {
        case .note: bytes = sign(message: Array(text.utf8))
        case .cosignature:
            bytes = sign(message: Cosignature.message(text, at: time))
                .map { Cosignature(time: time, signature: $0).bytes }
        }
        return bytes.map {
            SignedNote.Signature(name: verifier.name, keyID: verifier.id, bytes: $0)
        }
    }

    private func sign(message: [UInt8]) -> [UInt8]? {
        guard let context = unsafe EVP_MD_CTX_new() else { return nil }
        defer { unsafe EVP_MD_CTX_free(context) }
        guard unsafe EVP_DigestSignInit(context, nil, nil, nil, key) == 1 else { return nil }
        var signature = [UInt8](repeating: 0, count: Self.signatureBytes)
        var count = signature.count
        let isSigned =
            unsafe EVP_DigestSign(context, &signature, &count, message, message.count) == 1
        return isSigned && count == signature.count ? signature : nil
    }

    deinit { unsafe EVP_PKEY_free(key) }
}
