// The keys that seal session tickets: the current one, and the one before it.
//
// A ticket is a session that the client keeps for us, encrypted and authenticated with a key that
// only this process knows (RFC 5077, 4; RFC 8446, 4.6.1).
import COpenSSL
import Synchronization

/// Rotating ticket keys: a ticket is worth at most two lifetimes of a key.
package final class TicketKeys: Sendable {
    /// How long a key seals new tickets.
    ///
    /// Short enough that a stolen key opens half a working day of sessions, long enough that a mail
    /// client that sleeps over lunch resumes.
    package static let lifetime = Duration.seconds(4 * 3600)

    private struct Keys {
        /// Nil when the system had no randomness to give: then no ticket is issued.
        var current: TicketKey?
        var previous: TicketKey?
        var madeAt: Duration
    }

    private let keys: Mutex<Keys>

    /// Makes the first key; `now` is monotonic time.
    package init(at now: Duration) {
        keys = Mutex(Keys(current: TicketKey(), previous: nil, madeAt: now))
    }

    /// Makes a new current key when the present one is older than `lifetime`.
    package func rotateIfDue(at now: Duration) {
        keys.withLock { keys in
            let age = now - keys.madeAt
            guard age >= Self.lifetime else { return }
            // A key that nobody rotated for two lifetimes is too old to open anything.
            keys.previous = age < Self.lifetime * 2 ? keys.current : nil
            keys.current = TicketKey()
            keys.madeAt = now
        }
    }

    /// The key for a new ticket.
    var current: TicketKey? { keys.withLock { $0.current } }

    /// The key called `name`, and whether its tickets should be replaced by fresh ones.
    func key(named name: UnsafePointer<UInt8>) -> (key: TicketKey, isPrevious: Bool)? {
        keys.withLock { keys in
            if let key = keys.current, unsafe key.isNamed(name) { return (key, false) }
            if let key = keys.previous, unsafe key.isNamed(name) { return (key, true) }
            return nil
        }
    }
}

/// A key's name and its two secrets, wiped before the memory is freed.
@safe
final class TicketKey: Sendable {
    static let nameSize = 16
    private static let secretSize = 32
    private static let size = nameSize + 2 * secretSize

    /// Name, AES-256 key, HMAC-SHA256 key; written in `init` only.
    private nonisolated(unsafe) let memory: UnsafeMutablePointer<UInt8>

    init?() {
        unsafe memory = .allocate(capacity: Self.size)
        unsafe memory.initialize(repeating: 0, count: Self.size)
        guard unsafe RAND_priv_bytes(memory, Int32(Self.size)) == 1 else { return nil }
    }

    deinit {
        unsafe OPENSSL_cleanse(memory, Self.size)
        unsafe memory.deallocate()
    }

    func isNamed(_ name: UnsafePointer<UInt8>) -> Bool {
        unsafe CRYPTO_memcmp(memory, name, Self.nameSize) == 0
    }

    /// Prepares the sealing of a ticket: writes name and a fresh IV, and keys both ciphers.
    func seal(
        name: UnsafeMutablePointer<UInt8>,
        iv: UnsafeMutablePointer<UInt8>,
        cipher: OpaquePointer?,
        mac: OpaquePointer?
    ) -> Bool {
        unsafe name.update(from: memory, count: Self.nameSize)
        return unsafe RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) == 1
            && EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), nil, cipherKey, iv) == 1
            && setKey(of: mac)
    }

    /// Prepares the opening of a ticket.
    func open(
        iv: UnsafePointer<UInt8>,
        cipher: OpaquePointer?,
        mac: OpaquePointer?
    ) -> Bool {
        unsafe EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nil, cipherKey, iv) == 1
            && setKey(of: mac)
    }

    private var cipherKey: UnsafeMutablePointer<UInt8> { unsafe memory + Self.nameSize }

    private func setKey(of mac: OpaquePointer?) -> Bool {
        unsafe copenssl_EVP_MAC_CTX_set_sha256_key(
            mac,
            cipherKey + Self.secretSize,
            Self.secretSize
        )
            == 1
    }
}
