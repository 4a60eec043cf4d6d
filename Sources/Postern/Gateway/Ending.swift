// How connections end: each alone, with its last bytes, its record and its descriptors closed.
import Audit
import Bytes
import Proxy
import Reactor
import TLS

extension Driver {
    /// The client sends nothing more: it may still listen, where there is a session to listen to.
    mutating func clientHasEnded(_ connection: Connection) {
        if let header = connection.header, !header.isEmpty {
            recordFailedOpening(of: connection, "the connection ended amid its PROXY header")
        }
        if connection.session == nil || connection.client.isSecuring {
            clientIsGone(connection)
        } else {
            connection.client.hasEnded = true
        }
    }

    /// The client closed or broke its side: the session ends now.
    mutating func clientIsGone(_ connection: Connection) {
        if connection.course == .open {
            connection.session?.clientClosed(at: now, into: &outbox)
            performOutbox(of: connection)
        }
        sendToClient(connection)
        remove(connection)
    }

    /// Writing to the client failed: it can't get its last bytes either.
    mutating func clientIsBroken(_ connection: Connection) {
        clientOut.removeAll()
        if connection.course != .closed { clientIsGone(connection) }
    }

    /// The backend closed or broke its side.
    mutating func backendIsGone(_ connection: Connection) {
        notReached(connection, BackendReach.Failure("the backend hung up"))
        closeBackend(connection)
        answers.append(.backendClosed)
    }

    /// Lets go of the backend; what it sent or was to be sent no longer counts.
    func closeBackend(_ connection: Connection) {
        if connection.backend.holdsSecret { connection.backend.releaseUnsent() }
        connection.backend = Peer()
        if connection.attempt != nil && connection.alarm?.kind == .attempt {
            connection.alarm = nil
        }
        connection.attempt = nil
        connection.reaching = nil
    }

    /// Says close_notify behind the last bytes, in the same write.
    mutating func sayGoodbye(_ connection: Connection) {
        guard connection.course == .open else { return }
        connection.course = .saysGoodbye
        flushDeflated(for: connection)
        connection.client.tls?.close(ciphertextOut: &clientOut)
        connection.client.unread.release()
        closeBackend(connection)
        let due = now &+ snapshot.limits.goodbyeTimeout.microseconds
        connection.alarm = Alarm(kind: .goodbye, due: due)
    }

    /// Everything is written: end our side and wait for the client's.
    mutating func linger(_ connection: Connection) {
        connection.course = .lingers
        connection.session = nil
        connection.client.tls = nil
        connection.client.compression = nil
        connection.client.socket?.endSending()
        connection.client.mayReceive = true
        enqueue(connection)
    }

    mutating func timePassed(_ connection: Connection) {
        if let alarm = connection.alarm, now >= alarm.due {
            connection.alarm = nil
            switch alarm.kind {
            case .handshake where connection.header != nil: return refuseHeaderless(connection)
            case .handshake, .goodbye: return clientIsGone(connection)
            case .admission: answers.append(.loginAdmitted(true))
            case .attempt:
                notReached(connection, BackendReach.Failure("the backend does not answer"))
                tryNextAddress(connection)
            }
        }
        if let deadline = connection.session?.deadline, now >= deadline {
            answers.append(.timePassed)
        }
        settle(connection)
    }

    /// Forgets a connection; its descriptors are closed and late answers find nobody.
    mutating func remove(_ connection: Connection) {
        guard connection.course != .closed else { return }
        connection.course = .closed
        connection.session = nil
        closeBackend(connection)
        connection.client = Peer()
        desk.forget(connection.id)
        connections.remove(connection)
    }
}
