// Why a backend's bytes are no response: each of these ends the session as a desync.

/// What is wrong with a response of the backend.
package enum ResponseError: Error, Equatable, Sendable {
    /// The bytes do not fit the grammar.
    case syntax(SyntaxError)
    /// A tagged response whose tag the gateway never writes (its tags are `g<decimal>`).
    case unknownTag
}

extension ResponseError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .syntax(let error): "malformed response: \(error)"
        case .unknownTag: "response to an unknown tag"
        }
    }
}
