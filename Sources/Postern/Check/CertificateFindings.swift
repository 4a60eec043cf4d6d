// What is wrong with the certificates of a configuration, where the configuration names them.
import Configuration
import TLS

/// The findings on every certificate with a key: the listeners' and those shown to backends.
struct CertificateFindings {
    let errors: [ConfigurationError]

    /// Checks at the time `now`, in seconds since 1970.
    init(_ configuration: Configuration, at now: Int64) {
        let own = configuration.listeners.flatMap(\.certificates)
        let shown = configuration.backends.compactMap { $0.tls?.clientCertificate }
        errors = (own + shown).flatMap { files in
            let pair = CertificateAndKey(
                chainPEM: files.chain.contents,
                keyPEM: files.key.contents
            )
            return CertificateCheck(pair, at: now).problems.map { problem in
                let isKey = problem == .keyUnreadable || problem == .keyDoesNotMatch
                let place = isKey ? files.key.position : files.chain.position
                let path = isKey ? files.key.path : files.chain.path
                return ConfigurationError(place, "\(path): \(problem)")
            }
        }
    }
}
