// The settings that the conversations run under.
import Authentication
import Bytes
import Policy
import Proxy

extension Settings {
    /// Archive is read-only, Secret is denied, Drop may be filed into only, Marked may be marked.
    static func sample(
        login: BackendSettings.Login = .password,
        security: BackendSettings.Security = .plain,
        certificate: AuthenticationSettings.CertificateUse = .off,
        refusals: RefusalStyle = .strict,
        permissions: Permissions = Permissions(),
        sendsID: Bool = false,
        findsVirtual: Bool = false,
        emulations: Emulations = Emulations(),
        limits: Limits = Limits(),
        offersCompression: Bool = true,
        rules: [Rule]? = nil,
        revision: String = "r1"
    ) -> Settings {
        var authentication = AuthenticationSettings()
        authentication.certificate = certificate
        if certificate != .off { authentication.identity = .emailAddress }
        var backend = BackendSettings(name: "main", security: security, login: login)
        backend.sendsID = sendsID
        backend.findsVirtual = findsVirtual
        backend.emulations = emulations
        return Settings(
            limits: limits,
            authentication: authentication,
            backends: [backend],
            routes: [Route(user: "ann", backend: 0), Route(user: "*@example.org", backend: 0)],
            policy: PolicySet(rules: rules ?? sampleRules, groups: [:], revision: revision),
            refusals: refusals,
            permissions: permissions,
            offersCompression: offersCompression
        )
    }

    static let sampleRules: [Rule] = [
        .sample("archive-read-only", ["Archive/**"], "lr"),
        .sample("secret-denied", ["Secret/**"], ""),
        .sample("drop-box", ["Drop"], "li"),
        .sample("marked", ["Marked"], "lrs"),
        .sample("list-only", ["Listed"], "l"),
        .sample("no-delete", ["Keep/**"], "lrswik"),
    ]
}

extension Rule {
    static func sample(_ id: String, _ mailboxes: [String], _ letters: String) -> Rule {
        Rule(
            id: id,
            who: .everyone,
            mailboxes: mailboxes.compactMap { try? Pattern($0) },
            limit: (try? Rights(letters: letters)) ?? .none,
            position: SourcePosition(file: "policy.yaml", line: 1, column: 1)
        )
    }
}

extension Permissions {
    /// Everything that can be permitted.
    static var all: Permissions {
        var all = Permissions()
        all.accessControl = true
        all.specialUse = true
        return all
    }
}
