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

    /// Whether `user` matches a route's pattern; `*` stands for any run of characters.
    static func matches(_ pattern: String, _ user: String) -> Bool {
        let pattern = Array(pattern.utf8)
        let user = Array(user.utf8)
        var position = 0
        var next = 0
        var lastStar: (pattern: Int, user: Int)?
        while next < user.count {
            if position < pattern.count, pattern[position] == UInt8(ascii: "*") {
                lastStar = (position, next)
                position += 1
            } else if position < pattern.count, pattern[position] == user[next] {
                position += 1
                next += 1
            } else if let star = lastStar {
                lastStar = (star.pattern, star.user + 1)
                position = star.pattern + 1
                next = star.user + 1
            } else {
                return false
            }
        }
        return pattern[position...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
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
        routes.first { LoginAttempt.matches($0.user, user) }?.backend
    }
}
