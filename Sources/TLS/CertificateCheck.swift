// Looks at a certificate and its key before they are put into service, for `postern check`.

/// What is wrong with a certificate and its key, and what they say about themselves.
package struct CertificateCheck: Equatable, Sendable {
    package enum Problem: Equatable, Sendable {
        case certificateUnreadable
        case keyUnreadable
        case keyDoesNotMatch
        case expired
        case notYetValid
        case weakKey
    }

    package let problems: [Problem]

    /// The DNS names of the subject's alternative names.
    package let dnsNames: [String]

    /// When the certificate expires, in seconds since 1970; nil when it couldn't be read.
    package let notAfter: Int64?

    /// Checks at the time `now`, in seconds since 1970.
    package init(_ certificate: CertificateAndKey, at now: Int64) {
        problems = []
        dnsNames = []
        notAfter = nil
    }
}
