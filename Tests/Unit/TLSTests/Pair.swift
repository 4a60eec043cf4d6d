// Two ends of one connection, and the wire between them in the test's hands.
import Bytes
import TLS

/// A client and a server that speak to each other through two buffers.
struct Pair: ~Copyable {
    var client: TLSConnection
    var server: TLSConnection
    var toServer = Buffer()
    var toClient = Buffer()
    var atServer = Buffer()
    var atClient = Buffer()
    var clientProgress = TLSProgress.handshaking
    var serverProgress = TLSProgress.handshaking

    init(_ client: ClientTLSContext, _ server: ServerTLSContext) throws {
        let wire = try TLSWire()
        var clientEnd = try TLSConnection(client: client, wire: wire)
        let serverEnd = try TLSConnection(server: server, wire: wire)
        clientProgress = clientEnd.startHandshake(ciphertextOut: &toServer)
        self.client = clientEnd
        self.server = serverEnd
    }

    /// Carries bytes both ways until neither end has anything to say, `step` bytes at a time.
    mutating func settle(step: Int = .max) {
        while !toServer.isEmpty || !toClient.isEmpty {
            deliverToServer(step)
            deliverToClient(step)
        }
    }

    mutating func deliverToServer(_ step: Int = .max) {
        let bytes = toServer.span.extracting(first: min(step, toServer.count)).array
        toServer.removeFirst(bytes.count)
        serverProgress = server.receive(
            bytes.span,
            plaintext: &atServer,
            ciphertextOut: &toClient
        )
    }

    mutating func deliverToClient(_ step: Int = .max) {
        let bytes = toClient.span.extracting(first: min(step, toClient.count)).array
        toClient.removeFirst(bytes.count)
        clientProgress = client.receive(
            bytes.span,
            plaintext: &atClient,
            ciphertextOut: &toServer
        )
    }

    /// Greets, sends a ticket, and gives all buffers back, as connections that wait do.
    mutating func idle() {
        settle()
        _ = serverSays("* OK\r\n")
        server.sendTicket(ciphertextOut: &toClient)
        settle()
        toServer.release()
        toClient.release()
        atServer.release()
        atClient.release()
    }

    mutating func clientSays(_ text: String) -> Bool {
        client.send(Array(text.utf8).span, ciphertextOut: &toServer)
    }

    mutating func serverSays(_ text: String) -> Bool {
        server.send(Array(text.utf8).span, ciphertextOut: &toClient)
    }

    /// The server's end alone; the client's is freed.
    consuming func serverAlone() -> TLSConnection { server }
}
