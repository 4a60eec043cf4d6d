// What a handshake established: the facts that policy, authentication and the audit trail build on.
import COpenSSL

/// What both ends agreed on, and who the peer is.
package struct TLSFacts: Equatable, Sendable {
    /// `TLSv1.2` or `TLSv1.3`.
    package let protocolVersion: String

    /// OpenSSL's name of the suite, such as `TLS_AES_128_GCM_SHA256`.
    package let cipher: String

    /// The server name that the client asked for, in lower case.
    package let sni: String?

    /// The application protocol that was agreed on: `imap` or none.
    package let alpn: String?

    /// Whether a ticket of an earlier session was accepted.
    package let isResumed: Bool

    /// The peer's certificate, verified; nil when it showed none.
    package let peerCertificate: PeerCertificate?
}

/// Who a certificate speaks for, in the forms that an identity can be taken from.
package struct PeerCertificate: Equatable, Sendable {
    /// SHA-256 over the DER form, in lower-case hex.
    package let fingerprintSHA256: String

    /// The subject as RFC 2253 writes it, in UTF-8.
    package let subject: String

    /// The issuer as RFC 2253 writes it, in UTF-8.
    package let issuer: String

    /// The serial number in lower-case hex.
    package let serial: String

    /// SAN rfc822Name values (RFC 5280, 4.2.1.6).
    package let emailAddresses: [String]

    /// SAN otherName values of type 1.3.6.1.4.1.311.20.2.3, Microsoft's user principal name.
    package let userPrincipalNames: [String]

    /// SAN dNSName values.
    package let dnsNames: [String]

    /// SAN uniformResourceIdentifier values.
    package let uris: [String]

    /// The subject's CN values.
    package let commonNames: [String]

    /// Whether a name held NUL, a control character or bytes that are no text.
    ///
    /// Such a name is in none of the lists. A certificate that carries one names nobody: what the CA
    /// read and what stands here may differ, so the identity is refused, not guessed.
    package let hasUnsafeNames: Bool
}

extension TLSFacts {
    /// Asks a session whose keys are in use.
    init(session: OpaquePointer) {
        unsafe protocolVersion = String(cString: SSL_get_version(session))
        let suite = unsafe SSL_get_current_cipher(session)
        unsafe cipher = String(cString: SSL_CIPHER_get_name(suite))
        unsafe sni = Self.serverName(of: session)
        unsafe alpn = Self.applicationProtocol(of: session)
        unsafe isResumed = SSL_session_reused(session) == 1
        unsafe peerCertificate = SSL_get1_peer_certificate(session).map {
            unsafe PeerCertificate(Certificate(owning: $0))
        }
    }

    /// The name asked for, unless it holds what a log shouldn't show.
    private static func serverName(of session: OpaquePointer) -> String? {
        guard let name = unsafe SSL_get_servername(session, TLSEXT_NAMETYPE_host_name) else {
            return nil
        }
        let text = unsafe String(cString: name)
        let isVisible = text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        return isVisible && !text.isEmpty ? text.lowercased() : nil
    }

    private static func applicationProtocol(of session: OpaquePointer) -> String? {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        unsafe SSL_get0_alpn_selected(session, &name, &count)
        guard count > 0 else { return nil }
        let bytes = unsafe UnsafeBufferPointer(start: name, count: Int(count))
        return unsafe String(decoding: bytes, as: UTF8.self)
    }
}
