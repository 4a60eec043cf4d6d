// Everything the configuration decided, ready for use: what a reload swaps in whole.
import Policy
import Proxy
import Reactor
import TLS

/// An immutable state of the configuration, shared by all reactors.
final class Snapshot: Sendable {
    struct Listener: Sendable {
        let name: String
        /// Whether TLS begins at once; otherwise the client asks for it with STARTTLS.
        let isImplicitTLS: Bool
        let tls: ServerTLSContext
        /// What it shows to clients.
        let certificates: [PeerCertificate]
        let ticketKeys: TicketKeys
        let trust: Trust
        /// Where connections begin with a PROXY header.
        let proxies: [Network]
    }

    /// Why client certificates are believed: tickets stand on it.
    struct Trust: Equatable, Sendable {
        let authorities: [UInt8]?
        let revocationLists: [[UInt8]]
    }

    struct Endpoint: Equatable, Sendable {
        let host: String
        let port: UInt16
    }

    struct Backend: Sendable {
        /// Tried in order.
        let endpoints: [Endpoint]
        /// What the backend's TLS is begun with; nil where none is ever begun.
        let tls: ClientTLSContext?
        let security: BackendSettings.Security
        let sendsProxyHeader: Bool
    }

    let settings: Settings
    let listeners: [Listener]
    /// In the order of `settings.backends`.
    let backends: [Backend]
    let limits: GatewayLimits
    /// SHA-256 of the configuration file, in hexadecimal.
    let revision: String
    /// Whether sessions go on while the trail can't be written; only a restart changes that.
    let continuesOnFailure: Bool

    init(
        settings: Settings,
        listeners: [Listener],
        backends: [Backend],
        limits: GatewayLimits = GatewayLimits(),
        revision: String = "",
        continuesOnFailure: Bool = false
    ) {
        self.settings = settings
        self.listeners = listeners
        self.backends = backends
        self.limits = limits
        self.revision = revision
        self.continuesOnFailure = continuesOnFailure
    }

    /// Every host name that the resolver is to know.
    var hosts: [String] { backends.flatMap { $0.endpoints.map(\.host) } }
}

/// Bounds on what all clients together may cost; they hold for each reactor.
struct GatewayLimits: Equatable, Sendable {
    /// At about 20 KiB each, a GiB and a half.
    var connectionsMax = 65_536
    /// An office behind one address fits; one stranger can't take every place.
    var connectionsPerAddressMax = 1024
    /// Connections that come to nothing and are recorded in a second, with no TLS handshake or no
    /// PROXY header; a scanner's others are not.
    var failedOpeningsRecordedPerSecondMax = 50
    /// One address of a backend; the session's deadline bounds all of them.
    var attemptTimeout: Duration = .seconds(4)
    /// From the last bytes to the client until it is cut off.
    var goodbyeTimeout: Duration = .seconds(5)
    /// Records that may be unacknowledged before nobody is accepted or read any more.
    var unacknowledgedRecordsMax: UInt64 = 16_384
}

extension Duration {
    /// Whole microseconds; 0 when negative.
    var microseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return UInt64(seconds) &* 1_000_000 &+ UInt64(attoseconds) / 1_000_000_000_000
    }
}
