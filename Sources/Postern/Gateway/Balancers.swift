// Clients behind a balancer: a PROXY header says who they are, before anything else is heard of them.
import Audit
import Bytes
import Reactor

extension Driver {
    /// Takes a piece of what a balancer sends first; what stands behind the header is the client's.
    mutating func readHeader(_ bytes: Span<UInt8>, at connection: Connection) {
        var pieces = connection.header ?? Buffer()
        let earlier = pieces.count
        let room = max(0, ProxyHeader.bytesMax - earlier)
        pieces.append(bytes.extracting(first: min(bytes.count, room)))
        do throws(ProxyHeader.Fault) {
            guard let header = try ProxyHeader(reading: pieces.span) else {
                connection.header = pieces
                return
            }
            connection.header = nil
            guard introduce(connection, header.meaning) else { return }
            begin(connection)
            let rest = bytes.extracting(droppingFirst: max(0, header.byteCount - earlier))
            if !rest.isEmpty, connection.course == .open { takeFromClient(rest, at: connection) }
        } catch {
            recordFailedOpening(of: connection, error.phrase)
            clientIsGone(connection)
        }
    }

    /// Has the client that the header names take the balancer's place; false: it has no room here.
    private mutating func introduce(
        _ connection: Connection,
        _ meaning: ProxyHeader.Meaning
    ) -> Bool {
        guard case .client(let client, let server) = meaning else { return true }
        guard connections.count(from: client) < snapshot.limits.connectionsPerAddressMax else {
            noteTurnedAway()
            remove(connection)
            return false
        }
        connections.introduce(connection, client, server: server)
        return true
    }

    /// The balancer has said nothing, or not enough, in the time for handshakes.
    mutating func refuseHeaderless(_ connection: Connection) {
        recordFailedOpening(of: connection, "no PROXY header came in time")
        clientIsGone(connection)
    }
}

extension ProxyHeader.Fault {
    fileprivate var phrase: Phrase {
        switch self {
        case .missing: "the connection does not begin with a PROXY header"
        case .malformed: "the PROXY header is malformed"
        case .tooLong: "the PROXY header is too long"
        case .notTCP: "the PROXY header tells of a client that has not come by TCP"
        }
    }
}
