// One attempt to log in, from the credentials to the backend that knows the user.
import Audit
import Authentication
import Bytes
import IMAP
import Policy

/// What one LOGIN or AUTHENTICATE has brought, and how far it has come.
struct LoginAttempt {
    enum Stage: Equatable {
        /// The throttle is asked.
        case admission
        /// PAM is asked.
        case verification
        /// The name service is asked for the user's groups.
        case groups
        /// The identity is known; its record is being written and the backend is being reached.
        case backend
    }

    let tag: Tag
    /// Canonical.
    let user: String
    /// Nil when a certificate alone logs in; else PAM decides.
    let password: Secret?
    let method: AuthenticationMethod
    var stage = Stage.admission
    /// Nil where no rule asks for them, or they can't be told.
    var unixGroups: Set<String>?
    /// The time by which PAM, then the backend, must have answered.
    var deadline: Instant
}

extension AuthenticationMethod {
    /// As it stands in the trail.
    var fact: String {
        switch self {
        case .password: "password"
        case .certificate: "certificate"
        case .both: "certificate+password"
        }
    }
}

extension Subject {
    /// Who the login has made of the client.
    init(_ attempt: LoginAttempt, _ facts: ConnectionFacts, _ tls: ClientTLSFacts?) {
        self.init(user: attempt.user)
        unixGroups = attempt.unixGroups ?? []
        address = NetworkAddress(facts.clientAddress)
        method = attempt.method
        certificate = tls?.certificate.map {
            CertificateNames(subject: $0.subject, issuer: $0.issuer)
        }
        tlsVersion = tls.flatMap { TLSVersion(rawValue: $0.version) }
        listener = facts.listener
    }
}

extension Settings {
    /// The index of the backend that `user` belongs to; nil when no route names the user.
    func backend(for user: String) -> Int? {
        for route in routes where route.matches(user.utf8.span) { return route.backend }
        return nil
    }
}
