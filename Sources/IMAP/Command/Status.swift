// STATUS (RFC 9051, 6.3.11; RFC 7162, 7889, 8438, 8474 and 9208 for the items behind UNSEEN).
import Bytes

/// What STATUS may ask for.
package enum StatusItem: UInt8, Keyword {
    case messages, recent, uidNext, uidValidity, unseen, highestModSequence, size, mailboxID
    case deleted, deletedStorage, appendLimit

    private static let index = KeywordIndex(Self.self)

    package static func candidates(for token: Span<UInt8>) -> UInt64? {
        index.candidates(for: token)
    }

    package var spelling: StaticString {
        switch self {
        case .messages: "MESSAGES"
        case .recent: "RECENT"
        case .uidNext: "UIDNEXT"
        case .uidValidity: "UIDVALIDITY"
        case .unseen: "UNSEEN"
        case .highestModSequence: "HIGHESTMODSEQ"
        case .size: "SIZE"
        case .mailboxID: "MAILBOXID"
        case .deleted: "DELETED"
        case .deletedStorage: "DELETED-STORAGE"
        case .appendLimit: "APPENDLIMIT"
        }
    }
}

extension KeywordSet {
    /// Appends the words in parentheses.
    func append(to sink: inout some ByteSink) {
        sink.append(UInt8(ascii: "("))
        appendWords(to: &sink)
        sink.append(UInt8(ascii: ")"))
    }
}

extension Cursor {
    /// STATUS: mailbox SP `(` item *(SP item) `)`.
    mutating func status() throws(SyntaxError) -> Command {
        let mailbox = try mailbox()
        try space()
        return .status(mailbox: mailbox, items: try keywords(StatusItem.self))
    }

    /// Takes one or more words of a family in parentheses.
    mutating func keywords<Word: Keyword>(
        _ family: Word.Type
    ) throws(SyntaxError) -> KeywordSet<Word> {
        try open()
        var words = KeywordSet<Word>()
        repeat { words.insert(try keyword(family)) } while takeSpace()
        try close()
        return words
    }
}
