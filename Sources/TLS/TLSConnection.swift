// One end of a TLS connection that never touches a socket: bytes in, bytes out.
package import Bytes
import COpenSSL

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
///
/// All calls on the connections of one wire come from one thread.
@safe
package struct TLSConnection: ~Copyable {
    private enum Role {
        case server(ServerTLSContext)
        case client(ClientTLSContext)
    }

    /// The most plaintext in a record, in bytes (RFC 8446, 5.1).
    private static let recordBytesMax = 1 << 14

    private let session: OpaquePointer
    private let wire: TLSWire

    /// Keeps alive what OpenSSL's callbacks look into.
    private let role: Role

    private var progress = TLSProgress.handshaking

    /// Whether the server's own flight is still to be sent by the call that allows 0.5-RTT data.
    private var awaitsEarlyFlight = false

    private var hasSentClose = false

    /// The server's end; all connections of a thread share one `wire`.
    package init(server: ServerTLSContext, wire: TLSWire) throws(TLSError) {
        unsafe session = try Self.makeSession(server.primary, wire)
        self.wire = wire
        role = .server(server)
        // A client that is asked for a certificate hasn't said who it is before its Finished.
        awaitsEarlyFlight = !server.asksForCertificate
        unsafe SSL_set_accept_state(session)
    }

    /// The client's end, towards a backend.
    package init(client: ClientTLSContext, wire: TLSWire) throws(TLSError) {
        unsafe session = try Self.makeSession(
            client.handle,
            wire,
            asking: client.sendsServerName ? client.serverName : nil
        )
        self.wire = wire
        role = .client(client)
        unsafe SSL_set_connect_state(session)
    }

    private static func makeSession(
        _ context: ContextHandle,
        _ wire: TLSWire,
        asking serverName: String? = nil
    ) throws(TLSError) -> OpaquePointer {
        forgetErrors()
        guard let session = unsafe SSL_new(context.pointer) else { throw .outOfMemory }
        if let serverName,
            unsafe copenssl_SSL_set_tlsext_host_name(session, serverName) != 1
        {
            unsafe SSL_free(session)
            throw .outOfMemory
        }
        // One reference for reading and writing together, which SSL_free gives back.
        unsafe BIO_up_ref(wire.bio)
        unsafe SSL_set_bio(session, wire.bio, wire.bio)
        return unsafe session
    }

    deinit { unsafe SSL_free(session) }

    /// Whether the handshake is complete and the peer is verified.
    package var isEstablished: Bool { unsafe SSL_is_init_finished(session) == 1 }

    /// Whether `send` works now.
    ///
    /// A TLS 1.3 server that asks for no client certificate may greet before the client's Finished
    /// arrives (0.5-RTT data): then this is true while `receive` still says `.handshaking`.
    package var canSend: Bool {
        guard !hasSentClose else { return false }
        switch progress {
        case .failed: return false
        case .handshaking, .open, .closed: return isEstablished || canSendEarly
        }
    }

    /// Whether the server's Finished is out in TLS 1.3 and the early write is allowed.
    ///
    /// After a HelloRetryRequest OpenSSL would take an early write too soon, and send it in the
    /// clear: that our own Finished exists proves that the keys are in use.
    private var canSendEarly: Bool {
        guard case .server(let context) = role, !context.asksForCertificate, !awaitsEarlyFlight
        else { return false }
        var nothing: UInt8 = 0
        return unsafe SSL_version(session) == TLS1_3_VERSION
            && SSL_get_finished(session, &nothing, 0) > 0
    }

    /// Says hello: the client's first flight.
    package mutating func startHandshake(ciphertextOut: inout Buffer) -> TLSProgress {
        guard case .client = role, progress == .handshaking else { return progress }
        progress = wire.lending([UInt8]().span, &ciphertextOut) {
            forgetErrors()
            return unsafe outcome(of: SSL_do_handshake(session))
        }
        return progress
    }

    /// Feeds all of `ciphertext`.
    ///
    /// Appends what it decrypts to `plaintext`, at most the ciphertext's size and one record (16 KiB)
    /// that was cut before, and appends what must be sent to `ciphertextOut`.
    package mutating func receive(
        _ ciphertext: Span<UInt8>,
        plaintext: inout Buffer,
        ciphertextOut: inout Buffer
    ) -> TLSProgress {
        switch progress {
        case .closed, .failed: return progress
        case .handshaking, .open: break
        }
        progress = wire.lending(ciphertext, &ciphertextOut) {
            if awaitsEarlyFlight {
                let progress = sendEarlyFlight()
                if awaitsEarlyFlight { return progress }
            }
            let before = progress
            let after = read(into: &plaintext)
            if before == .handshaking, after == .open { releaseBuffers() }
            return after
        }
        return progress
    }

    /// Drives the handshake up to the server's Finished, after which early writes are allowed.
    ///
    /// No early data is read by this: none is offered, and OpenSSL skips what a client sends anyway.
    private mutating func sendEarlyFlight() -> TLSProgress {
        var nothing: UInt8 = 0
        var count = 0
        forgetErrors()
        let result = unsafe SSL_read_early_data(session, &nothing, 0, &count)
        if result == SSL_READ_EARLY_DATA_FINISH {
            awaitsEarlyFlight = false
            return .handshaking
        }
        return outcome(of: 0)
    }

    /// Reads records for as long as there is ciphertext at hand.
    private func read(into plaintext: inout Buffer) -> TLSProgress {
        while wire.hasInput {
            forgetErrors()
            var result: Int32 = 0
            plaintext.append(capacity: Self.recordBytesMax) { output in
                unsafe output.withUnsafeMutableBufferPointer { bytes, count in
                    result = unsafe SSL_read_ex(session, bytes.baseAddress, bytes.count, &count)
                }
            }
            if result != 1 { return outcome(of: result) }
        }
        return isEstablished ? .open : .handshaking
    }

    /// What a call's result means for the connection.
    private func outcome(of result: Int32) -> TLSProgress {
        switch unsafe SSL_get_error(session, result) {
        case SSL_ERROR_NONE, SSL_ERROR_WANT_READ: return isEstablished ? .open : .handshaking
        case SSL_ERROR_ZERO_RETURN: return .closed
        default:
            let isHandshake = progress == .handshaking
            switch role {
            case .server:
                return unsafe .failed(
                    TLSError(
                        session: session,
                        peer: .client,
                        expecting: "",
                        isHandshake: isHandshake
                    )
                )
            case .client(let context):
                return unsafe .failed(
                    TLSError(
                        session: session,
                        peer: .backend,
                        expecting: context.serverName,
                        isHandshake: isHandshake
                    )
                )
            }
        }
    }

    /// Encrypts all of `plaintext`; false when the connection can't send.
    package mutating func send(
        _ plaintext: Span<UInt8>,
        ciphertextOut: inout Buffer
    ) -> Bool {
        guard canSend else { return false }
        guard !plaintext.isEmpty else { return true }
        let isEarly = !isEstablished
        let result = wire.lending([UInt8]().span, &ciphertextOut) {
            unsafe plaintext.withUnsafeBufferPointer { plaintext in
                var written = 0
                forgetErrors()
                return isEarly
                    ? unsafe SSL_write_early_data(
                        session,
                        plaintext.baseAddress,
                        plaintext.count,
                        &written
                    )
                    : unsafe SSL_write_ex(
                        session,
                        plaintext.baseAddress,
                        plaintext.count,
                        &written
                    )
            }
        }
        if result != 1 { progress = outcome(of: result) }
        return result == 1
    }

    /// Sends a TLS 1.3 client a ticket to resume with; does nothing in TLS 1.2 or as a client.
    package mutating func sendTicket(ciphertextOut: inout Buffer) {
        guard case .server = role, canSend, isEstablished,
            unsafe SSL_version(session) == TLS1_3_VERSION
        else { return }
        wire.lending([UInt8]().span, &ciphertextOut) {
            forgetErrors()
            guard unsafe SSL_new_session_ticket(session) == 1 else { return }
            let result = unsafe SSL_do_handshake(session)
            if result != 1 { progress = outcome(of: result) }
            releaseBuffers()
        }
    }

    /// Gives back the record buffers that a handshake step leaves behind, 16 KiB each.
    ///
    /// SSL_MODE_RELEASE_BUFFERS does so after data only. A buffer that still holds bytes stays.
    private func releaseBuffers() { _ = unsafe SSL_free_buffers(session) }

    /// Says close_notify; nothing can be sent afterwards.
    package mutating func close(ciphertextOut: inout Buffer) {
        guard canSend, isEstablished else { return }
        hasSentClose = true
        wire.lending([UInt8]().span, &ciphertextOut) {
            forgetErrors()
            _ = unsafe SSL_shutdown(session)
            forgetErrors()
        }
    }

    /// What the handshake established; nil while `canSend` is false.
    ///
    /// Built anew at each call: ask once.
    package var facts: TLSFacts? {
        guard canSend || isEstablished else { return nil }
        return unsafe TLSFacts(session: session)
    }
}
