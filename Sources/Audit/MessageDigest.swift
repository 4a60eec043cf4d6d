// SHA-256 over a message that passes in pieces, so that the trail can prove what was filed.
import COpenSSL

/// A digest under way; one allocation a message, none a piece.
@safe package struct MessageDigest: ~Copyable {
    private let context: OpaquePointer

    /// Nil when there is no memory for it.
    package init?() {
        guard let context = unsafe EVP_MD_CTX_new() else { return nil }
        guard unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            unsafe EVP_MD_CTX_free(context)
            return nil
        }
        unsafe self.context = context
    }

    package mutating func update(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBytes { bytes in
            _ = unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        }
    }

    /// The 32 bytes; nil when the library could not make them.
    ///
    /// Nothing can be added afterwards.
    package mutating func finish() -> [UInt8]? {
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        return unsafe EVP_DigestFinal_ex(context, &digest, nil) == 1 ? digest : nil
    }

    deinit { unsafe EVP_MD_CTX_free(context) }
}
