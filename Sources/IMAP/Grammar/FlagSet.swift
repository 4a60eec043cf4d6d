// Flags as a command may name them: the five of the standard and keywords (RFC 9051, 2.3.2).
package import Bytes

/// A system flag that a client may set or clear; \Recent is the server's alone.
package enum SystemFlag: UInt8, Keyword {
    case seen, answered, flagged, deleted, draft

    package var spelling: StaticString {
        switch self {
        case .seen: "SEEN"
        case .answered: "ANSWERED"
        case .flagged: "FLAGGED"
        case .deleted: "DELETED"
        case .draft: "DRAFT"
        }
    }

    /// The flag as servers write it.
    package var name: StaticString {
        switch self {
        case .seen: #"\Seen"#
        case .answered: #"\Answered"#
        case .flagged: #"\Flagged"#
        case .deleted: #"\Deleted"#
        case .draft: #"\Draft"#
        }
    }
}

/// The flags that a STORE or APPEND names, each once.
package struct FlagSet: Equatable, Sendable {
    /// Longest keyword taken, in bytes; servers keep them in file names and indexes.
    package static let keywordBytesMax = 64
    /// Keywords of one command: more than any server keeps for a mailbox.
    package static let keywordsMax = 128

    package var system: KeywordSet<SystemFlag> = []
    /// Keywords in the client's order and spelling.
    package var keywords: [ShortBytes] = []

    package init(system: KeywordSet<SystemFlag> = [], keywords: [ShortBytes] = []) {
        self.system = system
        self.keywords = keywords
    }

    package var isEmpty: Bool { system.isEmpty && keywords.isEmpty }

    /// Appends the flags as a parenthesised list.
    package func append(to sink: inout some ByteSink) {
        var separator: StaticString = "("
        if isEmpty { sink.append(separator) }
        for flag in system {
            sink.append(separator)
            sink.append(flag.name)
            separator = " "
        }
        for keyword in keywords {
            sink.append(separator)
            sink.append(keyword)
            separator = " "
        }
        sink.append(UInt8(ascii: ")"))
    }
}

extension Cursor {
    /// Takes a list of flags in parentheses, which may be empty.
    package mutating func flagList() throws(SyntaxError) -> FlagSet {
        try open()
        var flags = FlagSet()
        if take(UInt8(ascii: ")")) { return flags }
        repeat { try flag(into: &flags) } while takeSpace()
        try close()
        return flags
    }

    /// Takes one or more flags without parentheses, as STORE allows.
    package mutating func bareFlags() throws(SyntaxError) -> FlagSet {
        var flags = FlagSet()
        repeat { try flag(into: &flags) } while takeSpace()
        return flags
    }

    private mutating func flag(into flags: inout FlagSet) throws(SyntaxError) {
        let start = offset
        if take(UInt8(ascii: "\\")) {
            guard let flag = takeKeyword(SystemFlag.self) else { throw .expected(.flag, at: start) }
            return flags.system.insert(flag)
        }
        let range = take(while: .atom)
        guard !range.isEmpty else { throw expected(.flag) }
        guard range.count <= FlagSet.keywordBytesMax else { throw .tooLong(at: start) }
        let keyword = ShortBytes(span(range))
        if flags.keywords.contains(keyword) { return }
        guard flags.keywords.count < FlagSet.keywordsMax else { throw .tooMany(at: start) }
        flags.keywords.append(keyword)
    }
}
