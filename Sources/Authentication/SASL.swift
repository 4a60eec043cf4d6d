// What clients send after AUTHENTICATE, taken apart: PLAIN, the old LOGIN, EXTERNAL.
package import Bytes

/// Why a SASL response cannot be used.
package enum SASLError: Error, Equatable, Sendable {
    /// No canonical Base64, longer than any real response, or not the mechanism's form: BAD.
    case malformed
    /// Asks to act as somebody else: NO [AUTHORIZATIONFAILED].
    case otherAuthorizationIdentity
}

/// Bounds and decoding that the mechanisms share.
package enum SASL {
    /// Two names and a password at their longest, with two NULs.
    package static let responseBytesMax = 2 * UserName.bytesMax + PAMQuestion.passwordBytesMax + 2

    /// Lends the decoded response to `body` and wipes it afterwards.
    fileprivate static func decoded<Result>(
        _ base64: Span<UInt8>,
        _ body: (Span<UInt8>) throws(SASLError) -> Result
    ) throws(SASLError) -> Result {
        guard base64.count <= (responseBytesMax + 2) / 3 * 4 else { throw .malformed }
        // Reserved whole: growing would leave unwiped copies behind.
        var response = Buffer([UInt8](repeating: 0, count: responseBytesMax + 3))
        response.removeAll()
        defer { response.wipe() }
        guard Base64.decode(base64, into: &response) else { throw .malformed }
        return try body(response.span)
    }
}

/// PLAIN: `[authzid] NUL authcid NUL passwd` (RFC 4616, section 2).
package enum SASLPlain {
    /// The name as the client sent it and the password; `UserName.canonical` judges the name.
    package static func decode(
        base64: Span<UInt8>
    ) throws(SASLError) -> (user: [UInt8], password: Secret) {
        try SASL.decoded(base64) { (response) throws(SASLError) in
            try parts(of: response)
        }
    }

    private static func parts(
        of response: Span<UInt8>
    ) throws(SASLError) -> (user: [UInt8], password: Secret) {
        guard let first = response.firstIndex(of: 0),
            let second = response.firstIndex(of: 0, from: first + 1),
            response.firstIndex(of: 0, from: second + 1) == nil
        else { throw .malformed }
        let user = response.extracting(first + 1..<second)
        let password = response.extracting((second + 1)...)
        guard !user.isEmpty, !password.isEmpty else { throw .malformed }
        let authorization = response.extracting(..<first).array
        guard names(authorization, sameAs: user.array) else { throw .otherAuthorizationIdentity }
        return (user.array, Secret(password))
    }

    /// An empty authorization identity means the one derived from the credentials (RFC 4616).
    private static func names(_ authorization: [UInt8], sameAs user: [UInt8]) -> Bool {
        if authorization.isEmpty { return true }
        guard let other = UserName.canonical(authorization) else { return false }
        return other == UserName.canonical(user)
    }
}

/// LOGIN: the server asks for a name, then for a password (draft-murchison-sasl-login-00).
package enum SASLLogin {
    /// `Username:` and `Password:` in Base64, as every server asks.
    package static let userChallenge: StaticString = "VXNlcm5hbWU6"
    package static let passwordChallenge: StaticString = "UGFzc3dvcmQ6"

    /// The name as the client sent it; it has neither NUL nor nothing in it.
    package static func decodeUser(base64: Span<UInt8>) throws(SASLError) -> [UInt8] {
        try SASL.decoded(base64) { (response) throws(SASLError) in
            try nonEmpty(response).array
        }
    }

    package static func decodePassword(base64: Span<UInt8>) throws(SASLError) -> Secret {
        try SASL.decoded(base64) { (response) throws(SASLError) in
            Secret(try nonEmpty(response))
        }
    }

    @_lifetime(copy response)
    private static func nonEmpty(_ response: Span<UInt8>) throws(SASLError) -> Span<UInt8> {
        guard !response.isEmpty, response.firstIndex(of: 0) == nil else { throw .malformed }
        return response
    }
}

/// EXTERNAL: an authorization identity or nothing; who it is stands in the certificate (RFC 4422, A).
package enum SASLExternal {
    /// Checks that the client asks to be nobody but `user`, the certificate's canonical identity.
    package static func check(base64: Span<UInt8>, against user: String) throws(SASLError) {
        try SASL.decoded(base64) { (response) throws(SASLError) in
            if response.isEmpty { return }
            guard response.firstIndex(of: 0) == nil else { throw .malformed }
            guard UserName.canonical(response.array) == user else {
                throw .otherAuthorizationIdentity
            }
        }
    }
}

extension Span where Element == UInt8 {
    fileprivate func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        var index = start
        while index < count {
            if self[index] == byte { return index }
            index += 1
        }
        return nil
    }
}
