// What a handshake established: the facts that policy, authentication and the audit trail build on.

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
