// AUTHENTICATE: the mechanisms, and the client's lines between our challenges.
import Authentication
import Bytes
import IMAP

/// An AUTHENTICATE command that waits for the client's next line.
struct SASLExchange {
    enum Mechanism: Equatable {
        case plain
        /// The old LOGIN mechanism: user name first, then the password.
        case login(user: [UInt8]?)
        /// The certificate's user, canonical.
        case external(user: String)
    }

    /// What a line of the client leads to.
    enum Step {
        /// Ask for another line.
        case next(Mechanism)
        case password(user: [UInt8], Secret)
        /// The client asks to be nobody but its certificate's user.
        case certificate(user: String)
        case refused(Refusal)
        /// The client sent `*` (RFC 9051, 6.2.2).
        case cancelled
    }

    let tag: Tag
    let mechanism: Mechanism

    /// The continuation request that asks for the client's line.
    func appendChallenge(to buffer: inout Buffer) {
        buffer.append("+ ")
        switch mechanism {
        case .plain, .external: break
        case .login(user: nil): buffer.append(SASLLogin.userChallenge)
        case .login: buffer.append(SASLLogin.passwordChallenge)
        }
        buffer.append("\r\n")
    }

    /// Reads one Base64 line, the initial response included.
    func received(_ line: Span<UInt8>) -> Step {
        if line.count == 1 && line[0] == UInt8(ascii: "*") { return .cancelled }
        do throws(SASLError) {
            switch mechanism {
            case .plain:
                let (user, password) = try SASLPlain.decode(base64: line)
                return .password(user: user, password)
            case .login(user: nil):
                return .next(.login(user: try SASLLogin.decodeUser(base64: line)))
            case .login(let user?):
                return .password(user: user, try SASLLogin.decodePassword(base64: line))
            case .external(let user):
                try SASLExternal.check(base64: line, against: user)
                return .certificate(user: user)
            }
        } catch {
            switch error {
            case .malformed: return .refused(.malformedResponse)
            case .otherAuthorizationIdentity: return .refused(.unauthorized)
            }
        }
    }
}
