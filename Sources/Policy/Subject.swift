// Who asks, from where and how: all that a rule may depend on beside the mailbox and the time.

/// The facts of a session that rules look at.
package struct Subject: Equatable, Sendable {
    /// The canonical name that was authenticated.
    package var user: String
    /// The Unix groups of the user, by name.
    package var unixGroups: Set<String> = []
    /// Where the client connects from, behind a trusted PROXY header.
    package var address: NetworkAddress?
    package var method: AuthenticationMethod = .password
    /// The client certificate that was verified, used for the login or not.
    package var certificate: CertificateNames?
    package var tlsVersion: TLSVersion?
    package var listener = ""
    /// What the client calls itself in ID (RFC 2971); empty until it has said so.
    ///
    /// A word of the client's own, so it proves nothing.
    package var clientName = ""

    package init(user: String) { self.user = user }
}

/// How the user was authenticated.
package enum AuthenticationMethod: String, CaseIterable, Sendable {
    case password, certificate
    /// A password with the certificate of the same user.
    case both
}

/// The versions of TLS that the listeners speak.
package enum TLSVersion: String, CaseIterable, Sendable {
    case tls12 = "TLSv1.2"
    case tls13 = "TLSv1.3"
}

/// The distinguished names in a certificate, in the form of RFC 2253.
package struct CertificateNames: Equatable, Sendable {
    package var subject: String
    package var issuer: String

    package init(subject: String, issuer: String) {
        self.subject = subject
        self.issuer = issuer
    }
}

/// Which certificates are meant; both kinds of names must fit where both are given.
package struct CertificateMatch: Hashable, Sendable {
    /// Distinguished names with `*` for any run of characters.
    ///
    /// One of them must fit, where there are any.
    package var subjects: [String]
    package var issuers: [String]

    package init(subjects: [String] = [], issuers: [String] = []) {
        self.subjects = subjects
        self.issuers = issuers
    }

    package func matches(_ certificate: CertificateNames) -> Bool {
        Self.fits(certificate.subject, subjects) && Self.fits(certificate.issuer, issuers)
    }

    private static func fits(_ name: String, _ patterns: [String]) -> Bool {
        let name = Array(name.utf8)
        return patterns.isEmpty
            || patterns.contains { Wildcard(Array($0.utf8)).matches(name.span) }
    }
}
