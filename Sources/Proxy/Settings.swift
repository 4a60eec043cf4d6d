// What the administrator decided: an immutable snapshot that a reload swaps in whole.
package import Audit
package import Authentication
package import Bytes
package import IMAP
package import Policy

/// Everything a session needs to know of the configuration.
package final class Settings: Sendable {
    package let limits: Limits
    package let authentication: AuthenticationSettings
    package let backends: [BackendSettings]
    /// Tried in order: the first that matches decides, and without a match the user is refused.
    package let routes: [Route]
    package let policy: PolicySet
    package let refusals: RefusalStyle
    package let permissions: Permissions
    package let copies: CopyStyle
    package let durability: Durability
    package let audited: AuditedExtras
    /// Whether messages that are filed are recorded with their SHA-256.
    package let digestsMessages: Bool
    /// Whether COMPRESS=DEFLATE is offered at the login.
    package let offersCompression: Bool

    package init(
        limits: Limits,
        authentication: AuthenticationSettings,
        backends: [BackendSettings],
        routes: [Route],
        policy: PolicySet,
        refusals: RefusalStyle,
        permissions: Permissions = Permissions(),
        copies: CopyStyle = .lax,
        durability: Durability = Durability(),
        audited: AuditedExtras = AuditedExtras(),
        digestsMessages: Bool = true,
        offersCompression: Bool = true
    ) {
        self.limits = limits
        self.authentication = authentication
        self.backends = backends
        self.routes = routes
        self.policy = policy
        self.refusals = refusals
        self.permissions = permissions
        self.copies = copies
        self.durability = durability
        self.audited = audited
        self.digestsMessages = digestsMessages
        self.offersCompression = offersCompression
    }
}

/// What records say only where the administrator wants it.
package struct AuditedExtras: Equatable, Sendable {
    /// The words that a client searches for, in the clear.
    package var searchedWords = false
    /// Which messages EXPUNGE and CLOSE will remove: the backend is asked first.
    package var expungedUIDs = false

    package init() {}
}

/// How STORE and EXPUNGE are refused in a read-only mailbox.
package enum RefusalStyle: Sendable {
    /// `NO [NOPERM]`.
    case strict
    /// `OK`, ignored, for clients that retry a NO for ever.
    case compatible
}

/// What is refused unless the administrator permits it: it reaches beyond the user's own session.
package struct Permissions: Equatable, Sendable {
    /// GETACL, LISTRIGHTS, SETACL and DELETEACL, where policy and backend leave the right `a`.
    package var accessControl = false
    /// CREATE with USE, by which other clients choose where to file (RFC 6154, 3).
    package var specialUse = false

    package init() {}
}

/// Whether COPY and MOVE may carry flags where the user may not set them.
///
/// What a server copies keeps its flags, and no proxy can take them off without touching the copy.
package enum CopyStyle: Sendable {
    /// The right to insert is enough.
    case lax
    /// The target must allow `s`, `w` and `t`, too.
    case strict
}

/// Bounds on what a client may cost; each is tested.
package struct Limits: Equatable, Sendable {
    /// Everything before authentication, in bytes.
    package var unauthenticatedBytesMax = 8 * 1024
    package var unauthenticatedTimeout: Duration = .seconds(60)
    /// A command line without its literals.
    package var lineBytesMax = 64 * 1024
    /// One literal that is an argument.
    package var literalBytesMax = 256 * 1024
    /// All argument literals of one command.
    package var commandLiteralBytesMax = 1024 * 1024
    /// A message that is appended.
    package var messageBytesMax: UInt64 = 64 * 1024 * 1024
    /// What a message must come with on average, once `commandTimeout` is spent on it.
    package var messageBytesPerSecondMin: UInt64 = 1024
    /// A command begun and not finished.
    package var commandTimeout: Duration = .seconds(60)
    package var idleTimeout: Duration = .seconds(30 * 60)
    package var failedLoginsMax = 3
    /// Consecutive malformed commands.
    package var malformedCommandsMax = 10
    /// From the connection's start to a backend that is logged in.
    package var backendTimeout: Duration = .seconds(15)

    package init() {}
}

package struct AuthenticationSettings: Equatable, Sendable {
    package enum CertificateUse: Equatable, Sendable {
        /// AUTHENTICATE EXTERNAL is not offered.
        case off
        /// The certificate alone logs in (EXTERNAL).
        case alone
        /// A password login must come with a certificate whose identity is the same user.
        case withPassword
    }

    package var password = true
    package var certificate: CertificateUse = .off
    /// Where in the certificate the user name stands; nil only with `.off`.
    package var identity: CertificateIdentitySource?
    /// From the password's arrival to PAM's answer.
    package var deadline: Duration = .seconds(10)
    /// How long it counts what the name service said of a user's Unix groups.
    package var groupsAge: Duration = .seconds(300)

    package init() {}
}

/// Which backend a user belongs to.
package struct Route: Equatable, Sendable {
    /// `ann`, `ann@example.org`, `*@example.org` or `*`; `*` matches any run of characters.
    package let user: String
    /// Index into `Settings.backends`.
    package let backend: Int
    private let users: Wildcard

    package init(user: String, backend: Int) {
        self.user = user
        self.backend = backend
        users = Wildcard(Array(user.utf8))
    }

    /// Whether the user with this canonical name belongs to the backend.
    func matches(_ user: Span<UInt8>) -> Bool { users.matches(user) }
}

package struct BackendSettings: Equatable, Sendable {
    package enum Security: Equatable, Sendable { case plain, startTLS, tls }

    package enum Login: Equatable, Sendable {
        /// The client's own password, LOGIN or AUTHENTICATE PLAIN.
        case password
        /// AUTHENTICATE PLAIN with the user as authorization identity and a master user's password.
        case plainProxy(user: String, password: Secret)
        /// `LOGIN user<separator>master password`.
        case master(user: String, separator: String, password: Secret)
        /// AUTHENTICATE EXTERNAL with the gateway's certificate and the user as authorization identity.
        case external
    }

    package var name: String
    package var security: Security
    package var login: Login
    /// Send ID with x-originating-ip and its siblings before the login.
    package var sendsID = false
    /// Send a PROXY protocol version 2 header before anything else.
    package var sendsProxyHeader = false
    package var mailboxNames = MailboxNameRules()
    /// Prefixes behind which the user's own mailboxes are, beside those that NAMESPACE tells of.
    package var ownPrefixes = NamePrefixes(["Alt Folders"])
    /// Mailboxes that show the messages of others; closed to users whom any rule is about.
    package var virtualMailboxes = Self.knownVirtualMailboxes
    /// Whether those that the backend marks \All, \Flagged or \Important are taken for such.
    package var findsVirtual = true
    /// What the gateway does by itself where this backend can't.
    package var emulations = Emulations()

    package init(name: String, security: Security, login: Login) {
        self.name = name
        self.security = security
        self.login = login
    }
}

extension BackendSettings.Login {
    /// Whose credentials the backend gets; nil where it is the user or the gateway's certificate.
    func name(of user: String) -> String? {
        switch self {
        case .password, .external: nil
        case .plainProxy(let master, _): master
        case .master(let master, let separator, _): user + separator + master
        }
    }
}

extension BackendSettings {
    /// Where servers are known to show messages of other mailboxes: Dovecot's plugin, Gmail.
    private static let knownVirtualMailboxes = VirtualMailboxes(
        [
            "virtual/**", "[Gmail]/All Mail", "[Gmail]/Important", "[Gmail]/Starred",
            "[Google Mail]/All Mail", "[Google Mail]/Important", "[Google Mail]/Starred",
        ].compactMap { try? Pattern($0) }
    )
}
