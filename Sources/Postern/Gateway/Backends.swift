// The way to a backend: its addresses in their order, then PROXY header and TLS where configured.
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
            do {
                let socket = try Socket.connect(to: address)
                let token = Token.connection(connection.id, .backend).value
                try loop.watchChanges(of: socket.descriptor, token: token)
                connection.backend.socket = consume socket
                let due = now &+ snapshot.limits.attemptTimeout.microseconds
                connection.alarm = Alarm(kind: .attempt, due: due)
                return
            } catch {
                logBackendFailure(of: connection, "\(error)")
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
            logBackendFailure(of: connection, "\(SystemError("connect", code: error))")
            return tryNextAddress(connection)
        }
        connection.attempt = nil
        connection.alarm = nil
        if destination.sendsProxyHeader { stageProxyHeader(connection) }
        if destination.security == .tls {
            startBackendTLS(connection)
        } else {
            answers.append(.backendConnected)
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
            logBackendFailure(of: connection, "\(error)")
            backendIsGone(connection)
        }
    }

    /// For the operator; the client learns that the backend is unavailable, and nothing else.
    func logBackendFailure(of connection: Connection, _ reason: String) {
        log.warning("session \(connection.facts.session): backend: \(reason)")
    }

    mutating func backendIsSecured(_ connection: Connection) {
        connection.backend.isSecuring = false
        let isImplicit = connection.destination?.security == .tls
        answers.append(isImplicit ? .backendConnected : .backendSecured)
        deliverAnswers(to: connection)
    }
}
