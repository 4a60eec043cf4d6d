// What the administrator decided, as checked values: the result of reading `postern.yaml`.
package import Audit
package import Authentication
package import Policy
package import Proxy

/// Everything that the configuration file says, with every file that it names already read.
package struct Configuration: Sendable {
    package var listeners: [Listener]
    package var authentication: AuthenticationSettings
    /// nil when no password is ever asked for.
    package var pam: PAMService?
    package var throttle: ThrottleSettings
    package var backends: [Backend]
    /// Tried in order; `Route.backend` is an index into `backends`.
    package var routes: [Route]
    package var policy: PolicySet
    package var refusals: RefusalStyle
    package var permissions: Permissions
    package var copies: CopyStyle
    /// Whether clients may compress (COMPRESS=DEFLATE).
    package var compression: Bool
    package var audit: AuditTrail
    package var limits: Limits
    package var processes: Processes
    package var log: OperationalLog

    /// What the sessions need of it.
    package var settings: Settings {
        Settings(
            limits: limits,
            authentication: authentication,
            backends: backends.map(\.settings),
            routes: routes,
            policy: policy,
            refusals: refusals,
            permissions: permissions,
            copies: copies,
            durability: audit.durability,
            audited: audit.extras,
            digestsMessages: audit.digestsMessages,
            offersCompression: compression
        )
    }
}

/// The PAM service that judges passwords, and the helpers that ask it.
package struct PAMService: Equatable, Sendable {
    package var service = "postern"
    /// A folder of service files for `pam_start_confdir`; nil means the system's.
    package var folder: String?
    /// How many `postern-pam` processes wait for work: as many logins are judged at a time.
    package var helpers = 4
    /// A helper that takes longer for one login is killed and replaced.
    package var deadline: Duration = .seconds(10)

    package init() {}
}

/// Where the recorder writes the trail.
package struct AuditTrail: Equatable, Sendable {
    package var folder: String
    /// A segment that reached this size is closed and the next one begun, in bytes.
    package var segmentBytesMax: UInt64 = 64 * 1024 * 1024
    /// Kept free for the trail's end: with less left it counts as unwritable, in bytes.
    package var reserveBytes: UInt64 = 16 * 1024 * 1024
    package var durability = Durability()
    /// How long records are kept; only `postern audit expire` goes by it.
    package var retention = Retention()
    package var extras = AuditedExtras()
    /// Whether sessions go on while the trail can't be written, instead of waiting.
    package var continuesOnFailure = false
    /// Whether the trail says of each message that is filed what its SHA-256 was.
    package var digestsMessages = true
    /// How fields that tell of people are treated.
    package var privacy = PrivacyRules()
    /// The folder of the keys for them; nil: in the trail's.
    package var keys: String?
    /// The socket of a syslog service that gets checkpoints; nil: none does.
    package var syslog: String?
    /// Where records are sent on to, each by a process of its own.
    package var shippings: [Shipping] = []

    package init(folder: String) { self.folder = folder }
}

/// Who the processes run as, and how many threads serve.
package struct Processes: Equatable, Sendable {
    /// The user of the gateway; used only where `postern serve` starts as root.
    package var user = "postern"
    /// The user of the recorder; used only where `postern serve` starts as root.
    package var auditUser = "postern-audit"
    /// The user of shippers; used only where `postern serve` starts as root.
    package var shipUser = "postern-ship"
    /// Reactor threads of the gateway; 0 means one for each core.
    package var reactors = 0
    /// How long sessions may go on after SIGTERM.
    package var drainTimeout: Duration = .seconds(30)

    package init() {}
}

/// The operational log on standard error; not the audit trail.
package struct OperationalLog: Equatable, Sendable {
    package enum Format: String, Sendable, CaseIterable { case text, json }

    package enum Level: String, Sendable, CaseIterable { case debug, info, warning, error }

    package var format: Format = .text
    /// The least serious level that is written.
    package var level: Level = .info

    package init() {}
}
