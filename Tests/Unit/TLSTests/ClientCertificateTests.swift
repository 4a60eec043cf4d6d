// Which client certificates are let in, and who they are said to be.
import Bytes
import TLS
import Testing

@Suite struct ClientCertificateTests {
    let authority: Authority
    let certificate: CertificateAndKey

    init() throws {
        authority = try Authority()
        certificate = try authority.certificate("server", extensions: serverExtensions)
    }

    /// What the server makes of a client with `certificate`.
    private func verdict(
        on certificate: CertificateAndKey?,
        crlPEMs: [[UInt8]] = [],
        isRequired: Bool = false
    ) throws -> (TLSProgress, TLSFacts?) {
        let settings = try ServerTLSSettings(
            certificates: [self.certificate],
            clientCAPEM: authority.caPEM,
            crlPEMs: crlPEMs,
            requiresClientCertificate: isRequired,
            ticketKeys: TicketKeys(at: .zero)
        )
        let client = try ClientTLSContext(
            ClientTLSSettings(
                caPEM: authority.caPEM,
                serverName: "imap.example.org",
                certificate: certificate
            )
        )
        var pair = try Pair(client, ServerTLSContext(settings))
        pair.settle()
        return (pair.serverProgress, pair.server.facts)
    }

    @Test("lets a good one in and says who it is")
    func good() throws {
        let good = try authority.certificate(
            "ann",
            subject: "/O=Häuser, Ltd/CN=Ann",
            extensions: clientExtensions
        )
        let (progress, facts) = try verdict(on: good, isRequired: true)
        let peer = try #require(facts?.peerCertificate)
        #expect(progress == .open)
        #expect(peer.emailAddresses == ["ann@example.org"])
        #expect(peer.commonNames == ["Ann"])
        #expect(peer.subject == "CN=Ann,O=Häuser\\, Ltd")
        #expect(peer.issuer.hasSuffix(",O=House"))
        #expect(peer.fingerprintSHA256.count == 64)
        #expect(!peer.serial.isEmpty && peer.serial == peer.serial.lowercased())
        #expect(!peer.hasUnsafeNames)
    }

    @Test("keeps every name of every kind")
    func everyName() throws {
        let upn = "otherName:1.3.6.1.4.1.311.20.2.3;UTF8:"
        let many = try authority.certificate(
            "many",
            subject: "/CN=One/CN=Two",
            extensions: "subjectAltName=email:a@x.org,email:b@x.org,URI:acct:a@x.org,"
                + "DNS:a.x.org,\(upn)ann@corp,\(upn)bea@corp\n"
        )
        let (_, facts) = try verdict(on: many)
        let peer = try #require(facts?.peerCertificate)
        #expect(peer.emailAddresses == ["a@x.org", "b@x.org"])
        #expect(peer.userPrincipalNames == ["ann@corp", "bea@corp"])
        #expect(peer.uris == ["acct:a@x.org"])
        #expect(peer.dnsNames == ["a.x.org"])
        #expect(peer.commonNames == ["One", "Two"])
    }

    @Test("keeps a name with NUL out and flags it")
    func nul() throws {
        // GeneralNames { rfc822Name "ann\0x@evil" }
        let forged = try authority.certificate(
            "forged",
            extensions: "subjectAltName=DER:30:0C:81:0A:61:6E:6E:00:78:40:65:76:69:6C\n"
        )
        let (progress, facts) = try verdict(on: forged)
        let peer = try #require(facts?.peerCertificate)
        #expect(progress == .open)
        #expect(peer.emailAddresses.isEmpty && peer.hasUnsafeNames)
    }

    @Test("refuses one from another CA")
    func otherCA() throws {
        let other = try Authority().certificate("ann", extensions: clientExtensions)
        #expect(try verdict(on: other).0 == .failed(.peerCertificate(.client, .unknownIssuer)))
    }

    @Test("refuses one that has expired")
    func expired() throws {
        let old = try authority.certificate("old", extensions: clientExtensions, days: -1)
        #expect(try verdict(on: old).0 == .failed(.peerCertificate(.client, .expired)))
    }

    @Test("refuses one that is for servers only")
    func wrongPurpose() throws {
        let server = try authority.certificate("purpose", extensions: serverExtensions)
        #expect(try verdict(on: server).0 == .failed(.peerCertificate(.client, .wrongPurpose)))
    }

    @Test("refuses one that a CRL revokes, and lets its neighbour in")
    func revoked() throws {
        let bad = try authority.certificate("bad", extensions: clientExtensions)
        let good = try authority.certificate("good", extensions: clientExtensions)
        let list = try authority.revocationList(revoking: "bad")
        #expect(
            try verdict(on: bad, crlPEMs: [list]).0 == .failed(.peerCertificate(.client, .revoked))
        )
        #expect(try verdict(on: good, crlPEMs: [list]).0 == .open)
        let foreign = try Authority().revocationList()
        #expect(
            try verdict(on: good, crlPEMs: [foreign]).0
                == .failed(.peerCertificate(.client, .crlMissing))
        )
    }

    @Test("lets a client without one in, unless the listener requires it")
    func missing() throws {
        let (progress, facts) = try verdict(on: nil)
        #expect(progress == .open)
        #expect(facts?.peerCertificate == nil)
        #expect(
            try verdict(on: nil, isRequired: true).0 == .failed(.peerCertificate(.client, .missing))
        )
    }
}
