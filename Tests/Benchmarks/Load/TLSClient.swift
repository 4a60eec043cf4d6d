// A TLS client on a socket that doesn't block. Certificates aren't checked: it is all one machine.
import Bytes
import COpenSSL
import Glibc

/// What all clients share: TLS 1.3 with one cipher suite, so that every proxy does the same work.
@safe
final class TLSClients {
    fileprivate let context: OpaquePointer

    init() throws {
        guard let context = unsafe SSL_CTX_new(TLS_client_method()) else {
            throw Failure("no TLS context")
        }
        unsafe self.context = context
        let version = Int(TLS1_3_VERSION)
        unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, version, nil)
        unsafe SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256")
    }

    deinit { unsafe SSL_CTX_free(context) }
}

/// One connection; owns its socket.
@safe
final class TLSClient {
    let socket: Int32
    private let ssl: OpaquePointer
    private(set) var isReady = false

    init(_ clients: TLSClients, port: UInt16) throws {
        socket = try Loopback.connect(to: port)
        guard let ssl = unsafe SSL_new(clients.context) else { throw Failure("no TLS connection") }
        unsafe self.ssl = ssl
        unsafe SSL_set_fd(ssl, socket)
        unsafe SSL_set_connect_state(ssl)
    }

    deinit {
        unsafe SSL_free(ssl)
        close(socket)
    }

    /// Goes on with the handshake as far as the server's bytes allow.
    func handshake() throws {
        ERR_clear_error()
        let result = unsafe SSL_do_handshake(ssl)
        isReady = result == 1
        guard isReady || isWaiting(result) else { throw Failure("the TLS handshake failed") }
    }

    func send(_ text: StaticString) throws {
        ERR_clear_error()
        let count = Int32(text.utf8CodeUnitCount)
        guard unsafe SSL_write(ssl, text.utf8Start, count) == count else {
            throw Failure("a command could not be sent")
        }
    }

    /// Reads what is there into `scratch`: its size, 0 at the end, nil when nothing is there.
    func receive(into scratch: inout [UInt8]) throws -> Int? {
        ERR_clear_error()
        let result = unsafe SSL_read(ssl, &scratch, Int32(scratch.count))
        if result > 0 { return Int(result) }
        return isWaiting(result) ? nil : 0
    }

    /// Says goodbye, so that the server need not take the end for an attack.
    func end() {
        ERR_clear_error()
        _ = unsafe SSL_shutdown(ssl)
    }

    private func isWaiting(_ result: Int32) -> Bool {
        unsafe SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ
    }
}
