// The way of a login once its credentials are there: throttle, PAM, route, record, backend.
import Audit
import Authentication
import Bytes
import IMAP
import Policy

extension Gate {
    // MARK: Throttle and PAM

    mutating func loginAdmitted(_ isAdmitted: Bool, at now: Instant, into out: inout Outbox) {
        guard case .login(var attempt) = stage, attempt.stage == .admission else { return }
        guard isAdmitted else {
            return refuse(attempt.tag, .throttled, user: attempt.user, into: &out)
        }
        guard let password = attempt.password else {
            return verified(attempt, at: now, into: &out)
        }
        attempt.stage = .verification
        attempt.deadline = now.advanced(by: settings.authentication.deadline)
            .advanced(by: Self.answerMargin)
        stage = .login(attempt)
        out.effects.append(
            .authenticate(
                Credentials(user: attempt.user, password: password, host: facts.clientAddress)
            )
        )
    }

    /// The helper pool keeps PAM's deadline; this session waits a little longer for its word.
    private static let answerMargin: Duration = .seconds(2)

    mutating func authenticated(
        _ answer: AuthenticationAnswer,
        at now: Instant,
        into out: inout Outbox
    ) {
        guard case .login(let attempt) = stage, attempt.stage == .verification else { return }
        switch answer {
        case .accepted: verified(attempt, at: now, into: &out)
        case .rejected: refuse(attempt.tag, .badCredentials, user: attempt.user, into: &out)
        case .expired: refuse(attempt.tag, .expired, user: attempt.user, into: &out)
        case .forbidden:
            refuse(attempt.tag, .contactAdministrator, user: attempt.user, into: &out)
        case .unavailable: refuse(attempt.tag, .unavailable, user: attempt.user, into: &out)
        }
    }

    /// The user is who he says he is.
    private mutating func verified(
        _ attempt: LoginAttempt,
        at now: Instant,
        into out: inout Outbox
    ) {
        out.effects.append(.loginEnded(user: attempt.user, succeeded: true))
        guard settings.policy.namesUnixGroups else { return open(attempt, at: now, into: &out) }
        var attempt = attempt
        attempt.stage = .groups
        attempt.deadline = now.advanced(by: settings.authentication.deadline)
            .advanced(by: Self.answerMargin)
        stage = .login(attempt)
        out.effects.append(.lookUpGroups(user: attempt.user))
    }

    mutating func groupsTold(_ groups: Set<String>?, at now: Instant, into out: inout Outbox) {
        guard case .login(var attempt) = stage, attempt.stage == .groups else { return }
        attempt.unixGroups = groups
        if groups == nil {
            let isNeeded = settings.policy.unixGroupsNeed == .enforced
            var record = trail.event(
                .authorizationDenied,
                verdict: isNeeded ? .deny : .wouldDeny,
                reason: .groupsUnknown
            )
            record.arguments = ShortBytes(attempt.user)
            trail.record(record, into: &out)
            if isNeeded {
                return refuse(attempt.tag, .unavailable, user: attempt.user, into: &out)
            }
        }
        open(attempt, at: now, into: &out)
    }

    /// Writes the login down and reaches for the backend meanwhile.
    private mutating func open(
        _ attempt: LoginAttempt,
        at now: Instant,
        into out: inout Outbox
    ) {
        guard let index = settings.backend(for: attempt.user) else {
            return refuse(attempt.tag, .unauthorized, user: attempt.user, into: &out)
        }
        guard isRecorderAvailable else {
            return refuse(attempt.tag, .unavailable, user: attempt.user, into: &out)
        }
        var attempt = attempt
        attempt.stage = .backend
        attempt.deadline = now.advanced(by: settings.limits.backendTimeout)
        stage = .login(attempt)
        let backend = settings.backends[index]
        trail.facts.user = attempt.user
        trail.facts.method = attempt.method.fact
        trail.facts.backend = backend.name
        trail.facts.backendUser = backend.login.name(of: attempt.user)
        var record = trail.decision(.authenticationOK, .allow, of: .identity)
        record.tag = attempt.tag.bytes
        trail.record(record, into: &out)
        self.backend = ResponseFragmenter()
        backendLogin = BackendLogin(
            backend,
            user: attempt.user,
            password: attempt.password,
            origin: BackendLogin.Origin(
                address: facts.clientAddress,
                port: facts.clientPort,
                serverAddress: facts.serverAddress,
                serverPort: facts.serverPort,
                session: facts.session
            ),
            uses: UsesDemand(
                of: settings.policy,
                for: Subject(attempt, facts, tls),
                findsVirtual: backend.findsVirtual
            )
        )
        out.effects.append(.connectBackend(index))
        // Its greeting is still to come: nothing is sent yet.
        if trail.mayFollow(.identity) { _ = backendLogin?.permit(into: &out) }
    }

    // MARK: The backend

    mutating func recorded(into out: inout Outbox) {
        trail.recorded()
        switch stage {
        case .refusal(let tag, let refusal): answer(tag, refusal, into: &out)
        case .login(let attempt) where attempt.stage == .backend:
            if let outcome = backendLogin?.permit(into: &out) { settle(outcome, into: &out) }
        default: break
        }
    }

    mutating func backendSent(_ bytes: Span<UInt8>, into out: inout Outbox) -> Progress {
        var offset = 0
        while backendLogin != nil {
            switch backend.feed(bytes, from: &offset) {
            case .needMore: return Progress(consumed: bytes.count)
            case .literal: backend.collectLiteral()
            case .response:
                let response = try? ResponseParser.parse(backend.piece)
                backend.reset()
                let outcome = received(response, into: &out)
                let isInjected = outcome == .startTLS && offset < bytes.count
                settle(isInjected ? .failed("backend sent data before TLS") : outcome, into: &out)
            case .streamed, .streamEnded, .violation:
                settle(.failed("backend broke the protocol"), into: &out)
            }
            if admission != nil { break }
        }
        return Progress(consumed: offset)
    }

    private mutating func received(
        _ response: Response?,
        into out: inout Outbox
    ) -> BackendLogin.Outcome {
        guard let response else { return .failed("backend broke the protocol") }
        return backendLogin?.received(response, into: &out) ?? .waiting
    }

    mutating func backendReached(_ reach: BackendReach, into out: inout Outbox) {
        guard backendLogin != nil else { return }
        var record = trail.event(.backendConnect)
        reach.complete(&record)
        trail.record(record, into: &out)
    }

    mutating func backendSecured(into out: inout Outbox) {
        if let outcome = backendLogin?.secured(into: &out) { settle(outcome, into: &out) }
    }

    mutating func backendClosed(into out: inout Outbox) {
        guard backendLogin != nil else { return }
        settle(.failed("backend is not reachable or hung up"), into: &out)
    }

    private mutating func settle(_ outcome: BackendLogin.Outcome, into out: inout Outbox) {
        guard case .login(let attempt) = stage else { return }
        switch outcome {
        case .waiting: break
        case .startTLS: out.effects.append(.startBackendTLS)
        case .ready(let backend):
            var subject = Subject(attempt, facts, tls)
            subject.clientName = clientName
            let need = backend.usesDemand(of: settings.policy, for: subject)
                .need(at: backend.capabilities)
            if need == .rehearsed && backend.names.uses == nil {
                trail.recordUnknownUses(into: &out)
            }
            admission = Admission(
                subject: subject,
                knowsGroups: attempt.unixGroups != nil,
                tag: attempt.tag,
                backend: backend
            )
        case .failed(let reason):
            backendLogin = nil
            out.effects.append(.closeBackend)
            trail.record(trail.event(.backendLogin, verdict: .deny, reason: reason), into: &out)
            forgetIdentity()
            refuse(attempt.tag, .unavailable, user: attempt.user, into: &out)
        }
    }

    /// The records of what comes after a login that failed are nobody's.
    private mutating func forgetIdentity() {
        trail.facts.user = nil
        trail.facts.method = nil
        trail.facts.backend = nil
        trail.facts.backendUser = nil
    }

    // MARK: Refusals

    /// Writes the refusal down; the client hears of it when the record is durable.
    mutating func refuse(_ tag: Tag, _ refusal: Refusal, user: String?, into out: inout Outbox) {
        let isWrong = refusal == .badCredentials
        if isWrong {
            failedLogins += 1
            out.effects.append(.loginEnded(user: user ?? "", succeeded: false))
        }
        let event: Event = refusal == .unauthorized ? .authorizationDenied : .authenticationFail
        let claimed = trail.facts.user
        trail.facts.user = user
        let recordClass: RecordClass = refusal == .unauthorized ? .denied : .identity
        var record = trail.decision(event, .deny, of: recordClass)
        trail.facts.user = claimed
        trail.facts.login = nil
        record.tag = tag.bytes
        record.state = "not authenticated"
        record.code = refusal.code
        record.reason = refusal.text
        trail.record(record, into: &out)
        // Without a recorder nobody can wait for the record: the answer is UNAVAILABLE at once.
        guard isRecorderAvailable else { return answer(tag, .unavailable, into: &out) }
        guard !trail.mayFollow(recordClass) else { return answer(tag, refusal, into: &out) }
        stage = .refusal(tag, refusal)
    }

    private mutating func answer(_ tag: Tag, _ refusal: Refusal, into out: inout Outbox) {
        stage = .command
        out.client.append(refusal, tag: tag)
        if failedLogins >= settings.limits.failedLoginsMax {
            return end("Too many failed logins", .limit, into: &out)
        }
        endIfDrained(into: &out)
        endIfClientIsDone(into: &out)
    }

    mutating func recorderChanged(isAvailable: Bool, into out: inout Outbox) {
        isRecorderAvailable = isAvailable
        guard !isAvailable else { return }
        switch stage {
        case .refusal(let tag, _): answer(tag, .unavailable, into: &out)
        case .login(let attempt) where attempt.stage == .backend && !trail.isDurable:
            if backendLogin != nil { out.effects.append(.closeBackend) }
            backendLogin = nil
            forgetIdentity()
            answer(attempt.tag, .unavailable, into: &out)
        default: break
        }
    }

    // MARK: Time

    var nextDeadline: Instant {
        if case .login(let attempt) = stage { return min(deadline, attempt.deadline) }
        return deadline
    }

    /// Ends the session with a login that the throttle or PAM left without an answer.
    ///
    /// An answer that still comes would else be taken for one to the next attempt.
    private mutating func giveUp(_ attempt: LoginAttempt, into out: inout Outbox) {
        refuse(attempt.tag, .unavailable, user: attempt.user, into: &out)
        // Without a recorder the client has its answer already.
        if case .refusal(let tag, let refusal) = stage { out.client.append(refusal, tag: tag) }
        end("Authentication took too long", .limit, into: &out)
    }

    mutating func timePassed(at now: Instant, into out: inout Outbox) {
        if case .login(let attempt) = stage, now >= attempt.deadline {
            if attempt.stage == .backend {
                settle(.failed("backend did not answer in time"), into: &out)
            } else {
                giveUp(attempt, into: &out)
            }
        } else if now >= deadline {
            end("Too slow", .limit, into: &out)
        }
    }
}
