// What a parser says when bytes break the grammar: what it expected and where, never what it saw.

/// A breach of the grammar; offsets count bytes from the start of the command or response.
///
/// Holds no byte of the input, so that it can stand in a reply, a log or a record as it is.
package enum SyntaxError: Error, Equatable, Sendable {
    case expected(Expectation, at: Int)
    /// More parentheses inside each other than `Cursor.depthMax`.
    case tooDeep(at: Int)
    /// A list longer than its limit.
    case tooMany(at: Int)
    /// A string longer than its place allows.
    case tooLong(at: Int)
    /// The input ends at a literal's marker whose bytes are still to come (partial input only).
    case literalAwaited

    package enum Expectation: String, Sendable {
        case space, atom, number, flag, date, quote, string
        case endOfLine = "end of line"
        case openingParenthesis = "opening parenthesis"
        case closingParenthesis = "closing parenthesis"
        case closingBracket = "closing bracket"
        case tag
        case command
        case literal
        case nonZeroNumber = "non-zero number"
        case modSequence = "mod-sequence"
        case messageSet = "message set"
        case dateTime = "date and time"
        case base64 = "base64"
        case escape = "escaped quote or backslash"
        case ascii = "ASCII text"
        case utf8 = "UTF-8 text"
        case knownWord = "supported keyword"
        case section = "section"
        case partial = "partial range"
        case mailbox = "mailbox"
    }
}

extension SyntaxError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .expected(let expectation, let offset):
            "expected \(expectation.rawValue) at byte \(offset)"
        case .tooDeep(let offset): "too many levels of parentheses at byte \(offset)"
        case .tooMany(let offset): "list too long at byte \(offset)"
        case .tooLong(let offset): "string too long at byte \(offset)"
        case .literalAwaited: "literal not complete"
        }
    }
}
