// One client connection with its backend connection, as a state machine without sockets.
package import Audit
package import Authentication
import Bytes
import IMAP
package import Policy

/// Facts about the client's connection, known when it is accepted.
package struct ConnectionFacts: Equatable, Sendable {
    /// 16 hexadecimal digits.
    package var session: String
    package var listener: String
    package var clientAddress: String
    package var clientPort: UInt16
    package var serverAddress: String
    package var serverPort: UInt16
    /// The balancer that has told the client's address; nil where the client has come by itself.
    package var proxyAddress: String?
    package var proxyPort: UInt16 = 0
    package var epoch: Epoch

    package init(
        session: String,
        listener: String,
        clientAddress: String,
        clientPort: UInt16,
        serverAddress: String,
        serverPort: UInt16,
        epoch: Epoch = .zero
    ) {
        self.session = session
        self.listener = listener
        self.clientAddress = clientAddress
        self.clientPort = clientPort
        self.serverAddress = serverAddress
        self.serverPort = serverPort
        self.epoch = epoch
    }

    /// As the trail knows them.
    package var known: SessionFacts {
        var known = SessionFacts()
        known.session = session
        known.listener = listener
        known.clientAddress = clientAddress
        known.clientPort = clientPort
        known.proxyAddress = proxyAddress
        known.proxyPort = proxyPort
        return known
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

/// Why a client's compressed stream can't be read on.
package enum StreamFault: Equatable, Sendable {
    /// It is no deflate stream.
    case malformed
    /// It grows beyond all that mail does.
    case excessive
}

/// A moment of the driver's monotonic clock, in microseconds.
package typealias Instant = UInt64

/// One session: a gate until the login is done, a relay afterwards.
///
/// The driver feeds input and answers; the session fills the outbox. A call may leave input
/// unconsumed (`Progress.consumed` and `relayed` 0): the driver keeps the rest and offers it again
/// after the next call of any other kind.
package struct Session: ~Copyable {
    /// Boxed, so that neither machine is moved by a step of the other.
    private enum State {
        case gate(Box<Gate>)
        case relay(Box<Relay>)
    }

    private final class Box<Machine: ~Copyable> {
        var machine: Machine

        init(_ machine: consuming Machine) { self.machine = machine }
    }

    private var state: State
    private let compressionRoom: CompressionRoom

    /// Starts a session and writes the greeting.
    ///
    /// On a listener with implicit TLS the driver calls this when the handshake is done. All
    /// sessions of the thread share the room for those that compress.
    package init(
        _ facts: ConnectionFacts,
        tls: ClientTLSFacts?,
        offersStartTLS: Bool,
        settings: Settings,
        compressionRoom: CompressionRoom = CompressionRoom(),
        at now: Instant,
        into out: inout Outbox
    ) {
        self.compressionRoom = compressionRoom
        state = .gate(
            Box(
                Gate(
                    facts,
                    tls: tls,
                    offersStartTLS: offersStartTLS,
                    settings: settings,
                    at: now,
                    into: &out
                )
            )
        )
    }

    /// Takes bytes of the client, decrypted.
    package mutating func clientSent(
        _ bytes: Span<UInt8>,
        at now: Instant,
        into out: inout Outbox
    ) -> Progress {
        switch state {
        case .gate(let gate): gate.machine.clientSent(bytes, at: now, into: &out)
        case .relay(let relay): relay.machine.clientSent(bytes, at: now, into: &out)
        }
    }

    /// Takes bytes of the backend, decrypted.
    package mutating func backendSent(
        _ bytes: Span<UInt8>,
        at now: Instant,
        into out: inout Outbox
    ) -> Progress {
        switch state {
        case .relay(let relay): return relay.machine.backendSent(bytes, at: now, into: &out)
        case .gate(let gate):
            let progress = gate.machine.backendSent(bytes, into: &out)
            admit(at: now, into: &out)
            return progress
        }
    }

    /// The client's side is closed or broken: nothing more comes or can be sent.
    package mutating func clientClosed(at now: Instant, into out: inout Outbox) {
        switch state {
        case .gate(let gate): gate.machine.finish("the client is gone", into: &out)
        case .relay(let relay): relay.machine.finish("the client is gone", into: &out)
        }
    }

    /// The client says nothing more, but may still hear: it gets the answers under way.
    ///
    /// Called when the session has dealt with all that the client said.
    package mutating func clientEnded(at now: Instant, into out: inout Outbox) {
        switch state {
        case .gate(let gate): gate.machine.clientEnded(into: &out)
        case .relay(let relay): relay.machine.clientEnded(into: &out)
        }
    }

    /// The client's compressed stream can't be read on.
    package mutating func clientBroke(
        _ fault: StreamFault,
        at now: Instant,
        into out: inout Outbox
    ) {
        // Nothing is compressed before the login.
        if case .relay(let relay) = state { relay.machine.clientBroke(fault, into: &out) }
    }

    /// The handshake that `Effect.startClientTLS` began is done.
    ///
    /// The session itself refuses plaintext that stood behind STARTTLS in the same read; later bytes
    /// reach the handshake and break it.
    package mutating func clientSecured(
        _ tls: ClientTLSFacts,
        at now: Instant,
        into out: inout Outbox
    ) {
        if case .gate(let gate) = state { gate.machine.clientSecured(tls, into: &out) }
    }

    /// The throttle's answer, given when its delay has passed; false: too many failures, refuse.
    package mutating func loginAdmitted(
        _ isAdmitted: Bool,
        at now: Instant,
        into out: inout Outbox
    ) {
        if case .gate(let gate) = state {
            gate.machine.loginAdmitted(isAdmitted, at: now, into: &out)
        }
    }

    package mutating func authenticated(
        _ answer: AuthenticationAnswer,
        at now: Instant,
        into out: inout Outbox
    ) {
        if case .gate(let gate) = state { gate.machine.authenticated(answer, at: now, into: &out) }
    }

    /// The names of the user's Unix groups; nil: they can't be told.
    package mutating func groupsTold(
        _ groups: Set<String>?,
        at now: Instant,
        into out: inout Outbox
    ) {
        switch state {
        case .gate(let gate): gate.machine.groupsTold(groups, at: now, into: &out)
        case .relay(let relay): relay.machine.groupsTold(groups, at: now, into: &out)
        }
    }

    /// What the meters of the report with this number hold, in its order, the report included.
    package mutating func metered(
        _ amounts: [VolumeAmount],
        of number: UInt64,
        at now: Instant,
        into out: inout Outbox
    ) {
        if case .relay(let relay) = state {
            relay.machine.metered(amounts, of: number, at: now, into: &out)
        }
    }

    /// An address of the backend was reached, TLS included, or wasn't.
    package mutating func backendReached(
        _ reach: BackendReach,
        at now: Instant,
        into out: inout Outbox
    ) {
        if case .gate(let gate) = state { gate.machine.backendReached(reach, into: &out) }
    }

    package mutating func backendSecured(at now: Instant, into out: inout Outbox) {
        if case .gate(let gate) = state { gate.machine.backendSecured(into: &out) }
    }

    /// The backend connection could not be made, was refused or ended.
    package mutating func backendClosed(at now: Instant, into out: inout Outbox) {
        switch state {
        case .gate(let gate): gate.machine.backendClosed(into: &out)
        case .relay(let relay): relay.machine.backendClosed(into: &out)
        }
    }

    /// All durable records that the session put out so far are on disk.
    package mutating func recorded(at now: Instant, into out: inout Outbox) {
        switch state {
        case .gate(let gate): gate.machine.recorded(into: &out)
        case .relay(let relay): relay.machine.recorded(at: now, into: &out)
        }
    }

    /// The recorder went away (`false`) or is back (`true`).
    package mutating func recorderChanged(
        isAvailable: Bool,
        at now: Instant,
        into out: inout Outbox
    ) {
        switch state {
        case .gate(let gate): gate.machine.recorderChanged(isAvailable: isAvailable, into: &out)
        case .relay(let relay):
            relay.machine.recorderChanged(isAvailable: isAvailable, at: now, into: &out)
        }
    }

    /// The configuration was reloaded: rights are decided by the new policy from now on.
    package mutating func settingsChanged(
        _ settings: Settings,
        at now: Instant,
        into out: inout Outbox
    ) {
        switch state {
        case .gate(let gate): gate.machine.settingsChanged(settings)
        case .relay(let relay): relay.machine.settingsChanged(settings, at: now, into: &out)
        }
    }

    /// The clock on the wall was set: rules that know hours and dates are judged by it from now on.
    package mutating func clockSet(_ epoch: Epoch, at now: Instant, into out: inout Outbox) {
        switch state {
        case .gate(let gate): gate.machine.clockSet(epoch)
        case .relay(let relay): relay.machine.clockSet(epoch, at: now, into: &out)
        }
    }

    /// The gateway stops: ends the session with BYE as soon as no command is under way.
    package mutating func drain(at now: Instant, into out: inout Outbox) {
        switch state {
        case .gate(let gate): gate.machine.drain(into: &out)
        case .relay(let relay): relay.machine.drain(into: &out)
        }
    }

    /// When the session wants `timePassed` to be called.
    package var deadline: Instant {
        switch state {
        case .gate(let gate): gate.machine.nextDeadline
        case .relay(let relay): relay.machine.deadline
        }
    }

    package mutating func timePassed(at now: Instant, into out: inout Outbox) {
        switch state {
        case .gate(let gate): gate.machine.timePassed(at: now, into: &out)
        case .relay(let relay): relay.machine.timePassed(at: now, into: &out)
        }
    }

    /// What the policy leaves the user in the mailbox that a client names so; nil before the login.
    ///
    /// `rehearsed`: what it would leave with the rules in report mode; nil where there are none.
    package func decision(on mailbox: [UInt8], rehearsed: Bool = false) -> Decision? {
        guard case .relay(let relay) = state else { return nil }
        let authorization = relay.machine.authorization
        guard rehearsed else { return authorization.access(mailbox, needs: .none).decision }
        let policy = relay.machine.policy.rehearsed
        return policy.map { authorization.under($0).access(mailbox, needs: .none).decision }
    }

    /// The login is complete: the gate's place is taken by the relay, and the client hears of it.
    private mutating func admit(at now: Instant, into out: inout Outbox) {
        guard case .gate(let gate) = state, let admission = gate.machine.admission else { return }
        var relay = Relay(
            subject: admission.subject,
            knowsGroups: admission.knowsGroups,
            epoch: gate.machine.facts.epoch,
            backend: admission.backend,
            settings: gate.machine.settings,
            trail: gate.machine.trail,
            isRecorderAvailable: gate.machine.isRecorderAvailable,
            compressionRoom: compressionRoom,
            at: now
        )
        admission.tag.append(to: &out.client)
        relay.offer.append(after: " OK [CAPABILITY", to: &out.client)
        out.client.append("] Logged in\r\n")
        out.effects.append(.sendTicket)
        if gate.machine.isDraining { relay.drain(into: &out) }
        if gate.machine.isClientDone { relay.clientEnded(into: &out) }
        state = .relay(Box(relay))
    }
}
