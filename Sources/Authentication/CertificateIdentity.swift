// Which user a client certificate stands for: exactly one configured source, exactly one value.

/// Where in a certificate the user name stands.
package enum CertificateIdentitySource: Equatable, Sendable {
    case emailAddress, userPrincipalName, dnsName, uri, commonName
    /// By SHA-256 fingerprint or by full subject.
    case map([String: String])
}
