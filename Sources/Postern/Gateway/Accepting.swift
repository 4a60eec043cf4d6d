// New clients: who may come in, how they are secured, and when their session begins.
import Audit
import Authentication
import Bytes
import CLinux
import Glibc
import Policy
import Proxy
import Reactor
import TLS

/// A listening socket of this reactor.
final class Entrance {
    let socket: Socket
    /// Index in the snapshot's listeners.
    let listener: Int
    /// Where its clients have connected to; nil: at any of the machine's addresses.
    let address: SocketAddress?

    init(_ socket: consuming Socket, listener: Int) {
        address = socket.localAddress.flatMap { $0.isAny ? nil : $0 }
        self.socket = socket
        self.listener = listener
    }
}

/// How much of what strangers can repeat at will may still be written down in this second.
struct FailureBudget {
    private var second: UInt64 = 0
    private var spent = 0

    mutating func spend(at now: Instant, perSecondMax: Int) -> Bool {
        if now / 1_000_000 != second {
            second = now / 1_000_000
            spent = 0
        }
        spent += 1
        return spent <= perSecondMax
    }
}

extension Driver {
    mutating func listen(_ socket: consuming Socket, listener: Int) throws(SystemError) {
        let token = Token.listener(entrances.count).value
        let entrance = Entrance(socket, listener: listener)
        try loop.watchInput(of: entrance.socket.descriptor, token: token)
        entrances.append(entrance)
    }

    /// Accepts one client a turn and listener: the kernel says so again while more wait.
    mutating func acceptClient(at index: Int) {
        guard entrances.indices.contains(index), drainsUntil == nil else { return }
        let entrance = entrances[index]
        var address: SocketAddress?
        do {
            guard let socket = try entrance.socket.accept(from: &address) else { return }
            guard let address, hasRoom(for: address) else { return noteTurnedAway() }
            try admit(socket, from: address, at: entrance)
        } catch let error as SystemError where [EMFILE, ENFILE].contains(error.code) {
            turnAway(at: entrance)
        } catch {
            // Where memory is short, the same client is announced again and again.
            guard turnedAway.spend(at: now, perSecondMax: 1) else { return }
            log.warning("a client is lost: \(error)")
        }
    }

    private func hasRoom(for address: SocketAddress) -> Bool {
        let limits = snapshot.limits
        return connections.count < min(limits.connectionsMax, connectionsMax)
            && connections.count(from: address) < limits.connectionsPerAddressMax
            && !recorder.isOverfull(limits.unacknowledgedRecordsMax)
    }

    /// Once a second at most: who floods us must not flood the log.
    mutating func noteTurnedAway() {
        guard turnedAway.spend(at: now, perSecondMax: 1) else { return }
        log.warning("clients are turned away: no room among \(connections.count) connections")
    }

    /// Without a free descriptor the waiting client would wake the loop for ever: the reserve is
    /// given up for as long as it takes to close the client's connection.
    private mutating func turnAway(at entrance: Entrance) {
        noteTurnedAway()
        reserve = nil
        var address: SocketAddress?
        _ = try? entrance.socket.accept(from: &address)
        reserve = try? Waker()
    }

    private mutating func admit(
        _ socket: consuming Socket,
        from address: SocketAddress,
        at entrance: Entrance
    ) throws {
        let index = entrance.listener
        guard snapshot.listeners.indices.contains(index) else { return }
        let listener = snapshot.listeners[index]
        let server = entrance.address ?? socket.localAddress ?? address
        let facts = ConnectionFacts(
            session: try names.next(),
            listener: listener.name,
            clientAddress: address.host,
            clientPort: address.port,
            serverAddress: server.host,
            serverPort: server.port
        )
        let connection = Connection(
            connections.nextID(),
            listener: index,
            facts: facts,
            clientAddress: address,
            serverAddress: server,
            at: now
        )
        connections.insert(connection)
        do {
            let token = Token.connection(connection.id, .client).value
            try loop.watchChanges(of: socket.descriptor, token: token)
        } catch {
            remove(connection)
            throw error
        }
        connection.client.socket = consume socket
        let timeout = snapshot.settings.limits.unauthenticatedTimeout.microseconds
        connection.alarm = Alarm(kind: .handshake, due: now &+ timeout)
        let origin = NetworkAddress(octets: address.octets)
        if listener.proxies.contains(where: { $0.contains(origin) }) {
            connection.header = Buffer()
        } else {
            begin(connection)
        }
        settle(connection)
    }

    /// Begins with what the listener has clients do first.
    mutating func begin(_ connection: Connection) {
        if snapshot.listeners[connection.listener].isImplicitTLS {
            startClientTLS(connection)
        } else {
            connection.alarm = nil
            greet(connection, tls: nil)
        }
    }

    /// Begins TLS as the server; what the client sends from now on is the handshake's.
    mutating func startClientTLS(_ connection: Connection) {
        let context = snapshot.listeners[connection.listener].tls
        do {
            connection.client.tls = try TLSConnection(server: context, wire: wire)
            connection.client.isSecuring = true
        } catch {
            clientIsGone(connection)
        }
    }

    /// Greets as soon as TLS lets us speak, which may be before the handshake's last message.
    mutating func greetIfSecured(_ connection: Connection) {
        guard connection.client.tls?.canSend == true, let facts = connection.client.tls?.facts
        else { return }
        connection.client.isSecuring = false
        if connection.alarm?.kind == .handshake { connection.alarm = nil }
        if connection.session == nil {
            greet(connection, tls: ClientTLSFacts(facts))
        } else {
            connection.session?.clientSecured(ClientTLSFacts(facts), at: now, into: &outbox)
            connection.calls &+= 1
            performOutbox(of: connection)
        }
    }

    private mutating func greet(_ connection: Connection, tls: ClientTLSFacts?) {
        var facts = connection.facts
        facts.epoch = epoch
        connection.session = Session(
            facts,
            tls: tls,
            offersStartTLS: tls == nil,
            settings: snapshot.settings,
            compressionRoom: compressionRoom,
            at: now,
            into: &outbox
        )
        performOutbox(of: connection)
        if !recorder.isAvailable { answers.append(.recorderChanged(isAvailable: false)) }
        if drainsUntil != nil { answers.append(.drained) }
    }

    /// What fails before there is a session has none to write its record.
    mutating func recordFailedOpening(of connection: Connection, _ reason: Phrase) {
        let limit = snapshot.limits.failedOpeningsRecordedPerSecondMax
        guard failedOpenings.spend(at: now, perSecondMax: limit) else { return }
        var record = Record(
            .connectionOpen,
            .event,
            verdict: .disconnect,
            session: connection.facts.known.encoded
        )
        record.reason = reason
        recorder.append(record, at: moment)
    }
}

extension TLSError {
    /// Why the handshake failed, without anything that the client chose.
    var phrase: Phrase {
        switch self {
        case .peerCertificate: "the client's certificate is refused"
        case .noCommonProtocol: "no TLS version in common"
        case .noCommonCipher: "no cipher suite in common"
        case .noCommonApplicationProtocol: "no application protocol in common"
        case .notTLS: "the client doesn't speak TLS"
        case .refusedByPeer: "the client refused the handshake"
        default: "the TLS handshake failed"
        }
    }
}

extension ClientTLSFacts {
    init(_ facts: TLSFacts) {
        self.init(
            version: facts.protocolVersion,
            cipher: facts.cipher,
            serverName: facts.sni,
            certificate: facts.peerCertificate.map(CertificateFacts.init)
        )
    }
}

extension CertificateFacts {
    init(_ certificate: PeerCertificate) {
        self.init()
        fingerprint = certificate.fingerprintSHA256
        subject = certificate.subject
        issuer = certificate.issuer
        serial = certificate.serial
        emailAddresses = certificate.emailAddresses
        userPrincipalNames = certificate.userPrincipalNames
        dnsNames = certificate.dnsNames
        uris = certificate.uris
        commonNames = certificate.commonNames
        hasUnusableNames = certificate.hasUnsafeNames
    }
}
