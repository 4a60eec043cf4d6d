// Handshakes between our own two ends, and what they carry afterwards.
import Chance
import Bytes
import TLS
import Testing

let serverExtensions = "subjectAltName=DNS:imap.example.org\nextendedKeyUsage=serverAuth\n"
let clientExtensions = "subjectAltName=email:ann@example.org\nextendedKeyUsage=clientAuth\n"

@Suite struct HandshakeTests {
    let authority: Authority
    let certificate: CertificateAndKey

    init() throws {
        authority = try Authority()
        certificate = try authority.certificate("server", extensions: serverExtensions)
    }

    private func server(
        _ change: (inout ServerTLSSettings) throws -> Void = { _ in }
    ) throws -> ServerTLSContext {
        var settings = ServerTLSSettings(
            certificates: [certificate],
            ticketKeys: TicketKeys(at: .zero)
        )
        try change(&settings)
        return try ServerTLSContext(settings)
    }

    private func client(
        name: String = "imap.example.org",
        trusting other: Authority? = nil,
        with certificate: CertificateAndKey? = nil
    ) throws -> ClientTLSContext {
        try ClientTLSContext(
            ClientTLSSettings(
                caPEM: (other ?? authority).caPEM,
                serverName: name,
                certificate: certificate
            )
        )
    }

    @Test(
        "speaks, whatever the size of the pieces that arrive",
        arguments: [1, 2, 5, 7, 100, .max]
    )
    func speaks(step: Int) throws {
        var pair = try Pair(client(), server())
        pair.settle(step: step)
        #expect(pair.clientProgress == .open && pair.serverProgress == .open)
        #expect(pair.clientSays("a NOOP\r\n") == true)
        #expect(pair.serverSays("a OK\r\n") == true)
        pair.settle(step: step)
        #expect(pair.atServer.text == "a NOOP\r\n")
        #expect(pair.atClient.text == "a OK\r\n")
        let found = pair.server.facts
        let facts = try #require(found)
        #expect(facts.protocolVersion == "TLSv1.3")
        #expect(facts.cipher == "TLS_AES_128_GCM_SHA256")
        #expect(facts.sni == "imap.example.org")
        #expect(facts.alpn == "imap")
        #expect(facts.isResumed == false)
        #expect(facts.peerCertificate == nil)
    }

    @Test("greets before the client's Finished, in TLS 1.3 without client certificates")
    func greetsEarly() throws {
        var pair = try Pair(client(), server())
        pair.deliverToServer()
        #expect(pair.serverProgress == .handshaking)
        let (canSend, isEstablished) = (pair.server.canSend, pair.server.isEstablished)
        #expect(canSend && !isEstablished)
        #expect(pair.serverSays("* OK\r\n") == true)
        pair.deliverToClient()
        #expect(pair.atClient.text == "* OK\r\n")
        pair.settle()
        #expect(pair.serverProgress == .open)
        #expect(pair.serverSays("more") == true)
        pair.settle()
        #expect(pair.atClient.text == "* OK\r\nmore")
    }

    @Test("doesn't greet a client early whose certificate is still to come")
    func doesNotGreetEarly() throws {
        var pair = try Pair(client(), server { $0.clientCAPEM = try authority.caPEM })
        pair.deliverToServer()
        #expect(pair.server.canSend == false)
        #expect(pair.serverSays("* OK\r\n") == false)
        #expect(pair.server.facts == nil)
        pair.settle()
        #expect(pair.server.canSend == true)
    }

    @Test("chooses the certificate by the name that is asked for")
    func choosesCertificate() throws {
        let other = try authority.certificate(
            "other",
            extensions: "subjectAltName=DNS:*.example.net,DNS:example.net\n"
        )
        let context = try server { $0.certificates.append(other) }
        for name in ["imap.example.org", "a.example.net", "EXAMPLE.net"] {
            var pair = try Pair(client(name: name), context)
            pair.settle()
            #expect(pair.clientProgress == .open, "\(name)")
        }
        for name in ["a.b.example.net", "example.com"] {
            var pair = try Pair(client(name: name), context)
            pair.settle()
            #expect(
                pair.clientProgress == .failed(.peerCertificate(.backend, .wrongName(name)))
            )
        }
    }

    @Test("refuses a backend from another CA")
    func refusesOtherCA() throws {
        var pair = try Pair(client(trusting: Authority()), server())
        pair.settle()
        #expect(pair.clientProgress == .failed(.peerCertificate(.backend, .unknownIssuer)))
        #expect(pair.serverProgress == .failed(.refusedByPeer("unknown CA")))
    }

    @Test("refuses a backend that vouches for itself")
    func refusesSelfSigned() throws {
        let own = try authority.selfSigned()
        var pair = try Pair(client(), server { $0.certificates = [own] })
        pair.settle()
        #expect(pair.clientProgress == .failed(.peerCertificate(.backend, .selfSigned)))
    }

    @Test("carries megabytes both ways without its buffers growing")
    func carriesMuch() throws {
        var pair = try Pair(client(), server())
        pair.settle()
        let megabyte = [UInt8](repeating: 7, count: 1 << 20)
        var capacities: [Int] = []
        for _ in 0..<8 {
            #expect(pair.client.send(megabyte.span, ciphertextOut: &pair.toServer) == true)
            #expect(pair.server.send(megabyte.span, ciphertextOut: &pair.toClient) == true)
            pair.settle()
            #expect(pair.atServer.count == megabyte.count)
            #expect(pair.atServer == Buffer(megabyte))
            capacities.append(pair.atServer.capacity + pair.toServer.capacity)
            pair.atServer.removeAll()
            pair.atClient.removeAll()
        }
        // The first rounds find their size; from then on nothing grows.
        #expect(capacities.dropFirst(2).allSatisfy { $0 == capacities.last })
    }

    @Test("says goodbye, and reads nothing that comes after the peer's goodbye")
    func closes() throws {
        var pair = try Pair(client(), server())
        pair.settle()
        #expect(pair.clientSays("last") == true)
        pair.client.close(ciphertextOut: &pair.toServer)
        #expect(pair.clientSays("too late") == false)
        pair.toServer.append(text: "garbage after the end")
        pair.settle()
        #expect(pair.serverProgress == .closed)
        #expect(pair.atServer.text == "last")
        #expect(pair.serverSays("* BYE\r\n") == true)
        pair.settle()
        #expect(pair.atClient.text == "* BYE\r\n")
    }

    @Test(
        "knows a stranger who doesn't speak TLS",
        arguments: ["GET / HTTP/1.1\r\n\r\n", "a LOGIN b c\r\n"]
    )
    func knowsStrangers(text: String) throws {
        let wire = try TLSWire()
        var end = try TLSConnection(server: server(), wire: wire)
        var plaintext = Buffer()
        var out = Buffer()
        let progress = end.receive(
            Array(text.utf8).span,
            plaintext: &plaintext,
            ciphertextOut: &out
        )
        #expect(progress == .failed(.notTLS))
        #expect(plaintext.isEmpty)
    }

    @Test("survives damaged bytes anywhere", arguments: UInt64(0)..<200)
    func survives(seed: UInt64) throws {
        var generator = Dice(seed: seed)
        var pair = try Pair(client(), server { $0.clientCAPEM = try authority.caPEM })
        for _ in 0..<12 {
            var bytes = pair.toServer.bytes
            for _ in 0..<Int.random(in: 0...2, using: &generator) where !bytes.isEmpty {
                bytes[Int.random(in: bytes.indices, using: &generator)] ^=
                    UInt8.random(in: 1...255, using: &generator)
            }
            pair.toServer = Buffer(bytes)
            pair.deliverToServer()
            pair.deliverToClient()
            _ = pair.clientSays("a NOOP\r\n")
        }
        let whole = String(repeating: "a NOOP\r\n", count: 12)
        #expect(whole.hasPrefix(pair.atServer.text))
    }
}
