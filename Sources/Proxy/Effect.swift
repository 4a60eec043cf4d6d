// What a session asks its driver to do. The session itself touches no socket, clock or thread.
package import Audit
package import Authentication
package import Bytes
package import Policy

/// Something to be done, in the order in which it stands.
package enum Effect: Equatable, Sendable {
    /// After the client's bytes in the outbox are sent: begin TLS as the server.
    case startClientTLS
    /// After the client's bytes in the outbox are sent: compress both ways (RFC 4978).
    ///
    /// What stands behind the bytes that the session has consumed is compressed already.
    case startCompression
    /// Ask PAM; answered with `Session.authenticated`.
    case authenticate(Credentials)
    /// Ask in which Unix groups the user is; answered with `Session.groupsTold`.
    case lookUpGroups(user: String)
    /// Ask the driver's throttle whether this login may be tried; answered with
    /// `Session.loginAdmitted`.
    case admitLogin(user: String)
    /// Count what was fetched; answered with `Session.metered`.
    case meter(VolumeReport)
    /// Tell the throttle how a login ended.
    case loginEnded(user: String, succeeded: Bool)
    /// Connect to the backend with this index in the settings (TLS included where it is implicit);
    /// answered with the backend's greeting or `Session.backendClosed`.
    case connectBackend(Int)
    /// After the backend's bytes in the outbox are sent: begin TLS as the client; answered with
    /// `Session.backendSecured` or `Session.backendClosed`.
    case startBackendTLS
    /// Send a TLS session ticket to the client with the bytes in the outbox.
    case sendTicket
    /// Close the backend connection at once; nothing is sent any more.
    case closeBackend
    /// Close the client connection when its bytes in the outbox are sent.
    case closeClient
}

/// What a session has let out since it last said so, for each of some meters.
package struct VolumeReport: Equatable, Sendable {
    /// Repeated in the answer.
    package let number: UInt64
    package let meters: [VolumeMeter]
    package let amount: VolumeAmount
}

/// What a session puts out during one call.
///
/// One outbox serves all sessions of a reactor: the driver empties it after every call. Order: the
/// records first, then the bytes, then the effects.
package struct Outbox: Equatable, Sendable {
    /// To be handed over; the durable ones are answered with `Session.recorded`.
    package var records: [Record] = []
    /// Bytes to the client, not yet encrypted.
    package var client = Buffer()
    /// Bytes to the backend, not yet encrypted.
    package var backend = Buffer()
    package var effects: [Effect] = []
    /// The bytes hold a password: the driver wipes every buffer that they went through.
    package var holdsSecret = false

    package init() {}

    package mutating func removeAll() {
        if !records.isEmpty { records.removeAll(keepingCapacity: true) }
        client.removeAll()
        backend.removeAll()
        if !effects.isEmpty { effects.removeAll(keepingCapacity: true) }
        holdsSecret = false
    }
}

/// How far a session came with the input it was given.
package struct Progress: Equatable, Sendable {
    /// Bytes that the session has dealt with.
    package var consumed: Int
    /// Bytes directly after `consumed` that are a piece of a counted message literal.
    ///
    /// They go to the other side as they are, after the outbox's bytes, and count as dealt with.
    package var relayed: Int

    package init(consumed: Int, relayed: Int = 0) {
        self.consumed = consumed
        self.relayed = relayed
    }
}
