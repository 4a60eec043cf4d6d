// What an end of TLS is configured with: everything as bytes, since the gateway can't open a file.
package import Bytes

/// A certificate with the chain that leads to its CA, and its private key.
package struct CertificateAndKey: Sendable {
    /// PEM: the end's own certificate first, then the intermediates.
    package let chainPEM: [UInt8]

    /// PEM: PKCS #8 or a traditional form, not encrypted.
    package let keyPEM: Secret

    package init(chainPEM: [UInt8], keyPEM: Secret) {
        self.chainPEM = chainPEM
        self.keyPEM = keyPEM
    }

    /// What the end's own certificate says of itself; nil where it can't be read.
    package var facts: PeerCertificate? {
        Certificate.all(inPEM: chainPEM)?.first.map(PeerCertificate.init)
    }
}

/// What a listener is configured with.
package struct ServerTLSSettings: Sendable {
    /// The first is the default; the others are chosen by SNI against their DNS names.
    package var certificates: [CertificateAndKey]

    /// The only CAs that a client certificate may lead to; nil asks clients for no certificate.
    package var clientCAPEM: [UInt8]?

    /// Revocation lists; one for every CA in the chain, as soon as there is any.
    package var crlPEMs: [[UInt8]]

    /// Whether a client without a certificate is turned away.
    package var requiresClientCertificate: Bool

    /// May be shared by listeners and outlive a reload.
    ///
    /// A resumed session isn't verified again, so a ticket is bound to the CAs, the revocation lists
    /// and the demand that it was issued under: after a change of those it opens nothing.
    package var ticketKeys: TicketKeys

    package init(
        certificates: [CertificateAndKey],
        clientCAPEM: [UInt8]? = nil,
        crlPEMs: [[UInt8]] = [],
        requiresClientCertificate: Bool = false,
        ticketKeys: TicketKeys
    ) {
        self.certificates = certificates
        self.clientCAPEM = clientCAPEM
        self.crlPEMs = crlPEMs
        self.requiresClientCertificate = requiresClientCertificate
        self.ticketKeys = ticketKeys
    }
}

/// What a connection to a backend, or to another server, is configured with.
package struct ClientTLSSettings: Sendable {
    /// The only CAs that the backend's certificate may lead to; nil takes the system's.
    package var caPEM: [UInt8]?

    /// The DNS name or IP address that the backend's certificate must be for.
    package var serverName: String

    /// The gateway's own certificate, for a backend that asks for one.
    package var certificate: CertificateAndKey?

    /// What is to be spoken (ALPN); nil: the server isn't told.
    package var applicationProtocol: String?

    package init(
        caPEM: [UInt8]? = nil,
        serverName: String,
        certificate: CertificateAndKey? = nil,
        applicationProtocol: String? = "imap"
    ) {
        self.caPEM = caPEM
        self.serverName = serverName
        self.certificate = certificate
        self.applicationProtocol = applicationProtocol
    }
}
