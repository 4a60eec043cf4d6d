// One end of a TLS connection that never touches a socket: bytes in, bytes out.
package import Bytes

/// How far a connection has come.
package enum TLSProgress: Equatable, Sendable {
    /// The handshake goes on; see `TLSConnection.canSend`.
    case handshaking
    case open
    /// The peer said close_notify: nothing more will come.
    case closed
    /// The connection is over; what stands in `ciphertextOut` (an alert) is still to be sent.
    case failed(TLSError)
}

/// One TLS connection, driven with bytes.
@safe
package struct TLSConnection: ~Copyable {
    /// The server's end; all connections of a thread share one `wire`.
    package init(server: ServerTLSContext, wire: TLSWire) throws(TLSError) {}

    /// The client's end, towards a backend.
    package init(client: ClientTLSContext, wire: TLSWire) throws(TLSError) {}

    /// Whether the handshake is complete and the peer is verified.
    package var isEstablished: Bool { false }

    /// Whether `send` works now.
    ///
    /// A TLS 1.3 server that asks for no client certificate may greet before the client's Finished
    /// arrives (0.5-RTT data): then this is true while `receive` still says `.handshaking`.
    package var canSend: Bool { false }

    /// What the handshake established; nil while `canSend` is false.
    ///
    /// Built anew at each call: ask once.
    package var facts: TLSFacts? { nil }

    /// Says hello: the client's first flight.
    package mutating func startHandshake(ciphertextOut: inout Buffer) -> TLSProgress {
        .handshaking
    }

    /// Feeds all of `ciphertext`.
    ///
    /// Appends what it decrypts to `plaintext`, at most the ciphertext's size and one record (16 KiB)
    /// that was cut before, and appends what must be sent to `ciphertextOut`.
    package mutating func receive(
        _ ciphertext: Span<UInt8>,
        plaintext: inout Buffer,
        ciphertextOut: inout Buffer
    ) -> TLSProgress { .handshaking }

    /// Encrypts all of `plaintext`; false when the connection can't send.
    package mutating func send(
        _ plaintext: Span<UInt8>,
        ciphertextOut: inout Buffer
    ) -> Bool { false }

    /// Sends a TLS 1.3 client a ticket to resume with; does nothing in TLS 1.2 or as a client.
    package mutating func sendTicket(ciphertextOut: inout Buffer) {}

    /// Says close_notify; nothing can be sent afterwards.
    package mutating func close(ciphertextOut: inout Buffer) {}
}
