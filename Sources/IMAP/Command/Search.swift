// SEARCH and UID SEARCH (RFC 9051, 6.4.4; RFC 4731 for RETURN).
import Bytes

/// Which messages to look for, and what to tell of them.
package struct Search: Equatable, Sendable {
    package var isUID: Bool
    /// Nil without RETURN: the answer is then the old SEARCH response.
    package var returns: KeywordSet<SearchReturn>?
    package var charset: Charset?
    /// All of them must hold; never empty.
    package var keys: [SearchKey]

    package enum Charset: UInt8, Keyword {
        case usASCII, utf8

        package var spelling: StaticString {
            switch self {
            case .usASCII: "US-ASCII"
            case .utf8: "UTF-8"
            }
        }
    }

    package init(
        isUID: Bool,
        returns: KeywordSet<SearchReturn>? = nil,
        charset: Charset? = nil,
        keys: [SearchKey]
    ) {
        self.isUID = isUID
        self.returns = returns
        self.charset = charset
        self.keys = keys
    }

    /// Whether a key means messages by their sequence numbers.
    package var namesSequenceNumbers: Bool { keys.contains(where: \.namesSequenceNumbers) }
}

package enum SearchReturn: UInt8, Keyword {
    case min, max, all, count

    package var spelling: StaticString {
        switch self {
        case .min: "MIN"
        case .max: "MAX"
        case .all: "ALL"
        case .count: "COUNT"
        }
    }
}

extension Cursor {
    /// SEARCH: [RETURN SP `(` options `)` SP] [CHARSET SP charset SP] key *(SP key).
    mutating func search(isUID: Bool) throws(SyntaxError) -> Search {
        var search = Search(isUID: isUID, keys: [])
        if takeWord("RETURN") {
            try space()
            search.returns = try searchReturns()
            try space()
        }
        if takeWord("CHARSET") {
            try space()
            search.charset = try charset()
            try space()
        }
        var parser = SearchParser(charset: search.charset)
        search.keys = try parser.keys(from: &self)
        return search
    }

    /// RETURN () is RETURN (ALL), and is written so (RFC 4731, 3.1).
    private mutating func searchReturns() throws(SyntaxError) -> KeywordSet<SearchReturn> {
        var ahead = self
        try ahead.open()
        guard ahead.take(UInt8(ascii: ")")) else { return try keywords(SearchReturn.self) }
        self = ahead
        return [.all]
    }

    /// Takes a charset's name, an atom or a quoted string.
    private mutating func charset() throws(SyntaxError) -> Search.Charset {
        let start = offset
        let name = try astring(bytesMax: 64)
        for charset in [Search.Charset.usASCII, .utf8] where name.span.spells(charset.spelling) {
            return charset
        }
        throw .expected(.charset, at: start)
    }
}

extension Search {
    func encode(into encoder: inout CommandEncoder) {
        encoder.space()
        appendOptions(to: &encoder)
        for (index, key) in keys.enumerated() {
            if index > 0 { encoder.space() }
            key.encode(into: &encoder)
        }
    }

    func describe(into digest: inout CommandDigest) {
        appendOptions(to: &digest)
        for (index, key) in keys.enumerated() {
            if index > 0 { digest.append(UInt8(ascii: " ")) }
            key.describe(into: &digest)
        }
    }

    private func appendOptions(to sink: inout some ByteSink) {
        if let returns {
            sink.append("RETURN ")
            returns.append(to: &sink)
            sink.append(UInt8(ascii: " "))
        }
        if let charset {
            sink.append("CHARSET ")
            sink.append(charset.spelling)
            sink.append(UInt8(ascii: " "))
        }
    }
}
