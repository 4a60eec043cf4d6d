// One node of the Merkle tree over the trail, and how nodes are made (RFC 6962, section 2.1).
import Bytes
import COpenSSL
import Glibc

/// A SHA-256 hash that names a leaf or a subtree.
package struct TreeHash: Hashable, Sendable {
    package static let byteCount = 32

    fileprivate var storage: SIMD32<UInt8>

    fileprivate init() { storage = SIMD32() }

    /// Takes exactly 32 bytes; nil otherwise.
    package init?(_ bytes: Span<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        storage = SIMD32()
        for index in bytes.indices { storage[index] = bytes[index] }
    }

    /// Reads Base64 as notes and proofs have it; nil where that is no hash.
    package init?(base64 text: some StringProtocol) {
        var bytes = Buffer()
        guard Base64.decode(Array(text.utf8).span, into: &bytes) else { return nil }
        self.init(bytes.span)
    }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }

    func append(to bytes: inout [UInt8]) {
        unsafe withUnsafeBytes(of: storage) { unsafe bytes.append(contentsOf: $0) }
    }

    package var base64: String {
        var text = Buffer()
        Base64.encode(bytes.span, into: &text)
        return text.text
    }
}

/// Hashes leaves and nodes; one serves a whole tree and allocates nothing for a hash.
///
/// Where the library fails, which it has no reason to, the hash is all zero and matches nothing.
@safe
package final class TreeHasher {
    private let context: OpaquePointer
    private let algorithm: OpaquePointer

    /// Nil when there is no memory for it.
    package init?() {
        guard let algorithm = unsafe EVP_MD_fetch(nil, "SHA256", nil) else { return nil }
        guard let context = unsafe EVP_MD_CTX_new() else {
            unsafe EVP_MD_free(algorithm)
            return nil
        }
        guard unsafe EVP_DigestInit_ex(context, algorithm, nil) == 1 else {
            unsafe EVP_MD_CTX_free(context)
            unsafe EVP_MD_free(algorithm)
            return nil
        }
        unsafe self.algorithm = algorithm
        unsafe self.context = context
    }

    /// The hash of a leaf: of a zero byte and the entry.
    package func leaf(_ entry: Span<UInt8>) -> TreeHash {
        unsafe entry.withUnsafeBytes { unsafe hash(prefix: 0, $0) }
    }

    /// The hash of a node: of a one byte and its two children.
    package func node(_ left: TreeHash, _ right: TreeHash) -> TreeHash {
        var children = (left, right)
        return unsafe withUnsafeBytes(of: &children) { unsafe hash(prefix: 1, $0) }
    }

    /// The root of the tree without a leaf.
    package var emptyRoot: TreeHash {
        unsafe hash(prefix: nil, UnsafeRawBufferPointer(start: nil, count: 0))
    }

    private func hash(prefix: UInt8?, _ bytes: UnsafeRawBufferPointer) -> TreeHash {
        var hash = TreeHash()
        // Without an algorithm it begins anew with the one that it has, which costs a third less.
        guard unsafe EVP_DigestInit_ex(context, nil, nil) == 1 else { return hash }
        if var prefix { unsafe EVP_DigestUpdate(context, &prefix, 1) }
        unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        unsafe withUnsafeMutableBytes(of: &hash) { room in
            _ = unsafe EVP_DigestFinal_ex(context, room.baseAddress, nil)
        }
        return hash
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
        unsafe EVP_MD_free(algorithm)
    }
}
