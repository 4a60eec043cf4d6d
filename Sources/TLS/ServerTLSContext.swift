// The TLS configuration of a listener, as an immutable snapshot.
import Bytes
import COpenSSL

/// The TLS configuration of a listener: made once, shared by all reactors.
@safe
package final class ServerTLSContext: Sendable {
    /// How long a session may be resumed, in seconds: as long as its ticket's key lives.
    private static let sessionLifetimeSeconds = Int(TicketKeys.lifetime.components.seconds)

    /// The context that a connection starts with, and returns to when SNI matches no other.
    let primary: ContextHandle

    /// Whether clients are asked for a certificate.
    let asksForCertificate: Bool

    /// What OpenSSL's callbacks look into; lives as long as this object, and connections hold it.
    private let callbacks: ServerCallbacks

    package init(_ settings: ServerTLSSettings) throws(TLSError) {
        let trust: TrustStore? =
            if let caPEM = settings.clientCAPEM {
                try TrustStore(caPEM: caPEM, crlPEMs: settings.crlPEMs)
            } else { nil }
        var contexts: [ContextHandle] = []
        var names: [String: Int] = [:]
        for (index, certificate) in settings.certificates.enumerated() {
            let (context, dnsNames) = try Self.context(for: certificate)
            contexts.append(context)
            // The first certificate that bears a name keeps it.
            for name in dnsNames where names[name] == nil { names[name] = index }
        }
        guard let primary = contexts.first else { throw .noCertificate }
        self.primary = primary
        asksForCertificate = trust != nil
        callbacks = ServerCallbacks(
            contexts: contexts,
            names: names,
            ticketKeys: settings.ticketKeys
        )
        let identity = Self.trustIdentity(of: settings)
        for context in contexts {
            try Self.verifyClients(of: context, by: trust, settings)
            Self.issueTickets(from: context, boundTo: identity)
            callbacks.install(in: context)
        }
    }

    private static func context(
        for certificate: CertificateAndKey
    ) throws(TLSError) -> (ContextHandle, dnsNames: [String]) {
        guard let chain = Certificate.all(inPEM: certificate.chainPEM), let own = chain.first else {
            throw .certificateUnreadable
        }
        guard let key = PrivateKey(pem: certificate.keyPEM) else { throw .keyUnreadable }
        let context = unsafe try ContextHandle(method: TLS_server_method())
        try context.use(chain, key)
        return (context, SubjectNames(own).dnsNames.map { $0.lowercased() })
    }

    /// Asks clients for a certificate of the trusted CAs, when there are any.
    ///
    /// OpenSSL checks for the purpose `sslclient` then: an extended key usage must name clientAuth.
    private static func verifyClients(
        of context: ContextHandle,
        by trust: TrustStore?,
        _ settings: ServerTLSSettings
    ) throws(TLSError) {
        guard let trust else {
            unsafe SSL_CTX_set_verify(context.pointer, SSL_VERIFY_NONE, nil)
            return
        }
        unsafe SSL_CTX_set1_cert_store(context.pointer, trust.pointer)
        for authority in trust.authorities {
            guard unsafe SSL_CTX_add_client_CA(context.pointer, authority.pointer) == 1 else {
                throw .outOfMemory
            }
        }
        let demand = settings.requiresClientCertificate ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0
        unsafe SSL_CTX_set_verify(context.pointer, SSL_VERIFY_PEER | demand, nil)
    }

    /// TLS 1.2 hands its ticket out in the handshake; TLS 1.3 waits for `sendTicket`.
    private static func issueTickets(from context: ContextHandle, boundTo identity: [UInt8]) {
        unsafe SSL_CTX_set_num_tickets(context.pointer, 0)
        unsafe SSL_CTX_set_timeout(context.pointer, sessionLifetimeSeconds)
        unsafe SSL_CTX_set_session_id_context(context.pointer, identity, UInt32(identity.count))
    }

    /// What a session's trust stands on, as a digest.
    ///
    /// As the session id context it binds a ticket to the CAs and revocation lists that its client
    /// was verified against: after a change, or at another listener, the handshake is a full one.
    private static func trustIdentity(of settings: ServerTLSSettings) -> [UInt8] {
        var bytes: [UInt8] = [settings.requiresClientCertificate ? 1 : 0]
        for part in [settings.clientCAPEM ?? []] + settings.crlPEMs {
            unsafe withUnsafeBytes(of: UInt64(part.count)) { unsafe bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: part)
        }
        var digest = [UInt8](repeating: 0, count: Int(SSL_MAX_SID_CTX_LENGTH))
        unsafe EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil)
        return digest
    }
}
