// What both ends have in common: one SSL_CTX with the house's protocol settings.
import Bytes
import COpenSSL

/// The owner of an SSL_CTX.
@safe
final class ContextHandle: Sendable {
    /// Configured in `init` of a context only; afterwards OpenSSL guards its own reference counts.
    nonisolated(unsafe) let pointer: OpaquePointer

    /// AES-128-GCM first: it is as safe here as AES-256 and takes 5-7 % less CPU per byte.
    private static let suites13 =
        "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"

    /// Forward secrecy and authenticated encryption only (RFC 9325, 4.2).
    private static let suites12 =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
        + "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
        + "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"

    private static let groups = "X25519:P-256:P-384"

    /// 112 bits of security: no RSA below 2048 bits, no SHA-1 signatures.
    private static let securityLevel: Int32 = 2

    /// What a peer's chain may take in memory before it is verified, in bytes; real ones take 6 KiB.
    private static let peerChainBytesMax = 64 << 10

    init(method: OpaquePointer?) throws(TLSError) {
        ERR_clear_error()
        guard let made = unsafe SSL_CTX_new(method) else { throw .outOfMemory }
        unsafe pointer = made
        unsafe SSL_CTX_set_security_level(made, Self.securityLevel)
        unsafe SSL_CTX_set_options(made, copenssl_SSL_OP_hardened())
        // No chain is guessed from the CAs: those are for verifying the peer.
        let mode = SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN
        unsafe copenssl_SSL_CTX_set_mode(made, Int(mode))
        unsafe copenssl_SSL_CTX_disable_session_cache(made)
        unsafe copenssl_SSL_CTX_set_max_cert_list(made, Self.peerChainBytesMax)
        guard unsafe copenssl_SSL_CTX_set_proto_range(made, TLS1_2_VERSION, TLS1_3_VERSION) == 1,
            unsafe SSL_CTX_set_ciphersuites(made, Self.suites13) == 1,
            unsafe SSL_CTX_set_cipher_list(made, Self.suites12) == 1,
            unsafe copenssl_SSL_CTX_set1_groups_list(made, Self.groups) == 1
        else { throw .outOfMemory }
    }

    deinit { unsafe SSL_CTX_free(pointer) }

    /// Installs a certificate, its chain and its key, which must belong together.
    func use(_ certificates: [Certificate], _ key: PrivateKey) throws(TLSError) {
        guard let own = certificates.first else { throw .certificateUnreadable }
        guard let chain = unsafe copenssl_sk_X509_new() else { throw .outOfMemory }
        defer { unsafe copenssl_sk_X509_free(chain) }
        for certificate in certificates.dropFirst() {
            guard unsafe copenssl_sk_X509_push(chain, certificate.pointer) > 0 else {
                throw .outOfMemory
            }
        }
        defer { ERR_clear_error() }
        guard unsafe X509_check_private_key(own.pointer, key.pointer) == 1 else {
            throw .keyDoesNotMatch
        }
        guard unsafe SSL_CTX_use_cert_and_key(pointer, own.pointer, key.pointer, chain, 1) == 1
        else { throw .certificateTooWeak }
    }
}

/// The CAs that a peer's certificate must lead to, and what they have revoked.
@safe
package final class TrustStore: Sendable {
    /// Filled in `init` only; OpenSSL locks it where it looks something up.
    nonisolated(unsafe) let pointer: OpaquePointer
    let authorities: [Certificate]

    package init(caPEM: [UInt8], crlPEMs: [[UInt8]] = []) throws(TLSError) {
        guard let authorities = Certificate.all(inPEM: caPEM) else { throw .caUnreadable }
        guard let made = unsafe X509_STORE_new() else { throw .outOfMemory }
        unsafe pointer = made
        self.authorities = authorities
        for authority in authorities {
            guard unsafe X509_STORE_add_cert(made, authority.pointer) == 1 else {
                throw .caUnreadable
            }
        }
        for pem in crlPEMs { try add(crlPEM: pem) }
        // With any list, every CA of a chain needs one: a missing list must not pass for an empty one.
        let flags = X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL
        if !crlPEMs.isEmpty { unsafe X509_STORE_set_flags(made, UInt(flags)) }
    }

    deinit { unsafe X509_STORE_free(pointer) }

    private func add(crlPEM: [UInt8]) throws(TLSError) {
        guard let lists = RevocationList.all(inPEM: crlPEM) else { throw .crlUnreadable }
        for list in lists {
            guard unsafe X509_STORE_add_crl(pointer, list.pointer) == 1 else {
                throw .crlUnreadable
            }
        }
    }
}
