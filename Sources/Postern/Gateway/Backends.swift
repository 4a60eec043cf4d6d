// The way to a backend: its addresses in their order, then PROXY header and TLS where configured.
import Audit
import Bytes
import Proxy
import Reactor
import TLS

/// A connection to a backend that is being made.
struct BackendAttempt {
    /// Not tried yet, the next one last.
    var addresses: [SocketAddress]
    /// No address is known yet: the resolver is awaited.
    var isResolving = false
}

extension Driver {
    mutating func beginAttempt(_ connection: Connection, backend: Int) {
        connection.isLoggedIn = true
        guard snapshot.backends.indices.contains(backend) else { return backendIsGone(connection) }
        beginAttempt(connection, to: snapshot.backends[backend])
    }

    private mutating func beginAttempt(_ connection: Connection, to destination: Snapshot.Backend) {
        closeBackend(connection)
        connection.destination = destination
        var attempt = BackendAttempt(addresses: [])
        for endpoint in destination.endpoints {
            switch resolver.addresses(of: endpoint.host, port: endpoint.port) {
            case .addresses(let found): attempt.addresses.append(contentsOf: found)
            case .pending: attempt.isResolving = true
            case .failed: break
            }
        }
        attempt.isResolving = attempt.isResolving && attempt.addresses.isEmpty
        attempt.addresses.reverse()
        connection.attempt = attempt
        if attempt.isResolving {
            awaitingAddresses.append(connection.id)
        } else {
            tryNextAddress(connection)
        }
    }

    /// The resolver has news: those who waited for it begin again.
    mutating func addressesChanged() {
        let waiting = awaitingAddresses
        awaitingAddresses.removeAll()
        for id in waiting {
            guard let connection = connections[id], let destination = connection.destination,
                connection.attempt?.isResolving == true
            else { continue }
            beginAttempt(connection, to: destination)
            settle(connection)
        }
    }

    /// Starts to connect to the next address; without one the backend is unavailable.
    mutating func tryNextAddress(_ connection: Connection) {
        connection.backend = Peer()
        while let address = connection.attempt?.addresses.popLast() {
            connection.reaching = Reaching(address: address, since: now)
            do {
                let socket = try Socket.connect(to: address)
                let token = Token.connection(connection.id, .backend).value
                try loop.watchChanges(of: socket.descriptor, token: token)
                connection.backend.socket = consume socket
                let due = now &+ snapshot.limits.attemptTimeout.microseconds
                connection.alarm = Alarm(kind: .attempt, due: due)
                return
            } catch {
                notConnected(connection, "\(error)")
            }
        }
        backendIsGone(connection)
    }

    /// The socket of an attempt became ready: it is connected, or the next address is tried.
    mutating func continueAttempt(_ connection: Connection) {
        guard let destination = connection.destination, connection.backend.isConnected,
            connection.attempt?.isResolving == false
        else { return }
        if let error = connection.backend.socket?.connectionError {
            notConnected(connection, "\(SystemError("connect", code: error))")
            return tryNextAddress(connection)
        }
        connection.attempt = nil
        connection.alarm = nil
        if destination.sendsProxyHeader { stageProxyHeader(connection) }
        switch destination.security {
        case .plain: reached(connection)
        case .tls: startBackendTLS(connection)
        // It is not known yet who that is.
        case .startTLS: break
        }
    }

    private mutating func stageProxyHeader(_ connection: Connection) {
        ProxyHeader.encode(
            client: connection.clientAddress,
            server: connection.serverAddress,
            into: &staged.bytes
        )
        staged.assign(to: connection.id)
    }

    mutating func startBackendTLS(_ connection: Connection) {
        guard let context = connection.destination?.tls else { return backendIsGone(connection) }
        do {
            connection.backend.tls = try TLSConnection(client: context, wire: wire)
            connection.backend.isSecuring = true
            _ = connection.backend.tls?.startHandshake(ciphertextOut: &staged.bytes)
            staged.assign(to: connection.id)
        } catch {
            backendTLSFailed(connection, error)
        }
    }

    mutating func backendTLSFailed(_ connection: Connection, _ error: TLSError) {
        logBackendFailure(of: connection, "\(error)")
        notReached(connection, BackendReach.Failure(error.phraseOfBackend, "\(error)"))
        backendIsGone(connection)
    }

    private mutating func notConnected(_ connection: Connection, _ error: String) {
        logBackendFailure(of: connection, error)
        notReached(connection, BackendReach.Failure("the backend can't be connected to", error))
    }

    /// The trail is to say which server was reached, and how that is known.
    private mutating func reached(_ connection: Connection) {
        let facts = connection.backend.tls?.facts.map {
            BackendReach.TLS(
                version: $0.protocolVersion,
                cipher: $0.cipher,
                fingerprint: $0.peerCertificate?.fingerprintSHA256
            )
        }
        note(connection, tls: facts, failure: nil)
    }

    /// The trail is to say that an address came to nothing, unless it does so already.
    mutating func notReached(_ connection: Connection, _ failure: BackendReach.Failure) {
        note(connection, tls: nil, failure: failure)
    }

    private mutating func note(
        _ connection: Connection,
        tls: BackendReach.TLS?,
        failure: BackendReach.Failure?
    ) {
        guard let reaching = connection.reaching.take() else { return }
        let reach = BackendReach(
            address: reaching.address.host,
            port: reaching.address.port,
            tls: tls,
            duration: now &- min(now, reaching.since),
            failure: failure
        )
        answers.append(.backendReached(reach))
    }

    /// For the operator; the client learns that the backend is unavailable, and nothing else.
    func logBackendFailure(of connection: Connection, _ reason: String) {
        log.warning("session \(connection.facts.session): backend: \(reason)")
    }

    mutating func backendIsSecured(_ connection: Connection) {
        connection.backend.isSecuring = false
        reached(connection)
        if connection.destination?.security == .startTLS { answers.append(.backendSecured) }
        deliverAnswers(to: connection)
    }
}

extension TLSError {
    /// Why there is no TLS with the backend, in the trail's words.
    fileprivate var phraseOfBackend: Phrase {
        if case .peerCertificate = self { return "the backend's certificate is refused" }
        return "there is no TLS with the backend"
    }
}
