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
        case external
    }

    /// What a line of the client leads to.
    enum Step {
        /// Ask again with this challenge.
        case challenge(Mechanism, StaticString)
        case password(user: [UInt8], Secret)
        case certificate(authorization: [UInt8])
        case refused(Refusal)
    }

    let tag: Tag
    let mechanism: Mechanism

    /// What stands in our first challenge when the client sent no initial response.
    var challenge: StaticString {
        mechanism == .login(user: nil) ? "+ VXNlcm5hbWU6\r\n" : "+ \r\n"
    }

    init?(_ tag: Tag, mechanism name: [UInt8]) {
        switch String(decoding: name, as: UTF8.self) {
        case "PLAIN": mechanism = .plain
        case "LOGIN": mechanism = .login(user: nil)
        case "EXTERNAL": mechanism = .external
        default: return nil
        }
        self.tag = tag
    }

    init(_ tag: Tag, _ mechanism: Mechanism) {
        self.tag = tag
        self.mechanism = mechanism
    }

    /// Reads one Base64 line, the initial response included.
    func received(_ line: Span<UInt8>) -> Step {
        if mechanism == .plain { return plain(line) }
        var decoded = Buffer()
        defer { decoded.wipe() }
        guard Base64.decode(line, into: &decoded) else { return .refused(.malformedBase64) }
        switch mechanism {
        case .plain, .external: return .certificate(authorization: decoded.bytes)
        case .login(user: nil):
            return .challenge(.login(user: decoded.bytes), "+ UGFzc3dvcmQ6\r\n")
        case .login(let user?):
            guard !decoded.isEmpty else { return .refused(.badCredentials) }
            return .password(user: user, Secret(decoded.span))
        }
    }

    private func plain(_ line: Span<UInt8>) -> Step {
        do {
            let message = try SASLPlain.decode(base64: line)
            return .password(user: message.user, message.password)
        } catch {
            switch error {
            case .invalidBase64: return .refused(.malformedBase64)
            case .otherAuthorization: return .refused(.unauthorized)
            case .malformed: return .refused(.badCredentials)
            }
        }
    }
}
