// From the backend's greeting to a session that is logged in: the gateway as an IMAP client.
import Audit
import Authentication
import Bytes
import IMAP
import Policy

/// The login at the backend, step by step.
///
/// Tags 1 to 15 are its own.
///
/// Nothing of the backend's text is kept. `mayLogIn` holds the credentials back until the record of
/// the user's identity is durable.
struct BackendLogin: ~Copyable {
    enum Outcome: Equatable {
        case waiting
        /// The bytes in the outbox are sent, then TLS begins.
        case startTLS
        case ready(BackendFacts)
        case failed(Phrase)
    }

    private enum Stage {
        case greeting, startTLS, handshake, capability, ready, id, login, afterLogin
    }

    /// The login never needs more tags; the relay's begin behind them.
    static let tagsMax: UInt64 = 15

    private let settings: BackendSettings
    private let user: String
    private let password: Secret?
    private let origin: Origin
    private let uses: UsesDemand
    private var stage = Stage.greeting
    private var capabilities: CapabilitySet?
    private var namespace: Namespaces?
    private var delimiter: UInt8?
    private var hasAskedDelimiter = false
    /// The tag of the question what mailboxes are for.
    private var usesTag: UInt64?
    /// Whether it was answered.
    private var areUsesTold = false
    private var marked: [MarkedMailbox] = []
    private var mayLogIn = false
    private var lastTag: UInt64 = 0
    /// What goes out after the backend's next `+`.
    private var afterContinuation: [Secret] = []

    /// The client's end, for ID.
    struct Origin: Equatable {
        let address: String
        let port: UInt16
        let serverAddress: String
        let serverPort: UInt16
        let session: String
    }

    init(
        _ settings: BackendSettings,
        user: String,
        password: Secret?,
        origin: Origin,
        uses: UsesDemand
    ) {
        self.settings = settings
        self.uses = uses
        self.user = user
        self.password = password
        self.origin = origin
    }

    /// The identity's record is on disk: the credentials may be sent.
    mutating func permit(into out: inout Outbox) -> Outcome {
        mayLogIn = true
        return stage == .ready ? logIn(into: &out) : .waiting
    }

    /// The TLS handshake after STARTTLS is done; what was said before it is forgotten.
    mutating func secured(into out: inout Outbox) -> Outcome {
        guard stage == .handshake else { return .failed("TLS out of turn") }
        (capabilities, namespace, delimiter, marked) = (nil, nil, nil, [])
        return askCapability(into: &out)
    }

    mutating func received(_ response: Response, into out: inout Outbox) -> Outcome {
        switch response {
        case .capability(let set):
            capabilities = set
            return .waiting
        case .status(.bye, _): return .failed("backend said BYE")
        case .status(.preauth, _): return .failed("backend greeted with PREAUTH")
        case .status(let status, let code): return greeted(status, code, into: &out)
        case .continuation: return continued(into: &out)
        case .tagged(let tag, let status, let code):
            return completed(tag, status, code, into: &out)
        // Unasked, the words of somebody in between or of the server before the login are none.
        case .namespace(let namespaces) where stage == .afterLogin:
            namespace = namespaces
            return .waiting
        case .list(let entry) where stage == .afterLogin:
            note(entry)
            return .waiting
        default: return stage == .greeting ? .failed("backend did not greet") : .waiting
        }
    }

    private mutating func greeted(
        _ status: Response.UntaggedStatus,
        _ code: ResponseCode?,
        into out: inout Outbox
    ) -> Outcome {
        if case .capability(let set)? = code { capabilities = set }
        guard stage == .greeting else { return .waiting }
        guard status == .ok else { return .failed("backend refused the connection") }
        guard settings.security == .startTLS else {
            return capabilities == nil ? askCapability(into: &out) : becomeReady(into: &out)
        }
        stage = .startTLS
        send("STARTTLS\r\n", into: &out)
        return .waiting
    }

    private mutating func completed(
        _ tag: UInt64,
        _ status: Response.Condition,
        _ code: ResponseCode?,
        into out: inout Outbox
    ) -> Outcome {
        guard tag <= lastTag, tag > 0 else { return .failed("backend answered a tag not sent") }
        if status == .ok, case .capability(let set)? = code { capabilities = set }
        if tag == usesTag { areUsesTold = status == .ok }
        switch stage {
        case .startTLS:
            guard status == .ok else { return .failed("backend refused STARTTLS") }
            stage = .handshake
            return .startTLS
        case .capability:
            guard status == .ok else { return .failed("backend refused CAPABILITY") }
            return becomeReady(into: &out)
        // ID is a courtesy: a backend that doesn't know it may still log the user in.
        case .login where tag < lastTag: return .waiting
        case .login:
            guard status == .ok else { return .failed("backend refused the login") }
            return loggedIn(into: &out)
        case .afterLogin where tag == lastTag: return toldAboutItself(into: &out)
        case .afterLogin, .id: return .waiting
        case .greeting, .handshake, .ready: return .failed("backend answered out of turn")
        }
    }

    private mutating func askCapability(into out: inout Outbox) -> Outcome {
        stage = .capability
        send("CAPABILITY\r\n", into: &out)
        return .waiting
    }

    private mutating func becomeReady(into out: inout Outbox) -> Outcome {
        stage = .ready
        return mayLogIn ? logIn(into: &out) : .waiting
    }

    private mutating func loggedIn(into out: inout Outbox) -> Outcome {
        stage = .afterLogin
        if !isCapabilityFresh { send("CAPABILITY\r\n", into: &out) }
        if capabilities?.contains(.namespace) ?? true {
            send("NAMESPACE\r\n", into: &out)
        } else {
            askDelimiter(into: &out)
        }
        _ = askUses(into: &out)
        return .waiting
    }

    /// Asks for the mailboxes with special uses, once and where the backend knows how to answer;
    /// false when nothing was asked.
    private mutating func askUses(into out: inout Outbox) -> Bool {
        guard usesTag == nil, let capabilities, capabilities.tellsUses,
            uses.need(at: capabilities) != .none
        else { return false }
        send("LIST (SPECIAL-USE) \"\" \"*\"\r\n", into: &out)
        usesTag = lastTag
        return true
    }

    private mutating func note(_ entry: ListEntry) {
        if entry.mailbox.isEmpty || usesTag == nil {
            delimiter = entry.delimiter
        } else if marked.count <= MailboxUses.mailboxesMax {
            marked.append(MarkedMailbox(name: entry.mailbox, attributes: entry.attributes))
        }
    }

    /// Asks with an empty pattern (RFC 9051, 6.3.9): for backends whose NAMESPACE says nothing.
    private mutating func askDelimiter(into out: inout Outbox) {
        hasAskedDelimiter = true
        send("LIST \"\" \"\"\r\n", into: &out)
    }

    private mutating func toldAboutItself(into out: inout Outbox) -> Outcome {
        // It would refuse all names as they are written here (RFC 6855, 7).
        if capabilities?.contains(.utf8Only) ?? false {
            return .failed("backend takes UTF-8 alone (UTF8=ONLY), which is not spoken to backends")
        }
        let listed = namespace?.personal.first?.delimiter ?? delimiter
        if listed == nil && !hasAskedDelimiter {
            askDelimiter(into: &out)
            return .waiting
        }
        if askUses(into: &out) { return .waiting }
        // What a mark would close must not stay open because the mark isn't told.
        if !areUsesKnown && uses.need(at: capabilities ?? CapabilitySet()) == .enforced {
            return .failed(whyUsesAreUnknown)
        }
        return .ready(
            BackendFacts(
                capabilities: capabilities,
                namespace: namespace,
                delimiter: delimiter,
                marked: marked,
                areUsesKnown: areUsesKnown,
                user: user,
                settings: settings
            )
        )
    }

    private var areUsesKnown: Bool { areUsesTold && !areMarksCut }

    /// There are marks that were not noted.
    private var areMarksCut: Bool { marked.count > MailboxUses.mailboxesMax }

    private var whyUsesAreUnknown: Phrase {
        if usesTag == nil {
            "backend does not say what mailboxes are for, and a rule must know it"
        } else if areUsesTold {
            "backend marks more mailboxes than are looked at"
        } else {
            "backend refuses to say what mailboxes are for"
        }
    }

    // MARK: Logging in

    private mutating func logIn(into out: inout Outbox) -> Outcome {
        stage = .login
        let known = capabilities ?? CapabilitySet()
        // Capabilities change with the login: those from before it are not kept.
        capabilities = nil
        if settings.sendsID && known.contains(.id) { sendID(into: &out) }
        switch settings.login {
        case .password:
            guard let password else { return .failed("backend wants a password; there is none") }
            if known.contains(.authPlain) {
                return authenticate("PLAIN", plain("", user, password), known, into: &out)
            }
            return login(user, password, known, into: &out)
        case .plainProxy(let master, let secret):
            return authenticate("PLAIN", plain(user, master, secret), known, into: &out)
        case .master(let master, let separator, let secret):
            return login(user + separator + master, secret, known, into: &out)
        case .external:
            return authenticate("EXTERNAL", Secret(user), known, into: &out)
        }
    }

    private var isCapabilityFresh: Bool { capabilities != nil }

    private func plain(_ authorization: String, _ user: String, _ password: Secret) -> Secret {
        var message = Buffer()
        message.append(text: authorization)
        message.append(0)
        message.append(text: user)
        message.append(0)
        password.withBytes { message.append($0) }
        let secret = Secret(message.span)
        message.wipe()
        return secret
    }

    private mutating func authenticate(
        _ mechanism: StaticString,
        _ message: Secret,
        _ known: CapabilitySet,
        into out: inout Outbox
    ) -> Outcome {
        var encoded = Buffer()
        message.withBytes { Base64.encode($0, into: &encoded) }
        defer { encoded.wipe() }
        startCommand(into: &out)
        out.backend.append("AUTHENTICATE ")
        out.backend.append(mechanism)
        out.holdsSecret = true
        if known.contains(.saslIR) {
            out.backend.append(" ")
            out.backend.append(encoded.span)
            out.backend.append("\r\n")
        } else {
            out.backend.append("\r\n")
            encoded.append("\r\n")
            afterContinuation = [Secret(encoded.span)]
        }
        return .waiting
    }

    private mutating func login(
        _ name: String,
        _ password: Secret,
        _ known: CapabilitySet,
        into out: inout Outbox
    ) -> Outcome {
        if known.contains(.loginDisabled) { return .failed("backend has LOGIN disabled") }
        lastTag += 1
        var bytes = Buffer()
        defer { bytes.wipe() }
        let pauses = Command.login(user: Array(name.utf8), password: password)
            .encode(tag: lastTag, literals: BackendLiterals(known), into: &bytes)
        var start = 0
        for pause in pauses.indices.map({ pauses[$0] }) + [bytes.count] {
            let part = bytes.span.extracting(start..<pause)
            if start == 0 {
                out.backend.append(part)
            } else {
                afterContinuation.append(Secret(part))
            }
            start = pause
        }
        out.holdsSecret = true
        return .waiting
    }

    private mutating func continued(into out: inout Outbox) -> Outcome {
        guard stage == .login, !afterContinuation.isEmpty else {
            return .failed("backend asked for data out of turn")
        }
        afterContinuation.removeFirst().withBytes { out.backend.append($0) }
        out.holdsSecret = true
        return .waiting
    }

    // MARK: Writing

    private mutating func startCommand(into out: inout Outbox) {
        lastTag += 1
        out.backend.append("g")
        out.backend.append(decimal: lastTag)
        out.backend.append(" ")
    }

    private mutating func send(_ command: StaticString, into out: inout Outbox) {
        startCommand(into: &out)
        out.backend.append(command)
    }

    /// The client's end in the keys that Dovecot and others read from trusted networks.
    private mutating func sendID(into out: inout Outbox) {
        startCommand(into: &out)
        out.backend.append("ID (\"name\" \"Postern\"")
        let pairs: [(StaticString, String)] = [
            ("x-originating-ip", origin.address), ("x-originating-port", String(origin.port)),
            ("x-connected-ip", origin.serverAddress),
            ("x-connected-port", String(origin.serverPort)), ("x-session-id", origin.session),
            ("x-proxy-ttl", "4"),
        ]
        for (key, value) in pairs {
            out.backend.append(" \"")
            out.backend.append(key)
            // Addresses, port numbers and our own session id: no character that needs quoting.
            out.backend.append("\" \"")
            out.backend.append(text: value)
            out.backend.append("\"")
        }
        out.backend.append(")\r\n")
    }
}
