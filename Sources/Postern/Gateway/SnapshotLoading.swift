// From the supervisor's bundle to a snapshot: everything that costs time, off the reactors.
import Bytes
import Configuration
import Proxy
import Reactor
import TLS

extension Snapshot {
    /// Makes the TLS contexts of a configuration.
    ///
    /// Ticket keys go over from `previous` where the same clients are trusted for the same reasons:
    /// then a reload interrupts nobody's resumption.
    convenience init(
        _ configuration: Configuration,
        revision: String,
        replacing previous: Snapshot?
    ) throws(TLSError) {
        var listeners: [Snapshot.Listener] = []
        for listener in configuration.listeners {
            listeners.append(try Snapshot.Listener(listener, replacing: previous))
        }
        var backends: [Snapshot.Backend] = []
        for backend in configuration.backends {
            backends.append(try Snapshot.Backend(backend))
        }
        self.init(
            settings: configuration.settings,
            listeners: listeners,
            backends: backends,
            revision: revision,
            continuesOnFailure: configuration.audit.continuesOnFailure
        )
    }
}

extension Snapshot.Listener {
    fileprivate init(
        _ listener: Listener,
        replacing previous: Snapshot?
    ) throws(TLSError) {
        let trust = Snapshot.Trust(
            authorities: listener.clientCertificates?.authorities.contents,
            revocationLists: listener.clientCertificates?.revocationLists.map(\.contents) ?? []
        )
        let former = previous?.listeners.first {
            $0.name == listener.name && $0.trust == trust
        }
        let now = Duration.microseconds(Int64(clamping: MonotonicClock.now))
        let keys = former?.ticketKeys ?? TicketKeys(at: now)
        let settings = ServerTLSSettings(
            certificates: listener.certificates.map(CertificateAndKey.init),
            clientCAPEM: trust.authorities,
            crlPEMs: trust.revocationLists,
            requiresClientCertificate: listener.clientCertificates?.isRequired ?? false,
            ticketKeys: keys
        )
        name = listener.name
        isImplicitTLS = listener.security == .implicit
        tls = try ServerTLSContext(settings)
        certificates = settings.certificates.compactMap(\.facts)
        ticketKeys = keys
        self.trust = trust
        proxies = listener.proxies
    }
}

extension Snapshot.Backend {
    fileprivate init(_ backend: Backend) throws(TLSError) {
        endpoints = backend.addresses.map { Snapshot.Endpoint(host: $0.host, port: $0.port) }
        security = backend.settings.security
        sendsProxyHeader = backend.settings.sendsProxyHeader
        guard let tls = backend.tls else {
            self.tls = nil
            return
        }
        self.tls = try ClientTLSContext(
            ClientTLSSettings(
                caPEM: tls.authorities?.contents,
                serverName: tls.serverName,
                certificate: tls.clientCertificate.map(CertificateAndKey.init)
            )
        )
    }
}

extension CertificateAndKey {
    fileprivate init(_ files: CertificateFiles) {
        self.init(chainPEM: files.chain.contents, keyPEM: files.key.contents)
    }
}
