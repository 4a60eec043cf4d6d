// The two sides of the door: the listeners that clients reach and the backends behind.
package import Bytes
package import Policy
package import Proxy

/// An address with a port: where to listen, or where a backend is.
package struct Endpoint: Hashable, Sendable {
    /// A numeric IPv4 or IPv6 address without brackets, or (of backends only) a name to resolve.
    package var host: String
    package var port: UInt16

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }
}

extension Endpoint: CustomStringConvertible {
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// One door: some addresses with the same TLS behaviour and the same certificates.
package struct Listener: Sendable {
    package enum Security: Equatable, Sendable {
        /// TLS from the first byte, as on port 993.
        case implicit
        /// Plaintext until STARTTLS, as on port 143.
        case startTLS
    }

    package var name: String
    /// Numeric addresses, at least one.
    package var addresses: [Endpoint]
    package var security: Security
    /// At least one: the first is shown to clients whose SNI names none of the others.
    package var certificates: [CertificateFiles]
    package var clientCertificates: ClientCertificates?
    /// Whose connections begin with a PROXY header: balancers, whose word on the client counts.
    package var proxies: [Network]
}

/// What client certificates are verified against.
package struct ClientCertificates: Sendable {
    package var authorities: NamedFile
    package var revocationLists: [NamedFile]
    /// Whether the handshake fails without a client certificate.
    package var isRequired: Bool
}

/// A certificate chain in PEM, the leaf first, with its private key.
package struct CertificateFiles: Sendable {
    package var chain: NamedFile
    package var key: SecretFile
}

/// A file that the configuration names, as it was when the configuration was read.
package struct NamedFile: Equatable, Sendable {
    package var path: String
    package var contents: [UInt8]
    /// Where in the configuration the path stands.
    package var position: SourcePosition
}

/// A file with a secret inside, as it was when the configuration was read.
package struct SecretFile: Equatable, Sendable {
    package var path: String
    package var contents: Secret
    /// Where in the configuration the path stands.
    package var position: SourcePosition
}

/// A mail server behind the door.
package struct Backend: Sendable {
    /// Tried in order; names are resolved when a connection is made.
    package var addresses: [Endpoint]
    package var settings: BackendSettings
    /// nil with `.plain`.
    package var tls: BackendTLS?
}

/// How a backend proves who it is, and how the gateway does.
package struct BackendTLS: Sendable {
    /// nil means the system's certificate authorities.
    package var authorities: NamedFile?
    /// The name that the backend's certificate must hold, also sent as SNI.
    package var serverName: String
    package var clientCertificate: CertificateFiles?
}
