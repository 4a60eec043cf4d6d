// What is wrong with the certificates of a configuration, where the configuration names them.
import Configuration
import TLS

/// The findings on every certificate with a key, and on the authorities and revocation lists.
struct CertificateFindings {
    let errors: [ConfigurationError]
    /// What clients and backends will find, but keeps nothing from being used.
    let warnings: [ConfigurationError]

    /// Checks at the time `now`, in seconds since 1970.
    init(_ configuration: Configuration, at now: Int64) {
        let own = configuration.listeners.flatMap(\.certificates)
        let shown = configuration.backends.compactMap { $0.tls?.clientCertificate }
        var pairs: [ConfigurationError] = []
        var times: [ConfigurationError] = []
        for files in own + shown {
            let pair = CertificateAndKey(
                chainPEM: files.chain.contents,
                keyPEM: files.key.contents
            )
            for problem in CertificateCheck(pair, at: now).problems {
                let isKey = problem == .keyUnreadable || problem == .keyDoesNotMatch
                let place = isKey ? files.key.position : files.chain.position
                let path = isKey ? files.key.path : files.chain.path
                let finding = ConfigurationError(place, "\(path): \(problem)")
                if problem == .expired || problem == .notYetValid {
                    times.append(finding)
                } else {
                    pairs.append(finding)
                }
            }
        }
        warnings = times
        let clients = configuration.listeners.compactMap(\.clientCertificates)
        let backends = configuration.backends.compactMap { $0.tls?.authorities }
        errors =
            pairs + clients.flatMap(Self.errors)
            + backends.compactMap { Self.error(of: $0, trusting: $0, lists: []) }
    }

    private static func errors(of clients: ClientCertificates) -> [ConfigurationError] {
        let authorities = clients.authorities
        if let error = error(of: authorities, trusting: authorities, lists: []) { return [error] }
        return clients.revocationLists.compactMap { list in
            error(of: list, trusting: authorities, lists: [list.contents])
        }
    }

    /// What keeps `file` from being used as it will be; nil when nothing does.
    private static func error(
        of file: NamedFile,
        trusting authorities: NamedFile,
        lists: [[UInt8]]
    ) -> ConfigurationError? {
        do {
            _ = try TrustStore(caPEM: authorities.contents, crlPEMs: lists)
            return nil
        } catch {
            return ConfigurationError(file.position, "\(file.path): \(error)")
        }
    }
}
