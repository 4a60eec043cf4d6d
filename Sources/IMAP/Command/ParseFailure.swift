// Why a command could not be understood, in words that never repeat the client's bytes.

/// A command that is none.
package struct ParseFailure: Error, Equatable, Sendable {
    /// The tag to answer with; nil where the line has none, which `* BAD` answers.
    package let tag: Tag?
    /// The verb, where it was understood.
    package let verb: Verb?
    /// The verb of an unknown command, where it is one of those that are refused by name.
    package let refused: RefusedVerb?
    package let reason: Reason

    package init(
        tag: Tag?,
        verb: Verb? = nil,
        refused: RefusedVerb? = nil,
        reason: Reason
    ) {
        self.tag = tag
        self.verb = verb
        self.refused = refused
        self.reason = reason
    }

    package enum Reason: Equatable, Sendable {
        case invalidTag
        case unknownCommand
        /// The line belongs to HTTP, SMTP or another protocol: a browser or a cross-protocol
        /// attack (ALPACA) is talking. As the first line it ends the connection.
        case foreignProtocol
        case syntax(SyntaxError)
    }
}

extension ParseFailure: CustomStringConvertible {
    package var description: String {
        switch reason {
        case .invalidTag: "invalid tag"
        case .unknownCommand: "unknown or disabled command"
        case .foreignProtocol: "not an IMAP command"
        case .syntax(let error): "\(error)"
        }
    }
}
