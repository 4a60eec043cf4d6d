// Bytes on their way out: to the client at once, to the backend behind the turn's records.
import Bytes
import Proxy
import Reactor
import TLS

extension Driver {
    /// Encrypts for the client where there is TLS; written once, by `settle`.
    mutating func stageForClient(_ bytes: Span<UInt8>, of connection: Connection) {
        if connection.client.tls == nil {
            clientOut.append(bytes)
        } else {
            // What can't be encrypted any more has no reader: the connection is at its end.
            _ = connection.client.tls?.send(bytes, ciphertextOut: &clientOut)
        }
    }

    /// Encrypts for the backend where there is TLS; written by `sendStaged`.
    mutating func stageForBackend(_ bytes: Span<UInt8>, of connection: Connection) {
        guard connection.backend.socket != nil else { return }
        if connection.backend.tls == nil {
            staged.bytes.append(bytes)
        } else {
            _ = connection.backend.tls?.send(bytes, ciphertextOut: &staged.bytes)
        }
        staged.assign(to: connection.id)
    }

    /// Writes everything that the client gets in this piece of work.
    mutating func sendToClient(_ connection: Connection) {
        guard !clientOut.isEmpty else { return }
        if connection.client.socket != nil {
            Driver.send(clientOut.span, to: &connection.client)
            if connection.client.isBroken { clientIsBroken(connection) }
        }
        clientOut.removeAll()
    }

    /// Writes what waited for the turn's records, in the order in which it was put out.
    mutating func sendStaged() {
        var start = 0
        for run in staged.runs {
            let range = start..<run.end
            start = run.end
            guard let connection = connections[run.id], connection.backend.socket != nil else {
                continue
            }
            if staged.holdsSecret { connection.backend.holdsSecret = true }
            Driver.send(staged.bytes.span.extracting(range), to: &connection.backend)
            if connection.backend.isBroken { enqueue(connection) }
        }
        staged.removeAll()
    }

    /// Writes on where the kernel would not take more.
    mutating func sendUnsent(_ connection: Connection) {
        if !connection.client.unsent.isEmpty { Driver.sendUnsent(of: &connection.client) }
        if connection.client.isBroken { clientIsBroken(connection) }
        if !connection.backend.unsent.isEmpty && connection.attempt == nil {
            Driver.sendUnsent(of: &connection.backend)
        }
    }

    private static func send(_ bytes: Span<UInt8>, to peer: inout Peer) {
        guard peer.unsent.isEmpty else { return peer.unsent.append(bytes) }
        switch peer.socket?.send(bytes) ?? .ended {
        case .moved(let count):
            if count < bytes.count { peer.unsent.append(bytes.extracting(droppingFirst: count)) }
        case .wouldBlock: peer.unsent.append(bytes)
        case .ended, .failed: peer.broke()
        }
    }

    private static func sendUnsent(of peer: inout Peer) {
        while !peer.unsent.isEmpty {
            switch peer.socket?.send(peer.unsent.span) ?? .ended {
            case .moved(let count) where count == peer.unsent.count: peer.releaseUnsent()
            case .moved(let count): peer.unsent.removeFirst(count)
            case .wouldBlock: return
            case .ended, .failed: peer.broke()
            }
        }
    }
}

extension Peer {
    /// Sending failed: nothing waits any more, and reading will say the same.
    fileprivate mutating func broke() {
        releaseUnsent()
        isBroken = true
        isEnding = true
        mayReceive = true
    }

    /// Gives the queue's storage back; a queue exists only while its peer is slow.
    mutating func releaseUnsent() {
        if holdsSecret { unsent.wipe() } else { unsent.release() }
        holdsSecret = false
    }
}
