// What a message must be to be found: a tree of keys (RFC 9051, search-key; RFC 7162, 3.1.5).
package import Bytes

/// Big cases and those that hold other keys live elsewhere, so that a list of usual keys costs one
/// allocation.
package enum SearchKey: Equatable, Sendable {
    case state(SearchState)
    indirect case keyword(ShortBytes)
    indirect case unkeyword(ShortBytes)
    case text(SearchField, [UInt8])
    case header(name: [UInt8], value: [UInt8])
    case date(SearchDate, CalendarDate)
    case size(SearchSize, UInt64)
    /// By message number or `$`.
    indirect case messages(MessageSet)
    indirect case uids(MessageSet)
    case modSequence(flag: ModSequenceFlag?, UInt64)
    /// Received longer or shorter ago than this many seconds (RFC 5032).
    case age(SearchAge, UInt32)
    /// By an identifier that the server made (RFC 8474).
    indirect case objectID(SearchObjectID, ShortBytes)
    indirect case not(SearchKey)
    /// Found where it nearly holds, too (RFC 6203).
    indirect case fuzzy(SearchKey)
    indirect case or(SearchKey, SearchKey)
    /// Keys in parentheses: all must hold.
    case all([SearchKey])

    var namesSequenceNumbers: Bool {
        contains { if case .messages(let set) = $0 { !set.isSavedResult } else { false } }
    }

    var usesSavedResult: Bool {
        contains { key in
            switch key {
            case .messages(let set), .uids(let set): set.isSavedResult
            default: false
            }
        }
    }

    var looksIntoText: Bool {
        contains { key in
            if case .text(let field, _) = key { field == .body || field == .text } else { false }
        }
    }

    /// Whether every message fits or none does, where the key's form alone says so; else nil.
    var foregone: Bool? {
        switch self {
        // Whether a mailbox keeps times of saving is the same for all that is in it.
        case .state(.all), .state(.saveDateSupported): true
        case .messages(let set), .uids(let set): set.isEverything ? true : nil
        case .not(let key): key.foregone.map { !$0 }
        case .fuzzy(let key): key.foregone
        case .or(let left, let right): Self.foregone([left, right], decidedBy: true)
        case .all(let keys): Self.foregone(keys, decidedBy: false)
        default: nil
        }
    }

    /// What several keys come to, of which one that is `decisive` settles it.
    private static func foregone(_ keys: [SearchKey], decidedBy decisive: Bool) -> Bool? {
        let words = keys.map(\.foregone)
        if words.contains(decisive) { return decisive }
        return words.contains(nil) ? nil : !decisive
    }

    var isBeyondASCII: Bool {
        contains { key in
            switch key {
            case .text(_, let value): !value.span.isASCII
            case .header(let name, let value): !name.span.isASCII || !value.span.isASCII
            default: false
            }
        }
    }

    /// Whether `test` holds for this key or for one that it is made of.
    package func contains(where test: (SearchKey) -> Bool) -> Bool {
        if test(self) { return true }
        return switch self {
        case .not(let key), .fuzzy(let key): key.contains(where: test)
        case .or(let left, let right): left.contains(where: test) || right.contains(where: test)
        case .all(let keys): keys.contains { $0.contains(where: test) }
        default: false
        }
    }
}

/// Keys without an argument.
package enum SearchState: UInt8, Keyword {
    case all, answered, deleted, draft, flagged, new, old, recent, seen
    case unanswered, undeleted, undraft, unflagged, unseen
    /// Whether the mailbox keeps the times of saving (RFC 8514).
    case saveDateSupported

    private static let index = KeywordIndex(Self.self)

    package static func candidates(for token: Span<UInt8>) -> UInt64? {
        index.candidates(for: token)
    }

    package var spelling: StaticString {
        switch self {
        case .all: "ALL"
        case .answered: "ANSWERED"
        case .deleted: "DELETED"
        case .draft: "DRAFT"
        case .flagged: "FLAGGED"
        case .new: "NEW"
        case .old: "OLD"
        case .recent: "RECENT"
        case .seen: "SEEN"
        case .unanswered: "UNANSWERED"
        case .undeleted: "UNDELETED"
        case .undraft: "UNDRAFT"
        case .unflagged: "UNFLAGGED"
        case .unseen: "UNSEEN"
        case .saveDateSupported: "SAVEDATESUPPORTED"
        }
    }
}

/// Keys that look for a string.
package enum SearchField: UInt8, Keyword {
    case bcc, body, cc, from, subject, text, to

    private static let index = KeywordIndex(Self.self)

    package static func candidates(for token: Span<UInt8>) -> UInt64? {
        index.candidates(for: token)
    }

    package var spelling: StaticString {
        switch self {
        case .bcc: "BCC"
        case .body: "BODY"
        case .cc: "CC"
        case .from: "FROM"
        case .subject: "SUBJECT"
        case .text: "TEXT"
        case .to: "TO"
        }
    }
}

package enum SearchDate: UInt8, Keyword {
    case before, on, since, sentBefore, sentOn, sentSince, savedBefore, savedOn, savedSince

    private static let index = KeywordIndex(Self.self)

    package static func candidates(for token: Span<UInt8>) -> UInt64? {
        index.candidates(for: token)
    }

    package var spelling: StaticString {
        switch self {
        case .before: "BEFORE"
        case .on: "ON"
        case .since: "SINCE"
        case .sentBefore: "SENTBEFORE"
        case .sentOn: "SENTON"
        case .sentSince: "SENTSINCE"
        case .savedBefore: "SAVEDBEFORE"
        case .savedOn: "SAVEDON"
        case .savedSince: "SAVEDSINCE"
        }
    }
}

package enum SearchSize: UInt8, Keyword {
    case larger, smaller

    package var spelling: StaticString {
        switch self {
        case .larger: "LARGER"
        case .smaller: "SMALLER"
        }
    }
}

package enum SearchAge: UInt8, Keyword {
    case older, younger

    package var spelling: StaticString {
        switch self {
        case .older: "OLDER"
        case .younger: "YOUNGER"
        }
    }
}

package enum SearchObjectID: UInt8, Keyword {
    case email, thread

    package var spelling: StaticString {
        switch self {
        case .email: "EMAILID"
        case .thread: "THREADID"
        }
    }
}

/// The flag whose change a mod-sequence is of: `"/flags/\\Seen" all` (RFC 7162, 3.1.5).
package struct ModSequenceFlag: Equatable, Sendable {
    package let flag: FlagSet
    package let scope: Scope

    package enum Scope: UInt8, Keyword {
        case `private`, shared, all

        package var spelling: StaticString {
            switch self {
            case .private: "PRIV"
            case .shared: "SHARED"
            case .all: "ALL"
            }
        }
    }
}

extension SearchKey {
    func encode(into encoder: inout CommandEncoder) {
        switch self {
        case .text(let field, let value):
            encoder.append(field.spelling)
            encoder.space()
            encoder.string(value)
        case .header(let name, let value):
            encoder.append("HEADER ")
            encoder.string(name)
            encoder.space()
            encoder.string(value)
        case .not(let key):
            encoder.append("NOT ")
            key.encode(into: &encoder)
        case .fuzzy(let key):
            encoder.append("FUZZY ")
            key.encode(into: &encoder)
        case .or(let left, let right):
            encoder.append("OR ")
            left.encode(into: &encoder)
            encoder.space()
            right.encode(into: &encoder)
        case .all(let keys):
            for (index, key) in keys.enumerated() {
                encoder.append(UInt8(ascii: index == 0 ? "(" : " "))
                key.encode(into: &encoder)
            }
            encoder.append(UInt8(ascii: ")"))
        default: appendSimple(to: &encoder)
        }
    }

    /// Appends the key, with the words that it looks for only where they are to be told.
    func describe(into digest: inout CommandDigest) {
        switch self {
        case .text(let field, let value):
            digest.append(field.spelling)
            digest.append(searched: value)
        case .header(let name, let value):
            digest.append("HEADER")
            digest.append(searched: name)
            digest.append(searched: value)
        case .not(let key):
            digest.append("NOT ")
            key.describe(into: &digest)
        case .fuzzy(let key):
            digest.append("FUZZY ")
            key.describe(into: &digest)
        case .or(let left, let right):
            digest.append("OR ")
            left.describe(into: &digest)
            digest.append(UInt8(ascii: " "))
            right.describe(into: &digest)
        case .all(let keys):
            for (index, key) in keys.enumerated() {
                digest.append(UInt8(ascii: index == 0 ? "(" : " "))
                key.describe(into: &digest)
            }
            digest.append(UInt8(ascii: ")"))
        default: appendSimple(to: &digest)
        }
    }

    /// Appends a key that holds neither words nor other keys: command and record say the same.
    private func appendSimple(to sink: inout some ByteSink) {
        switch self {
        case .state(let state): sink.append(state.spelling)
        case .keyword(let keyword): sink.append("KEYWORD ", keyword)
        case .unkeyword(let keyword): sink.append("UNKEYWORD ", keyword)
        case .date(let key, let date):
            sink.append(key.spelling)
            sink.append(UInt8(ascii: " "))
            date.append(to: &sink)
        case .size(let key, let size):
            sink.append(key.spelling)
            sink.append(UInt8(ascii: " "))
            sink.append(decimal: size)
        case .messages(let set): set.append(to: &sink)
        case .uids(let set):
            sink.append("UID ")
            set.append(to: &sink)
        case .modSequence(let flag, let number):
            sink.append("MODSEQ ")
            flag?.append(to: &sink)
            sink.append(decimal: number)
        case .age(let key, let seconds):
            sink.append(key.spelling)
            sink.append(UInt8(ascii: " "))
            sink.append(decimal: UInt64(seconds))
        case .objectID(let key, let identifier):
            sink.append(key.spelling)
            sink.append(" ", identifier)
        case .text, .header, .not, .fuzzy, .or, .all: break
        }
    }
}

extension ModSequenceFlag {
    fileprivate func append(to sink: inout some ByteSink) {
        sink.append("\"/flags/")
        for flag in flag.system {
            sink.append(UInt8(ascii: "\\"))
            sink.append(flag.name)
        }
        for keyword in flag.keywords { sink.append("", keyword) }
        sink.append("\" ")
        sink.append(scope.spelling)
        sink.append(UInt8(ascii: " "))
    }
}

extension ByteSink {
    fileprivate mutating func append(_ word: StaticString, _ keyword: ShortBytes) {
        append(word)
        append(keyword)
    }
}
