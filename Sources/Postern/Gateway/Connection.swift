// One client with its backend: two sockets, their TLS, and the session between them.
import Bytes
import Proxy
import Reactor
import TLS

/// Names a connection of one reactor; never given twice, so that a late answer finds nobody.
struct ConnectionID: Hashable, Sendable {
    let index: UInt32
    /// Counts the reactor's connections from 1.
    let generation: UInt32
}

/// The two ends of a connection.
enum Side: UInt64, Sendable { case client, backend }

/// One end: its socket, its TLS, and what waits there.
struct Peer: ~Copyable {
    var socket: Socket?
    var tls: TLSConnection?
    /// Between TLS and the session, once the client asked for it.
    var compression: CompressedStream?
    /// Bytes that the kernel didn't take; the other side isn't read while there are any.
    var unsent = Buffer()
    /// Decrypted bytes that the session hasn't dealt with; the socket isn't read while there are any.
    var unread = Buffer()
    /// The kernel may have bytes, an end or an error for us.
    var mayReceive = false
    /// The peer's end was announced: a short read is not the last one.
    var isEnding = false
    /// The client has said its last, and the session was not told yet.
    var hasEnded = false
    /// The kernel said once that it takes bytes: the socket is connected.
    var isWritable = false
    /// A TLS handshake is under way.
    var isSecuring = false
    /// Sending failed; receiving will say the same.
    var isBroken = false
    /// The session's count of calls when it was last offered `unread` and took nothing.
    var offeredAt: UInt64 = 0
    /// A password waits in `unsent`.
    var holdsSecret = false

    /// Whether a connection attempt has come to its end, well or not.
    var isConnected: Bool { mayReceive || isEnding || isWritable }

    /// Whether nothing waits in either direction.
    var isSettled: Bool { unsent.isEmpty && isRead }

    /// Whether the session has dealt with all that was received.
    var isRead: Bool { unread.isEmpty && !hasCompressed }

    var isCompressed: Bool { compression != nil }

    /// Whether received bytes wait that are not decompressed yet.
    var hasCompressed: Bool {
        switch compression {
        case .some(let stream): stream.hasInput
        case .none: false
        }
    }
}

/// What a connection is on its way to.
enum Course: Equatable {
    case open
    /// To be closed as soon as the client has got its last bytes.
    case saysGoodbye
    /// All is said; the client's end is awaited, so that no reset overtakes the last bytes.
    case lingers
    case closed
}

/// The driver's own reason to look at a connection later.
struct Alarm: Equatable {
    enum Kind: Equatable {
        /// The handshake with the client takes too long.
        case handshake
        /// The throttle's delay is over.
        case admission
        /// A backend's address doesn't answer.
        case attempt
        /// The client doesn't take its last bytes.
        case goodbye
    }

    var kind: Kind
    var due: Instant
}

/// An address on the way to which a connection is.
struct Reaching {
    let address: SocketAddress
    let since: Instant
}

final class Connection {
    let id: ConnectionID
    /// Index in the snapshot's listeners.
    let listener: Int
    private(set) var facts: ConnectionFacts
    private(set) var clientAddress: SocketAddress
    private(set) var serverAddress: SocketAddress
    /// As much as has come of the PROXY header; nil: none is awaited.
    var header: Buffer?

    var client = Peer()
    var backend = Peer()
    /// Made when the client may be greeted; gone when its last effect is performed.
    var session: Session?
    var course = Course.open
    var attempt: BackendAttempt?
    /// The backend's address that is connected to or secured, until the trail says what came of it.
    var reaching: Reaching?
    /// The backend that was asked for, as it was configured then: a reload may give its place to
    /// another one, which must get nothing of this session.
    var destination: Snapshot.Backend?
    /// Whether a backend was asked for: no password comes from the client any more.
    var isLoggedIn = false

    /// Counts the session's calls, but for those that took nothing of what they were offered.
    var calls: UInt64 = 0
    var alarm: Alarm?
    /// When the earliest timer that is armed for the connection falls due.
    var armed = Instant.max
    /// The number of the last durable record; 0: none is awaited.
    var awaitedRecord: UInt64 = 0
    var traffic: Traffic
    /// Stands in the list of those that are served next.
    var isQueued = false

    init(
        _ id: ConnectionID,
        listener: Int,
        facts: ConnectionFacts,
        clientAddress: SocketAddress,
        serverAddress: SocketAddress,
        at now: Instant
    ) {
        self.id = id
        self.listener = listener
        self.facts = facts
        self.clientAddress = clientAddress
        self.serverAddress = serverAddress
        traffic = Traffic(since: now)
    }

    /// A balancer has told whom the connection is made for.
    func introduce(_ client: SocketAddress, server: SocketAddress) {
        facts.proxyAddress = clientAddress.host
        facts.proxyPort = clientAddress.port
        (clientAddress, serverAddress) = (client, server)
        (facts.clientAddress, facts.clientPort) = (client.host, client.port)
        (facts.serverAddress, facts.serverPort) = (server.host, server.port)
    }

    /// When the connection must be looked at even if nothing comes.
    var deadline: Instant { min(session?.deadline ?? .max, alarm?.due ?? .max) }
}
