// The gateway's settings for a session that is tried out: all but how one proves who one is.
import Authentication
import Bytes
import Configuration
import Policy
import Proxy

extension Settings {
    /// Settings under which whoever logs in by `method` is believed, and backends agree.
    ///
    /// Routes, names of mailboxes, refusals, copies and permissions are those of `base`.
    static func trial(
        of policy: PolicySet,
        by method: AuthenticationMethod,
        like base: Settings?
    ) -> Settings {
        var authentication = AuthenticationSettings()
        authentication.identity = .commonName
        authentication.certificate =
            switch method {
            case .password: .off
            case .certificate: .alone
            case .both: .withPassword
            }
        return Settings(
            limits: base?.limits ?? Limits(),
            authentication: authentication,
            backends: (base?.backends ?? [Self.backend]).map(agreeing),
            routes: base?.routes ?? [Route(user: "*", backend: 0)],
            policy: policy,
            refusals: base?.refusals ?? .strict,
            permissions: base?.permissions ?? Permissions(),
            copies: base?.copies ?? .lax,
            digestsMessages: false,
            offersCompression: base?.offersCompression ?? true
        )
    }

    private static let backend = BackendSettings(name: "any", security: .plain, login: .password)

    /// The backend without what keeps strangers out.
    private static func agreeing(_ backend: BackendSettings) -> BackendSettings {
        var backend = backend
        backend.security = .plain
        backend.login = .plainProxy(user: "postern", password: Secret("postern"))
        backend.sendsID = false
        backend.sendsProxyHeader = false
        return backend
    }
}
