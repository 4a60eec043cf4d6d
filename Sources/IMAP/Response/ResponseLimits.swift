// What a backend may send before the session ends, and the words for what it did wrong.

extension ResponseFragmenter {
    /// Bytes of a response's lines, markers included and literals not.
    package static let lineBytesMax = 64 * 1024
    /// FETCH takes more: the ENVELOPE of a message to 5,000 people is one line of 400 KB.
    package static let fetchLineBytesMax = 1024 * 1024
    /// Lists of numbers take more still: SEARCH in a mailbox of 100,000 messages answers with one
    /// line of 700 KB.
    package static let numberListBytesMax = 8 * 1024 * 1024
    /// Bytes of the literals that are collected for one response: names and header fields.
    package static let collectedBytesMax = 1024 * 1024
    /// Literals that are collected for one response: each has the response read anew.
    package static let collectedLiteralsMax = 512
    /// The largest message that IMAP can name (RFC 3501, number).
    package static let streamedLiteralBytesUsualMax: UInt64 = 4 * 1024 * 1024 * 1024 - 1
    /// Storage kept between responses: usual ones are far smaller, and reuse it.
    static let storageKeptMax = 4096

    package enum Event: Equatable, Sendable {
        /// All of the input is used.
        case needMore
        /// `piece` holds the response, or what followed its last streamed literal.
        case response
        /// `piece` ends with a literal's marker and CRLF; the caller decides what follows.
        case literal(size: UInt64)
        /// These bytes of the input belong to the streamed literal.
        case streamed(Range<Int>)
        /// The streamed literal is complete; the rest of the response follows.
        case streamEnded
        /// Framing is lost, and nothing that follows can be trusted.
        case violation(Violation)
    }

    /// Why the border of the next response can no longer be told.
    package enum Violation: Error, Equatable, Sendable {
        case bareCR
        case bareLF
        case nul
        case lineTooLong
        case literalTooLong
        case tooManyLiterals
        /// A line ends like a literal's marker and is none, or asks not to synchronise.
        case malformedLiteral
    }
}

extension ResponseFragmenter.Violation: CustomStringConvertible {
    package var description: String {
        switch self {
        case .bareCR: "line feed missing after carriage return"
        case .bareLF: "carriage return missing before line feed"
        case .nul: "NUL byte outside a message"
        case .lineTooLong: "response line too long"
        case .literalTooLong: "literal too long"
        case .tooManyLiterals: "too many literals"
        case .malformedLiteral: "malformed literal"
        }
    }
}

/// The words in front of text for people (RFC 9051, resp-cond-state, resp-cond-bye, greeting).
enum ConditionWord: UInt8, Keyword {
    case ok, no, bad, bye, preauth

    var spelling: StaticString {
        switch self {
        case .ok: "OK"
        case .no: "NO"
        case .bad: "BAD"
        case .bye: "BYE"
        case .preauth: "PREAUTH"
        }
    }
}

/// The responses that are lists of numbers.
enum NumberListWord: UInt8, Keyword {
    case search, sort, thread, esearch, vanished, uidBatches

    var spelling: StaticString {
        switch self {
        case .search: "SEARCH"
        case .sort: "SORT"
        case .thread: "THREAD"
        case .esearch: "ESEARCH"
        case .vanished: "VANISHED"
        case .uidBatches: "UIDBATCHES"
        }
    }
}
