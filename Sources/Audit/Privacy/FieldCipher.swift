// How single values are encrypted (AES-256-GCM) and turned into pseudonyms (HMAC-SHA-256).
import Bytes
import COpenSSL

/// Encrypts values; one serves all records of a recorder and allocates little in steady use.
///
/// A value stands as Base64 of nonce, ciphertext and tag. It is the JSON text of a member, with
/// spaces behind it up to a multiple of 32 bytes: how long a name is tells who it is. The name of
/// the field and of the key are authenticated with it, so that no value can stand for another field.
@safe
package final class FieldCipher {
    private static let nonceBytes = 12
    private static let tagBytes = 16
    private static let blockBytes = 32
    private static let pseudonymBytes = 16
    /// Random bytes drawn at once: asking for each nonce would cost as much as the encryption.
    private static let chanceBytes = 256 * nonceBytes

    private let context: OpaquePointer
    private let cipher: OpaquePointer
    private let mac: OpaquePointer
    private var chance = [UInt8](repeating: 0, count: chanceBytes)
    private var chanceUsed = chanceBytes
    /// Kept for their storage.
    private var plain: [UInt8] = []
    private var authenticated: [UInt8] = []
    private var sealed: [UInt8] = []
    /// The key that pseudonyms are made with at the moment.
    private var macKey: FieldKey?

    /// Nil when the library lacks something, or there is no memory.
    package init?() {
        guard let cipher = unsafe EVP_CIPHER_fetch(nil, "AES-256-GCM", nil) else { return nil }
        guard let context = unsafe EVP_CIPHER_CTX_new() else {
            unsafe EVP_CIPHER_free(cipher)
            return nil
        }
        let algorithm = unsafe EVP_MAC_fetch(nil, "HMAC", nil)
        // The context holds on to its algorithm.
        defer { unsafe EVP_MAC_free(algorithm) }
        guard let mac = unsafe EVP_MAC_CTX_new(algorithm) else {
            unsafe EVP_CIPHER_CTX_free(context)
            unsafe EVP_CIPHER_free(cipher)
            return nil
        }
        unsafe self.cipher = cipher
        unsafe self.context = context
        unsafe self.mac = mac
    }

    deinit {
        unsafe EVP_MAC_CTX_free(mac)
        unsafe EVP_CIPHER_CTX_free(context)
        unsafe EVP_CIPHER_free(cipher)
    }

    /// Prepares for values under `key`; false where the library fails.
    func begin(_ key: FieldKey) -> Bool {
        key.secret.withBytes { key in
            unsafe key.withUnsafeBufferPointer { key in
                unsafe EVP_EncryptInit_ex(context, cipher, nil, key.baseAddress, nil) == 1
            }
        }
    }

    /// Appends a value in Base64, encrypted under the key that `begin` was told of.
    ///
    /// False where the library fails; nothing is appended then.
    func seal(
        _ value: Span<UInt8>,
        _ path: FieldPath,
        _ key: FieldKey,
        into out: inout Buffer
    ) -> Bool {
        plain.removeAll(keepingCapacity: true)
        plain.append(value)
        let rest = plain.count % Self.blockBytes
        let missing = rest == 0 ? 0 : Self.blockBytes - rest
        plain.append(contentsOf: repeatElement(UInt8(ascii: " "), count: missing))
        let size = Self.nonceBytes + plain.count + Self.tagBytes
        if sealed.count < size { sealed = [UInt8](repeating: 0, count: size) }
        guard drawNonce(), encrypt(path, key) else { return false }
        key.uses += 1
        let sealed = sealed
        Base64.encode(sealed.span.extracting(first: size), into: &out)
        return true
    }

    /// Puts a nonce to the beginning of `sealed`.
    private func drawNonce() -> Bool {
        if chanceUsed == Self.chanceBytes {
            guard unsafe RAND_bytes(&chance, Int32(Self.chanceBytes)) == 1 else { return false }
            chanceUsed = 0
        }
        let nonce = chance[chanceUsed..<chanceUsed + Self.nonceBytes]
        sealed.replaceSubrange(0..<Self.nonceBytes, with: nonce)
        chanceUsed += Self.nonceBytes
        return true
    }

    private func encrypt(_ path: FieldPath, _ key: FieldKey) -> Bool {
        path.write(key, to: &authenticated)
        let count = plain.count
        return unsafe sealed.withUnsafeMutableBufferPointer { sealed in
            guard let base = sealed.baseAddress else { return false }
            let text = unsafe base + Self.nonceBytes
            var done: Int32 = 0
            let isBegun = unsafe authenticated.withUnsafeBufferPointer { bytes in
                unsafe EVP_EncryptInit_ex(context, nil, nil, nil, base) == 1
                    && EVP_EncryptUpdate(context, nil, &done, bytes.baseAddress, Int32(bytes.count))
                        == 1
            }
            return unsafe isBegun
                && plain.withUnsafeBufferPointer { bytes in
                    unsafe EVP_EncryptUpdate(context, text, &done, bytes.baseAddress, Int32(count))
                        == 1
                }
                && EVP_EncryptFinal_ex(context, text + count, &done) == 1
                && EVP_CIPHER_CTX_ctrl(
                    context,
                    EVP_CTRL_AEAD_GET_TAG,
                    Int32(Self.tagBytes),
                    text + count
                ) == 1
        }
    }

    /// The value that `seal` encrypted; nil where it is another field's, another key's or damaged.
    func open(_ base64: Span<UInt8>, _ path: FieldPath, _ key: FieldKey) -> [UInt8]? {
        var sealed = Buffer()
        guard Base64.decode(base64, into: &sealed),
            sealed.count > Self.nonceBytes + Self.tagBytes
        else { return nil }
        path.write(key, to: &authenticated)
        var value = [UInt8](
            repeating: 0,
            count: sealed.count - Self.nonceBytes - Self.tagBytes
        )
        guard decrypt(sealed.bytes, into: &value, key) else { return nil }
        while value.last == UInt8(ascii: " ") { value.removeLast() }
        return value
    }

    private func decrypt(_ sealed: [UInt8], into value: inout [UInt8], _ key: FieldKey) -> Bool {
        let count = value.count
        var sealed = sealed
        return unsafe sealed.withUnsafeMutableBufferPointer { sealed in
            guard let base = sealed.baseAddress else { return false }
            let text = unsafe base + Self.nonceBytes
            var done: Int32 = 0
            let isBegun = key.secret.withBytes { secret in
                unsafe secret.withUnsafeBufferPointer { secret in
                    unsafe EVP_DecryptInit_ex(context, cipher, nil, secret.baseAddress, base) == 1
                }
            }
            return unsafe isBegun
                && EVP_CIPHER_CTX_ctrl(
                    context,
                    EVP_CTRL_AEAD_SET_TAG,
                    Int32(Self.tagBytes),
                    text + count
                ) == 1
                && authenticated.withUnsafeBufferPointer { bytes in
                    unsafe EVP_DecryptUpdate(
                        context,
                        nil,
                        &done,
                        bytes.baseAddress,
                        Int32(bytes.count)
                    ) == 1
                }
                && EVP_DecryptUpdate(context, &value, &done, text, Int32(count)) == 1
                && EVP_DecryptFinal_ex(context, nil, &done) == 1
        }
    }
}

/// Where a value stands in a record: what it is bound to.
struct FieldPath: ~Escapable {
    /// `mailbox.`, `destination.`, `filed.` or nothing.
    let object: StaticString
    /// As it stood on the line, ending included.
    let name: Span<UInt8>

    @_lifetime(copy name)
    init(_ object: StaticString, _ name: Span<UInt8>) {
        self.object = object
        self.name = name
    }

    fileprivate func write(_ key: FieldKey, to bytes: inout [UInt8]) {
        bytes.removeAll(keepingCapacity: true)
        bytes.append(object.span)
        bytes.append(name)
        bytes.append(0)
        bytes += key.id.utf8
    }
}

// MARK: Pseudonyms

extension FieldCipher {
    /// Appends 32 hexadecimal digits that stand for a value of a class as long as `key` is in use.
    ///
    /// Of a text what stands between its quotes. False where the library fails.
    func appendPseudonym(
        of value: Span<UInt8>,
        _ fields: FieldClass,
        under key: FieldKey,
        to out: inout Buffer
    ) -> Bool {
        guard prepare(key) else { return false }
        authenticated.removeAll(keepingCapacity: true)
        authenticated += fields.rawValue.utf8
        authenticated.append(0)
        authenticated.append(value)
        var digest = [UInt8](repeating: 0, count: 32)
        var count = 0
        let isDone = unsafe authenticated.withUnsafeBufferPointer { bytes in
            unsafe EVP_MAC_update(mac, bytes.baseAddress, bytes.count) == 1
                && EVP_MAC_final(mac, &digest, &count, digest.count) == 1
        }
        guard isDone, count == digest.count else { return false }
        out.appendHexString(digest.span.extracting(first: Self.pseudonymBytes))
        return true
    }

    /// The pseudonym of a value as text; nil where the library fails.
    package func pseudonym(
        of text: String,
        _ fields: FieldClass,
        under key: FieldKey
    ) -> String? {
        var value = Buffer()
        value.appendString(text.utf8.span)
        var out = Buffer()
        let inside = value.span.extracting(1..<value.count - 1)
        guard appendPseudonym(of: inside, fields, under: key, to: &out) else { return nil }
        return String(out.text.dropFirst().dropLast())
    }

    private func prepare(_ key: FieldKey) -> Bool {
        if macKey === key { return unsafe EVP_MAC_init(mac, nil, 0, nil) == 1 }
        var secret = key.secret.withBytes { bytes in bytes.indices.map { bytes[$0] } }
        defer { unsafe OPENSSL_cleanse(&secret, secret.count) }
        let count = secret.count
        guard unsafe copenssl_EVP_MAC_CTX_set_sha256_key(mac, &secret, count) == 1,
            unsafe EVP_MAC_init(mac, nil, 0, nil) == 1
        else { return false }
        macKey = key
        return true
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}
