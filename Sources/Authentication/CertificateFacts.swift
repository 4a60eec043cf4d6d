// What a verified client certificate says about its holder.

/// The names in a client certificate whose chain, validity, purpose and revocation are verified.
package struct CertificateFacts: Equatable, Sendable {
    /// SHA-256 of the DER form, lower-case hexadecimal.
    package var fingerprint = ""
    /// Distinguished names in the form of RFC 2253.
    package var subject = ""
    package var issuer = ""
    /// Lower-case hexadecimal.
    package var serial = ""
    /// SAN rfc822Name.
    package var emailAddresses: [String] = []
    /// SAN otherName 1.3.6.1.4.1.311.20.2.3.
    package var userPrincipalNames: [String] = []
    /// SAN dNSName.
    package var dnsNames: [String] = []
    /// SAN uniformResourceIdentifier.
    package var uris: [String] = []
    package var commonNames: [String] = []
    /// A name held NUL or control characters: no identity may be taken from the certificate.
    package var hasUnusableNames = false

    package init() {}
}
