// What a client shows to log in: a password or a certificate, and whose they are.
import Audit
import Authentication
import Bytes
import IMAP
import Policy

extension Gate {
    mutating func authenticate(
        _ tag: Tag,
        _ mechanism: [UInt8],
        _ response: Secret?,
        at now: Instant,
        into out: inout Outbox
    ) {
        let name = mechanism.span
        let chosen: SASLExchange.Mechanism
        if name.spells("PLAIN") && offer.contains(.authPlain) {
            chosen = .plain
        } else if name.spells("LOGIN") && offer.contains(.authLogin) {
            chosen = .login(user: nil)
        } else if name.spells("EXTERNAL") && offer.contains(.authExternal) {
            guard let user = identity() else {
                return refuse(tag, .badCredentials, user: nil, into: &out)
            }
            chosen = .external(user: user)
        } else {
            return refuse(tag, .unknownMechanism, user: nil, into: &out)
        }
        let exchange = SASLExchange(tag: tag, mechanism: chosen)
        guard let response else { return challenge(exchange, into: &out) }
        follow(exchange, response.withBytes { exchange.received($0) }, at: now, into: &out)
    }

    private mutating func challenge(_ exchange: SASLExchange, into out: inout Outbox) {
        stage = .line(exchange)
        exchange.appendChallenge(to: &out.client)
    }

    /// Does what the client's line leads to.
    mutating func follow(
        _ exchange: SASLExchange,
        _ step: SASLExchange.Step,
        at now: Instant,
        into out: inout Outbox
    ) {
        stage = .command
        switch step {
        case .cancelled:
            trail.record(trail.event(.authenticationCancel), into: &out)
            out.client.append(.cancelled, tag: exchange.tag)
        case .next(let mechanism):
            challenge(SASLExchange(tag: exchange.tag, mechanism: mechanism), into: &out)
        case .password(let user, let password):
            attempt(exchange.tag, user: user, password: password, at: now, into: &out)
        case .certificate(let user):
            begin(
                exchange.tag,
                user: user,
                password: nil,
                method: .certificate,
                at: now,
                into: &out
            )
        case .refused(let refusal): refuse(exchange.tag, refusal, user: nil, into: &out)
        }
    }

    mutating func attempt(
        _ tag: Tag,
        user octets: [UInt8],
        password: Secret,
        at now: Instant,
        into out: inout Outbox
    ) {
        let canonical = UserName.canonical(octets)
        let isCanonical = canonical.map { $0.utf8.elementsEqual(octets) } ?? false
        trail.facts.login = isCanonical ? nil : octets
        guard settings.authentication.password, !password.isEmpty, let user = canonical
        else { return refuse(tag, .badCredentials, user: nil, into: &out) }
        var method = AuthenticationMethod.password
        // Whoever shows a certificate is its user and nobody else, with a password as well.
        let use = settings.authentication.certificate
        if use == .withPassword || use == .alone && tls?.certificate != nil {
            guard identity() == user else {
                return refuse(tag, .badCredentials, user: user, into: &out)
            }
            method = .both
        }
        begin(tag, user: user, password: password, method: method, at: now, into: &out)
    }

    /// The one user that the client's certificate stands for; nil when missing or ambiguous.
    private func identity() -> String? {
        guard let certificate = tls?.certificate, let source = settings.authentication.identity
        else { return nil }
        return try? source.user(in: certificate)
    }

    /// The throttle lets nobody wait longer than this, whatever is configured.
    private static let throttleDelayMax: Duration = .seconds(60)

    private mutating func begin(
        _ tag: Tag,
        user: String,
        password: Secret?,
        method: AuthenticationMethod,
        at now: Instant,
        into out: inout Outbox
    ) {
        let attempt = LoginAttempt(
            tag: tag,
            user: user,
            password: password,
            method: method,
            deadline: now.advanced(by: Self.throttleDelayMax)
                .advanced(by: settings.authentication.deadline)
        )
        stage = .login(attempt)
        out.effects.append(.admitLogin(user: user))
    }
}
