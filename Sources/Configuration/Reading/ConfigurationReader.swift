// The top of `postern.yaml`: its sections and what they must have in common.
import Authentication
import Policy
import Proxy

/// Reads one configuration; every finding goes to `findings`.
struct ConfigurationReader {
    let files: Files
    let findings: Findings
    let digest: ([UInt8]) -> String

    static let keys = [
        "postern", "listeners", "authentication", "backends", "routes", "policy", "rehearse",
        "refusals",
        "copies", "compression", "permit", "audit", "limits", "processes", "log",
    ]

    func configuration(_ root: Value, policy other: String?) -> Configuration? {
        guard let table = root.table(Self.keys) else { return nil }
        if let version = table.required("postern") { _ = version.integer(in: 1...1) }
        let listeners = table.required("listeners").flatMap(self.listeners)
        let backends = table.required("backends").flatMap(self.backends)
        let routes = table.required("routes").flatMap { self.routes($0, to: backends ?? []) }
        let policy = policy(table, other: other)
        let audit = table.required("audit").flatMap(self.audit)
        let authentication = authentication(table)
        let limits = table["limits"].map(self.limits) ?? Limits()
        let processes = table["processes"].map(self.processes) ?? Processes()
        let log = table["log"].map(self.log) ?? OperationalLog()
        let styles: KeyValuePairs<String, RefusalStyle> = [
            "strict": .strict, "compatible": .compatible,
        ]
        let refusals = table["refusals"]?.choice(styles)
        let copying: KeyValuePairs<String, CopyStyle> = ["lax": .lax, "strict": .strict]
        let copies = table["copies"]?.choice(copying)
        let compression = table["compression"]?.bool() ?? true
        guard let listeners, let backends, let routes, let policy, let audit else { return nil }
        let configuration = Configuration(
            listeners: listeners,
            authentication: authentication.settings,
            pam: authentication.settings.password || policy.namesUnixGroups
                ? authentication.pam : nil,
            throttle: authentication.throttle,
            backends: backends,
            routes: routes,
            policy: policy,
            refusals: refusals ?? .strict,
            permissions: table["permit"].map(self.permissions) ?? Permissions(),
            copies: copies ?? .lax,
            compression: compression,
            audit: audit,
            limits: limits,
            processes: processes,
            log: log
        )
        checkLogins(of: configuration, table)
        return configuration
    }

    private func policy(_ table: Table, other: String?) -> PolicySet? {
        let named = table.required("policy")
        let documents = other.map(files.policy) ?? named.flatMap(files.policy)
        var reader = PolicyReader(files: files, findings: findings, digest: digest)
        let isAsked = table["rehearse"].map { $0.bool() ?? false } ?? false
        reader.rehearses = isAsked || files.rehearses
        return documents.flatMap(reader.policy)
    }

    /// Whether each way to log in has what it needs on both sides of the door.
    private func checkLogins(of configuration: Configuration, _ table: Table) {
        let authentication = configuration.authentication
        let place = table["authentication"]?.position ?? table.position
        guard authentication.certificate != .off else {
            if !authentication.password {
                findings.add(
                    place,
                    "nobody can log in: neither password nor certificate is allowed"
                )
            }
            return
        }
        if configuration.listeners.allSatisfy({ $0.clientCertificates == nil }) {
            findings.add(place, "no listener asks for certificates; give one client-certificates")
        }
        if authentication.certificate == .withPassword && !authentication.password {
            findings.add(place, "\"with-password\" needs password: true")
        }
        guard authentication.certificate == .alone else { return }
        for backend in configuration.backends where backend.settings.login == .password {
            let name = backend.settings.name
            findings.add(
                table["backends"]?.position ?? table.position,
                "backend \"\(name)\" needs a password, which users with a certificate alone don't "
                    + "have; use login: plain-proxy, master or external"
            )
        }
    }
}
