// Which user a client certificate stands for: exactly one configured source, exactly one value.

/// Where in a certificate the user name stands.
package enum CertificateIdentitySource: Equatable, Sendable {
    case emailAddress, userPrincipalName, dnsName, uri, commonName
    /// By SHA-256 fingerprint or by full subject.
    case map([String: String])
}

/// Why a certificate names no user here.
package enum IdentityError: Error, Equatable, Sendable {
    /// The configured field is missing, or the map doesn't know the certificate.
    case missing
    /// Several values stand there: picking one would be a guess.
    case ambiguous
    /// NUL or control characters in a name, or a value that is no user name.
    case unusable
}

extension CertificateIdentitySource {
    /// The canonical user name that the certificate stands for.
    package func user(in facts: CertificateFacts) throws(IdentityError) -> String {
        if facts.hasUnusableNames { throw .unusable }
        let values = values(in: facts)
        guard let value = values.first else { throw .missing }
        guard values.count == 1 else { throw .ambiguous }
        guard let user = UserName.canonical(Array(value.utf8)) else { throw .unusable }
        return user
    }

    private func values(in facts: CertificateFacts) -> [String] {
        switch self {
        case .emailAddress: facts.emailAddresses
        case .userPrincipalName: facts.userPrincipalNames
        case .dnsName: facts.dnsNames
        case .uri: facts.uris.map(Self.withoutScheme)
        case .commonName: facts.commonNamesWithoutAlternatives
        case .map(let users): facts.mapped(by: users)
        }
    }
}

extension CertificateIdentitySource {
    /// `mailto:` is the one scheme that holds a user name as such (RFC 6068); any other URI has
    /// a colon still and is refused as no user name.
    private static func withoutScheme(_ uri: String) -> String {
        let scheme = "mailto:"
        let isMail = uri.prefix(scheme.count).lowercased() == scheme
        return isMail ? String(uri.dropFirst(scheme.count)) : uri
    }
}

extension CertificateFacts {
    /// The common name counts only where no alternative name stands (RFC 6125, 6.4.4).
    fileprivate var commonNamesWithoutAlternatives: [String] {
        let hasAlternatives =
            !(emailAddresses.isEmpty && userPrincipalNames.isEmpty && dnsNames.isEmpty
            && uris.isEmpty)
        return hasAlternatives ? [] : commonNames
    }

    /// Fingerprint and subject must agree where the map holds both.
    fileprivate func mapped(by users: [String: String]) -> [String] {
        let found = [users[fingerprint], users[subject]].compactMap { $0 }
        return found.count == 2 && found[0] == found[1] ? [found[0]] : found
    }
}
