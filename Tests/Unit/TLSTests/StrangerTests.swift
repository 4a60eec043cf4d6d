// Our server against a client that isn't ours: `openssl s_client` over a loopback socket.
import Bytes
import Foundation
import TLS
import Testing

@Suite struct StrangerTests {
    let authority: Authority
    let certificate: CertificateAndKey
    let keys = TicketKeys(at: .zero)

    init() throws {
        authority = try Authority()
        certificate = try authority.certificate("server", extensions: serverExtensions)
    }

    private func server(clientCAPEM: [UInt8]? = nil) throws -> ServerTLSContext {
        try ServerTLSContext(
            ServerTLSSettings(
                certificates: [certificate],
                clientCAPEM: clientCAPEM,
                ticketKeys: keys
            )
        )
    }

    @Test("speaks both versions, and no older one", arguments: ["-tls1_2", "-tls1_3"])
    func versions(option: String) throws {
        let heard = try Stranger.talk(to: server(), with: [option])
        #expect(heard.progress == .open)
        #expect(heard.plaintext == "bye\n")
        #expect(heard.facts?.protocolVersion == (option == "-tls1_2" ? "TLSv1.2" : "TLSv1.3"))
        #expect(heard.facts?.cipher.contains("AES128") == (option == "-tls1_2"))
        #expect(heard.transcript.contains("* OK"))
        let old = try Stranger.talk(
            to: server(),
            with: ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"]
        )
        #expect(old.progress == .failed(.noCommonProtocol))
    }

    @Test("accepts imap as application protocol, or none, and nothing else")
    func applicationProtocols() throws {
        #expect(try Stranger.talk(to: server(), with: ["-alpn", "h2,imap"]).facts?.alpn == "imap")
        let none = try Stranger.talk(to: server(), with: [])
        #expect(none.progress == .open && none.facts?.alpn == nil)
        let other = try Stranger.talk(to: server(), with: ["-alpn", "h2,http/1.1"])
        #expect(other.progress == .failed(.noCommonApplicationProtocol))
        #expect(other.transcript.contains("no application protocol"))
    }

    @Test("serves the default certificate when no name is asked for, or an unknown one")
    func serverNames() throws {
        let none = try Stranger.talk(to: server(), with: ["-noservername"])
        #expect(none.progress == .open && none.facts?.sni == nil)
        let unknown = try Stranger.talk(to: server(), with: ["-servername", "Nobody.Example"])
        #expect(unknown.progress == .open && unknown.facts?.sni == "nobody.example")
    }

    @Test("greets after a retried hello, never in the clear")
    func retriedHello() throws {
        let heard = try Stranger.talk(to: server(), with: ["-groups", "P-521:P-256"])
        #expect(heard.progress == .open)
        #expect(heard.transcript.contains("* OK"))
        #expect(!heard.ciphertext.contains("* OK"))
    }

    @Test("refuses to renegotiate")
    func renegotiation() throws {
        let heard = try Stranger.talk(to: server(), with: ["-tls1_2"], saying: "R\n")
        #expect(heard.transcript.contains("no renegotiation"))
        #expect(heard.plaintext.isEmpty)
    }

    @Test("resumes with a ticket until its key has gone", arguments: ["-tls1_2", "-tls1_3"])
    func resumption(version: String) throws {
        let file = FileManager.default.temporaryDirectory.appending(
            component: "postern-session-\(UUID().uuidString)"
        )
        defer { try? FileManager.default.removeItem(at: file) }
        func isResumed(by context: ServerTLSContext) throws -> Bool? {
            try Stranger.talk(to: context, with: [version, "-sess_in", file.path]).facts?.isResumed
        }
        let first = try Stranger.talk(to: server(), with: [version, "-sess_out", file.path])
        #expect(first.facts?.isResumed == false)
        #expect(try isResumed(by: server()) == true)
        #expect(try isResumed(by: server(clientCAPEM: authority.caPEM)) == false)
        keys.rotateIfDue(at: TicketKeys.lifetime)
        #expect(try isResumed(by: server()) == true)
        keys.rotateIfDue(at: TicketKeys.lifetime * 2)
        #expect(try isResumed(by: server()) == false)
    }
}
