// What is refused before any connection is made, and what `postern check` says about it.
import Bytes
import Foundation
import TLS
import Testing

@Suite struct SettingsTests {
    /// A minute from now: certificates that are made meanwhile are valid then.
    private static let now = Int64(Date().timeIntervalSince1970) + 60

    private let authority: Authority
    private let certificate: CertificateAndKey

    init() throws {
        authority = try Authority()
        certificate = try authority.certificate("server", extensions: serverExtensions)
    }

    private func error(of certificates: [CertificateAndKey], ca: [UInt8]? = nil) -> TLSError? {
        let settings = ServerTLSSettings(
            certificates: certificates,
            clientCAPEM: ca,
            ticketKeys: TicketKeys(at: .zero)
        )
        do throws(TLSError) {
            _ = try ServerTLSContext(settings)
            return nil
        } catch {
            return error
        }
    }

    @Test("refuses material that doesn't fit")
    func refuses() throws {
        let other = try authority.certificate("other", extensions: serverExtensions)
        let weak = try authority.certificate(
            "weak",
            extensions: serverExtensions,
            key: "rsa:1024"
        )
        let mixed = CertificateAndKey(chainPEM: certificate.chainPEM, keyPEM: other.keyPEM)
        let broken = CertificateAndKey(
            chainPEM: Array("no PEM".utf8),
            keyPEM: certificate.keyPEM
        )
        let keyless = CertificateAndKey(chainPEM: certificate.chainPEM, keyPEM: Secret("none"))
        #expect(error(of: []) == .noCertificate)
        #expect(error(of: [mixed]) == .keyDoesNotMatch)
        #expect(error(of: [broken]) == .certificateUnreadable)
        #expect(error(of: [keyless]) == .keyUnreadable)
        #expect(error(of: [weak]) == .certificateTooWeak)
        #expect(error(of: [certificate], ca: Array("none".utf8)) == .caUnreadable)
        #expect(error(of: [certificate]) == nil)
    }

    @Test(
        "refuses a server name that is none",
        arguments: ["", "a b", "a\0.example.org", "a/b", ":"]
    )
    func refusesName(name: String) {
        #expect(throws: TLSError.serverNameInvalid) {
            try ClientTLSContext(ClientTLSSettings(serverName: name))
        }
    }

    @Test("takes host names and addresses", arguments: ["imap.example.org", "127.0.0.1", "::1"])
    func takesName(name: String) throws {
        _ = try ClientTLSContext(ClientTLSSettings(caPEM: authority.caPEM, serverName: name))
    }

    @Test("checks a certificate in the words of the one who has to mend it")
    func checks() throws {
        let good = CertificateCheck(certificate, at: Self.now)
        #expect(good.problems.isEmpty)
        #expect(good.dnsNames == ["imap.example.org"])
        let notAfter = try #require(good.notAfter)
        #expect(abs(notAfter - Self.now - 10 * 86_400) < 3600)
        #expect(CertificateCheck(certificate, at: notAfter + 1).problems == [.expired])
        #expect(CertificateCheck(certificate, at: 0).problems == [.notYetValid])
        let weak = try authority.certificate("weak", extensions: "", key: "rsa:1024")
        #expect(CertificateCheck(weak, at: Self.now).problems == [.weakKey])
        let mixed = CertificateAndKey(chainPEM: certificate.chainPEM, keyPEM: weak.keyPEM)
        #expect(CertificateCheck(mixed, at: Self.now).problems == [.keyDoesNotMatch])
        let nothing = CertificateAndKey(chainPEM: [], keyPEM: Secret(""))
        #expect(
            CertificateCheck(nothing, at: Self.now).problems
                == [.certificateUnreadable, .keyUnreadable]
        )
    }
}
