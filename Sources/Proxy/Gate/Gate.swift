// Everything before the login is done: greeting, TLS, credentials, PAM, backend.
import Audit
import Authentication
import Bytes
import IMAP
import Policy

/// A session that is not authenticated.
///
/// A client gets `limits.unauthenticatedBytesMax` bytes and `limits.unauthenticatedTimeout` in all.
struct Gate: ~Copyable {
    /// What the gate is waiting for.
    enum Stage {
        case command
        case line(SASLExchange)
        case login(LoginAttempt)
        /// The record of a refusal is being written; then the client hears of it.
        case refusal(Tag, Refusal)
        /// STARTTLS was answered.
        case handshake
        case finished
    }

    /// What a login ends in: all that the authenticated session starts with.
    struct Admission {
        let subject: Subject
        /// Whether the subject's Unix groups were asked for.
        let knowsGroups: Bool
        let tag: Tag
        let backend: BackendFacts
    }

    private(set) var facts: ConnectionFacts
    var settings: Settings
    var tls: ClientTLSFacts?
    let offersStartTLS: Bool
    var trail: Trail
    var client: CommandFragmenter
    var backend = ResponseFragmenter()
    var stage = Stage.command
    var backendLogin: BackendLogin?
    var admission: Admission?
    var isRecorderAvailable = true
    var isDraining = false
    /// The client says nothing more, and hears how its login ends.
    private(set) var isClientDone = false
    private var bytesLeft: Int
    private var malformedCommands = 0
    private var isFirstCommand = true
    var failedLogins = 0
    /// From the client's ID.
    private(set) var clientName = ""
    let deadline: Instant

    init(
        _ facts: ConnectionFacts,
        tls: ClientTLSFacts?,
        offersStartTLS: Bool,
        settings: Settings,
        at now: Instant,
        into out: inout Outbox
    ) {
        self.facts = facts
        self.settings = settings
        self.offersStartTLS = offersStartTLS
        bytesLeft = settings.limits.unauthenticatedBytesMax
        deadline = now.advanced(by: settings.limits.unauthenticatedTimeout)
        var known = facts.known
        known.policyRevision = settings.policy.revision
        trail = Trail(known, durability: settings.durability)
        client = CommandFragmenter(limits: settings.limits.beforeLogin)
        trail.record(trail.event(.connectionOpen), into: &out)
        if let tls { secured(tls, into: &out) }
        offer.append(after: "* OK [CAPABILITY", to: &out.client)
        out.client.append("] Postern ready\r\n")
    }

    var offer: CapabilitySet {
        guard tls != nil else { return Offer.beforeTLS }
        let use = settings.authentication.certificate
        return Offer.beforeLogin(
            password: settings.authentication.password,
            certificate: use == .alone && tls?.certificate != nil
        )
    }

    private mutating func secured(_ tls: ClientTLSFacts, into out: inout Outbox) {
        self.tls = tls
        trail.facts.tlsVersion = tls.version
        trail.facts.tlsCipher = tls.cipher
        trail.facts.serverName = tls.serverName
        trail.facts.certificateFingerprint = tls.certificate?.fingerprint
        trail.facts.certificateSubject = tls.certificate?.subject
        trail.facts.certificateIssuer = tls.certificate?.issuer
        trail.facts.certificateSerial = tls.certificate?.serial
        trail.record(trail.event(.tlsStart), into: &out)
    }

    // MARK: Input

    /// The STARTTLS handshake is done: everything said before it is forgotten (RFC 9051, 6.2.1).
    mutating func clientSecured(_ tls: ClientTLSFacts, into out: inout Outbox) {
        guard case .handshake = stage else { return }
        stage = .command
        client = CommandFragmenter(limits: settings.limits.beforeLogin)
        isFirstCommand = true
        secured(tls, into: &out)
        endIfDrained(into: &out)
    }

    mutating func clientSent(
        _ bytes: Span<UInt8>,
        at now: Instant,
        into out: inout Outbox
    ) -> Progress {
        var offset = 0
        while acceptsInput {
            let start = offset
            // No more than may still be said is looked at: however it is cut, it ends the same.
            let allowed = bytes.extracting(..<min(bytes.count, offset + bytesLeft))
            let event: CommandFragmenter.Event
            if case .line = stage {
                let bytesMax = settings.limits.unauthenticatedBytesMax
                event = client.feedLine(allowed, from: &offset, bytesMax: bytesMax)
            } else {
                event = client.feed(allowed, from: &offset)
            }
            bytesLeft -= offset - start
            if event == .needMore && offset < bytes.count {
                end("Too much data before authentication", .limit, into: &out)
                break
            }
            guard handle(event, isLast: offset == bytes.count, at: now, into: &out) else { break }
        }
        return Progress(consumed: offset)
    }

    var acceptsInput: Bool {
        switch stage {
        case .command, .line: true
        case .login, .refusal, .handshake, .finished: false
        }
    }

    /// Deals with one event; false when the client must send more first.
    private mutating func handle(
        _ event: CommandFragmenter.Event,
        isLast: Bool,
        at now: Instant,
        into out: inout Outbox
    ) -> Bool {
        switch event {
        case .needMore: return false
        case .literal(let header): atLiteral(header, into: &out)
        case .command:
            if case .line(let exchange) = stage {
                let step = exchange.received(client.command)
                client.reset()
                follow(exchange, step, at: now, into: &out)
            } else {
                atCommand(isLast: isLast, at: now, into: &out)
            }
        // No literal is streamed before authentication.
        case .streamed, .streamEnded: return true
        case .violation(let violation): end(violation.farewell, violation.event, into: &out)
        }
        return true
    }

    private mutating func atLiteral(_ header: LiteralHeader, into out: inout Outbox) {
        switch CommandParser.atLiteral(client.command, header: header) {
        case .argument where client.canCollectLiteral && header.size <= UInt64(max(0, bytesLeft)):
            client.collectLiteral()
            if !header.isNonSynchronizing { out.client.append("+ Ready\r\n") }
        case .argument, .message:
            end("Too much data before authentication", .limit, into: &out)
        case .malformed(let failure):
            // After a literal that nobody asked for, the command's end cannot be trusted.
            guard !header.isNonSynchronizing else {
                return end("Malformed command", .malformed, into: &out)
            }
            refuse(failure, into: &out)
            client.abandonCommand()
        }
    }

    // MARK: Commands

    private mutating func atCommand(isLast: Bool, at now: Instant, into out: inout Outbox) {
        let tagged: TaggedCommand
        do {
            tagged = try CommandParser.parse(client.command)
            client.reset()
        } catch {
            client.reset()
            return refuse(error, into: &out)
        }
        isFirstCommand = false
        malformedCommands = 0
        trail.beginCommand()
        let tag = tagged.tag
        switch tagged.command {
        case .capability:
            note(tagged, into: &out)
            offer.append(after: "* CAPABILITY", to: &out.client)
            out.client.append("\r\n")
            out.client.appendOK(tag, "CAPABILITY")
        case .noop:
            note(tagged, into: &out)
            out.client.appendOK(tag, "NOOP")
        case .id(let fields):
            clientName = fields.clientName
            note(tagged, into: &out)
            out.client.append("* ID (\"name\" \"Postern\")\r\n")
            out.client.appendOK(tag, "ID")
        case .logout:
            note(tagged, into: &out)
            out.client.appendBye("Logging out")
            out.client.appendOK(tag, "LOGOUT")
            finish("the client has logged out", into: &out)
        case .startTLS: startTLS(tagged, isLast: isLast, into: &out)
        case .login(let user, let password):
            guard admitsCredentials(tagged, into: &out) else { return }
            attempt(tag, user: user, password: password, at: now, into: &out)
        case .authenticate(let mechanism, let response):
            guard admitsCredentials(tagged, into: &out) else { return }
            authenticate(tag, mechanism, response, at: now, into: &out)
        default:
            note(tagged, verdict: .bad, refusal: .wrongState, into: &out)
            out.client.append(.wrongState, tag: tag)
        }
    }

    private mutating func note(
        _ tagged: TaggedCommand,
        verdict: Record.Verdict = .local,
        refusal: Refusal? = nil,
        into out: inout Outbox
    ) {
        var record = trail.decision(tagged.command.verb.row.event, verdict)
        record.code = refusal?.code
        record.reason = refusal?.text
        record.tag = tagged.tag.bytes
        record.verb = tagged.command.phrase
        record.state = "not authenticated"
        if case .id = tagged.command { tagged.command.describe(into: &record.arguments) }
        trail.record(record, into: &out)
    }

    private mutating func startTLS(_ tagged: TaggedCommand, isLast: Bool, into out: inout Outbox) {
        guard offersStartTLS, tls == nil else {
            note(tagged, verdict: .bad, into: &out)
            return out.client.append(.unknownCommand, tag: tagged.tag)
        }
        // Bytes behind STARTTLS in the same read were sent in the clear to be run under TLS.
        guard isLast else { return end("Plaintext after STARTTLS", .smuggling, into: &out) }
        note(tagged, into: &out)
        tagged.tag.append(to: &out.client)
        out.client.append(" OK Begin TLS\r\n")
        out.effects.append(.startClientTLS)
        stage = .handshake
    }

    /// Refuses credentials before TLS and while no record of them could be kept.
    private mutating func admitsCredentials(_ tagged: TaggedCommand, into out: inout Outbox) -> Bool
    {
        let refusal: Refusal
        if tls == nil {
            refusal = .tlsRequired
        } else if !isRecorderAvailable || isDraining {
            refusal = .unavailable
        } else {
            return true
        }
        note(tagged, verdict: .deny, refusal: refusal, into: &out)
        out.client.append(refusal, tag: tagged.tag)
        return false
    }

    private mutating func refuse(_ failure: ParseFailure, into out: inout Outbox) {
        if isFirstCommand && failure.reason == .foreignProtocol {
            return end("This is an IMAP server", .malformed, into: &out)
        }
        trail.beginCommand()
        var record = trail.decision(failure.event, .bad)
        record.verb = failure.phrase
        record.state = "not authenticated"
        if let tag = failure.tag { record.tag = tag.bytes }
        trail.record(record, into: &out)
        let refusal: Refusal = failure.reason == .unknownCommand ? .unknownCommand : .malformed
        if let tag = failure.tag {
            out.client.append(refusal, tag: tag)
        } else {
            out.client.appendUntagged(refusal)
        }
        malformedCommands += 1
        if malformedCommands >= settings.limits.malformedCommandsMax {
            end("Too many malformed commands", .limit, into: &out)
        }
    }

    // MARK: The end

    mutating func drain(into out: inout Outbox) {
        isDraining = true
        endIfDrained(into: &out)
    }

    /// A login under way is finished first: where it succeeds, the relay ends the session.
    mutating func endIfDrained(into out: inout Outbox) {
        guard isDraining, acceptsInput else { return }
        end("Server is shutting down", .connectionClose, into: &out)
    }

    /// The client says nothing more; all that it said was offered before.
    mutating func clientEnded(into out: inout Outbox) {
        isClientDone = true
        endIfClientIsDone(into: &out)
    }

    mutating func endIfClientIsDone(into out: inout Outbox) {
        if isClientDone && acceptsInput { finish("the client says nothing more", into: &out) }
    }

    /// New settings count from now on; a login under way goes on with the backend it has.
    mutating func settingsChanged(_ settings: Settings) {
        self.settings = settings
        trail.facts.policyRevision = settings.policy.revision
    }

    mutating func clockSet(_ epoch: Epoch) { facts.epoch = epoch }

    /// Says BYE, records why, closes.
    mutating func end(_ text: Phrase, _ event: Event, into out: inout Outbox) {
        if case .finished = stage { return }
        if event != .connectionClose {
            var record = trail.event(event, verdict: .disconnect, reason: text)
            record.sequence = trail.sequence
            trail.record(record, into: &out)
        }
        out.client.appendBye(text)
        finish(text, into: &out)
    }

    mutating func finish(_ reason: Phrase, into out: inout Outbox) {
        if case .finished = stage { return }
        stage = .finished
        client.wipe()
        if backendLogin != nil { out.effects.append(.closeBackend) }
        backendLogin = nil
        trail.record(trail.end(reason), into: &out)
        out.effects.append(.closeClient)
    }
}
