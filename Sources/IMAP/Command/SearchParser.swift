// Reads search keys: a tree as deep and as large as the limits allow.
import Bytes

struct SearchParser {
    /// Keys of one search, at all levels: more than any client's filter has.
    private static let keysMax = 1024

    private let charset: Search.Charset?
    private var keys = 0
    private var depth = 0

    init(charset: Search.Charset?) { self.charset = charset }

    /// Takes one or more keys with a space between them.
    mutating func keys(from cursor: inout Cursor) throws(SyntaxError) -> [SearchKey] {
        var list: [SearchKey] = []
        // As many as usual searches have: room that grows key by key costs more than they do.
        list.reserveCapacity(8)
        repeat { list.append(try key(from: &cursor)) } while cursor.takeSpace()
        return list
    }

    private mutating func key(from cursor: inout Cursor) throws(SyntaxError) -> SearchKey {
        guard depth < Cursor.depthMax else { throw .tooDeep(at: cursor.offset) }
        guard keys < Self.keysMax else { throw .tooMany(at: cursor.offset) }
        keys += 1
        depth += 1
        defer { depth -= 1 }
        return try nestedKey(from: &cursor)
    }

    private mutating func nestedKey(from cursor: inout Cursor) throws(SyntaxError) -> SearchKey {
        if cursor.take(UInt8(ascii: "(")) {
            let list = try keys(from: &cursor)
            try cursor.close()
            return .all(list)
        }
        if cursor.takeWord("NOT") {
            try cursor.space()
            return .not(try key(from: &cursor))
        }
        if cursor.takeWord("FUZZY") {
            try cursor.space()
            return .fuzzy(try key(from: &cursor))
        }
        guard cursor.takeWord("OR") else { return try simpleKey(from: &cursor) }
        try cursor.space()
        let left = try key(from: &cursor)
        try cursor.space()
        return .or(left, try key(from: &cursor))
    }

    private func simpleKey(from cursor: inout Cursor) throws(SyntaxError) -> SearchKey {
        if let byte = cursor.peek, Self.beginsSet(byte) {
            return .messages(try cursor.messageSet())
        }
        if let state = cursor.takeKeyword(SearchState.self) { return .state(state) }
        if let field = cursor.takeKeyword(SearchField.self) {
            return .text(field, try string(from: &cursor))
        }
        if let date = cursor.takeKeyword(SearchDate.self) {
            try cursor.space()
            return .date(date, try cursor.date())
        }
        if let size = cursor.takeKeyword(SearchSize.self) {
            try cursor.space()
            return .size(size, try cursor.number64())
        }
        return try rareKey(from: &cursor)
    }

    private func rareKey(from cursor: inout Cursor) throws(SyntaxError) -> SearchKey {
        if cursor.takeWord("UID") {
            try cursor.space()
            return .uids(try cursor.messageSet())
        }
        if cursor.takeWord("HEADER") {
            let name = try string(from: &cursor)
            return .header(name: name, value: try string(from: &cursor))
        }
        if cursor.takeWord("KEYWORD") { return .keyword(try cursor.flagKeyword()) }
        if cursor.takeWord("UNKEYWORD") { return .unkeyword(try cursor.flagKeyword()) }
        if let age = cursor.takeKeyword(SearchAge.self) {
            try cursor.space()
            return .age(age, try cursor.nonZeroNumber())
        }
        if let key = cursor.takeKeyword(SearchObjectID.self) {
            try cursor.space()
            return .objectID(key, try cursor.objectID())
        }
        try cursor.word("MODSEQ")
        try cursor.space()
        let flag = cursor.peek == UInt8(ascii: "\"") ? try cursor.modSequenceFlag() : nil
        return .modSequence(flag: flag, try cursor.modSequence(isZeroAllowed: true))
    }

    private static func beginsSet(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "*") || byte == UInt8(ascii: "$")
            || ByteClass.of(byte).intersects(.digit)
    }

    /// Takes a space and a string: ASCII, or UTF-8 where the charset says so.
    private func string(from cursor: inout Cursor) throws(SyntaxError) -> [UInt8] {
        try cursor.space()
        let start = cursor.offset
        let value = try cursor.astring()
        if value.span.isASCII || charset == .unsupported { return value }
        guard charset == .utf8 || charset == nil && cursor.text == .utf8 else {
            throw .expected(.ascii, at: start)
        }
        guard String(validating: value, as: UTF8.self) != nil else {
            throw .expected(.utf8, at: start)
        }
        return value
    }
}

extension Cursor {
    /// Takes a space and a keyword.
    fileprivate mutating func flagKeyword() throws(SyntaxError) -> ShortBytes {
        try space()
        let start = offset
        let range = try atom()
        guard range.count <= FlagSet.keywordBytesMax else { throw .tooLong(at: start) }
        return ShortBytes(span(range))
    }

    /// Takes `"/flags/` flag `"` SP scope SP.
    fileprivate mutating func modSequenceFlag() throws(SyntaxError) -> ModSequenceFlag {
        let start = offset
        var name: [UInt8] = []
        try quoted(into: &name, bytesMax: 8 + FlagSet.keywordBytesMax)
        let prefix = Array("/flags/".utf8)
        guard name.starts(with: prefix) else { throw .expected(.flag, at: start) }
        var rest = Cursor(name.span.extracting(prefix.count...))
        guard let flags = try? rest.bareFlags(), rest.isAtEnd,
            flags.system.count + flags.keywords.count == 1
        else { throw .expected(.flag, at: start) }
        try space()
        let scope = try keyword(ModSequenceFlag.Scope.self)
        try space()
        return ModSequenceFlag(flag: flags, scope: scope)
    }
}
