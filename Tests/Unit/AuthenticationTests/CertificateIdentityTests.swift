// One configured source, one value, one user; everything else is nobody.
import Authentication
import Testing

@Suite("A certificate's identity")
struct CertificateIdentityTests {
    private static var ann: CertificateFacts {
        var facts = CertificateFacts()
        facts.fingerprint = "ab01"
        facts.subject = "CN=Ann,O=Example"
        facts.emailAddresses = ["Ann@Example.org"]
        facts.userPrincipalNames = ["ann@corp.example"]
        facts.dnsNames = ["ann.example.org"]
        facts.uris = ["mailto:ann@example.org"]
        facts.commonNames = ["ann"]
        return facts
    }

    @Test(
        "comes from the configured source alone",
        arguments: [
            (CertificateIdentitySource.emailAddress, "ann@example.org"),
            (.userPrincipalName, "ann@corp.example"),
            (.dnsName, "ann.example.org"),
            (.uri, "ann@example.org"),
            (.map(["ab01": "Ann"]), "ann"),
            (.map(["CN=Ann,O=Example": "ann"]), "ann"),
            (.map(["ab01": "ann", "CN=Ann,O=Example": "ann"]), "ann"),
        ]
    )
    func isTaken(_ source: CertificateIdentitySource, _ user: String) throws {
        #expect(try source.user(in: Self.ann) == user)
    }

    @Test(
        "is missing where the source is, whatever else stands in the certificate",
        arguments: [
            CertificateIdentitySource.emailAddress, .userPrincipalName, .dnsName, .uri,
            .commonName, .map([:]), .map(["ab02": "ann"]),
        ]
    )
    func isMissing(_ source: CertificateIdentitySource) {
        var facts = Self.ann
        switch source {
        case .emailAddress: facts.emailAddresses = []
        case .userPrincipalName: facts.userPrincipalNames = []
        case .dnsName: facts.dnsNames = []
        case .uri: facts.uris = []
        // A common name doesn't count beside alternative names.
        case .commonName, .map: break
        }
        #expect(throws: IdentityError.missing) { try source.user(in: facts) }
    }

    @Test("is nobody's when several values stand there")
    func isAmbiguous() {
        var facts = Self.ann
        facts.emailAddresses.append("bob@example.org")
        #expect(throws: IdentityError.ambiguous) {
            try CertificateIdentitySource.emailAddress.user(in: facts)
        }
        let map = CertificateIdentitySource.map(["ab01": "ann", "CN=Ann,O=Example": "bob"])
        #expect(throws: IdentityError.ambiguous) { try map.user(in: facts) }
    }

    @Test("is the common name where no alternative name stands")
    func isCommonName() throws {
        var facts = CertificateFacts()
        facts.commonNames = ["Ann"]
        #expect(try CertificateIdentitySource.commonName.user(in: facts) == "ann")
    }

    @Test(
        "is refused when it is no user name",
        arguments: ["ann*root@example.org", "ann example", "", "ann\0@example.org", "änn@x"]
    )
    func isUnusable(_ value: String) {
        var facts = CertificateFacts()
        facts.emailAddresses = [value]
        #expect(throws: IdentityError.unusable) {
            try CertificateIdentitySource.emailAddress.user(in: facts)
        }
    }

    @Test("is refused when any name of the certificate held NUL")
    func distrustsTheWholeCertificate() {
        var facts = Self.ann
        facts.hasUnusableNames = true
        #expect(throws: IdentityError.unusable) {
            try CertificateIdentitySource.emailAddress.user(in: facts)
        }
    }
}
