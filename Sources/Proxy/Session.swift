// One client connection with its backend connection, as a state machine without sockets.
package import Authentication

/// Facts about the client's connection, known when it is accepted.
package struct ConnectionFacts: Equatable, Sendable {
    /// 16 hexadecimal digits.
    package var session: String
    package var listener: String
    package var clientAddress: String
    package var clientPort: UInt16
    package var serverAddress: String
    package var serverPort: UInt16

    package init(
        session: String,
        listener: String,
        clientAddress: String,
        clientPort: UInt16,
        serverAddress: String,
        serverPort: UInt16
    ) {
        self.session = session
        self.listener = listener
        self.clientAddress = clientAddress
        self.clientPort = clientPort
        self.serverAddress = serverAddress
        self.serverPort = serverPort
    }
}

/// Facts about a client's TLS connection, known when its handshake is done.
package struct ClientTLSFacts: Equatable, Sendable {
    package var version: String
    package var cipher: String
    package var serverName: String?
    package var certificate: CertificateFacts?

    package init(
        version: String,
        cipher: String,
        serverName: String?,
        certificate: CertificateFacts?
    ) {
        self.version = version
        self.cipher = cipher
        self.serverName = serverName
        self.certificate = certificate
    }
}

/// A moment of the driver's monotonic clock, in microseconds.
package typealias Instant = UInt64

/// What the driver must know of a session between two calls.
///
/// The driver feeds input and answers; the session fills the outbox. A call may leave input
/// unconsumed (`Progress.consumed` and `relayed` 0): the driver keeps the rest and offers it again
/// after the next call of any other kind.
package struct Session: ~Copyable {
    /// Starts a session and writes the greeting.
    ///
    /// On a listener with implicit TLS the driver calls this when the handshake is done.
    package init(
        _ facts: ConnectionFacts,
        tls: ClientTLSFacts?,
        offersStartTLS: Bool,
        settings: Settings,
        at now: Instant,
        into out: inout Outbox
    ) {}

    /// Takes bytes of the client, decrypted.
    package mutating func clientSent(
        _ bytes: Span<UInt8>,
        at now: Instant,
        into out: inout Outbox
    ) -> Progress { Progress(consumed: bytes.count) }

    /// Takes bytes of the backend, decrypted.
    package mutating func backendSent(
        _ bytes: Span<UInt8>,
        at now: Instant,
        into out: inout Outbox
    ) -> Progress { Progress(consumed: bytes.count) }

    /// The client's side is closed or broken: nothing more comes or can be sent.
    package mutating func clientClosed(at now: Instant, into out: inout Outbox) {}

    /// The handshake that `Effect.startClientTLS` began is done.
    ///
    /// The session itself refuses plaintext that stood behind STARTTLS in the same read; later bytes
    /// reach the handshake and break it.
    package mutating func clientSecured(
        _ tls: ClientTLSFacts,
        at now: Instant,
        into out: inout Outbox
    ) {}

    /// The throttle's answer, given when its delay has passed; false: too many failures, refuse.
    package mutating func loginAdmitted(
        _ isAdmitted: Bool,
        at now: Instant,
        into out: inout Outbox
    ) {}

    package mutating func authenticated(
        _ answer: AuthenticationAnswer,
        at now: Instant,
        into out: inout Outbox
    ) {}

    package mutating func backendConnected(at now: Instant, into out: inout Outbox) {}

    package mutating func backendSecured(at now: Instant, into out: inout Outbox) {}

    /// The backend connection could not be made, was refused or ended.
    package mutating func backendClosed(at now: Instant, into out: inout Outbox) {}

    /// All durable records that the session put out so far are on disk.
    package mutating func recorded(at now: Instant, into out: inout Outbox) {}

    /// The recorder went away (`false`) or is back (`true`).
    package mutating func recorderChanged(
        isAvailable: Bool,
        at now: Instant,
        into out: inout Outbox
    ) {}

    /// The configuration was reloaded: rights are decided by the new policy from now on.
    package mutating func settingsChanged(
        _ settings: Settings,
        at now: Instant,
        into out: inout Outbox
    ) {}

    /// The gateway stops: ends the session with BYE as soon as no command is under way.
    package mutating func drain(at now: Instant, into out: inout Outbox) {}

    /// When the session wants `timePassed` to be called; nil: never.
    package var deadline: Instant? { nil }

    package mutating func timePassed(at now: Instant, into out: inout Outbox) {}

    /// Whether the driver need not read from the backend (the client is being waited for).
    package var isFinished: Bool { false }
}
