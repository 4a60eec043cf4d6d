// SEARCH and UID SEARCH (RFC 9051, 6.4.4), and what SORT and THREAD have in common with them.
import Bytes

/// Which messages to look for, and what to tell of them.
package struct Search: Equatable, Sendable {
    package var isUID: Bool
    /// Nil without RETURN: the answer is then the old SEARCH response.
    package var returns: SearchReturns?
    package var charset: Charset?
    /// All of them must hold; never empty.
    package var keys: [SearchKey]

    package enum Charset: Equatable, Sendable {
        case usASCII, utf8
        /// Any other: what its strings mean is not known, and it is refused.
        case unsupported

        package var spelling: StaticString {
            switch self {
            case .usASCII: "US-ASCII"
            case .utf8: "UTF-8"
            case .unsupported: "UNSUPPORTED"
            }
        }
    }

    package init(
        isUID: Bool,
        returns: SearchReturns? = nil,
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

    /// Whether a key means the saved result, `$`.
    package var usesSavedResult: Bool { keys.contains(where: \.usesSavedResult) }

    /// Whether a key makes the server read whole messages.
    package var looksIntoText: Bool { keys.contains(where: \.looksIntoText) }

    /// Whether every message is found, as far as the form of the keys tells.
    package var meansAll: Bool { keys.allSatisfy { $0.foregone == true } }

    /// Whether a key looks for text that is not ASCII.
    package var isBeyondASCII: Bool { keys.contains(where: \.isBeyondASCII) }

    /// Whether the result becomes `$` (RFC 5182).
    package var savesResult: Bool { returns?.options.contains(.save) ?? false }
}

extension Cursor {
    /// SEARCH: [RETURN SP `(` options `)` SP] [CHARSET SP charset SP] key *(SP key).
    mutating func search(isUID: Bool) throws(SyntaxError) -> Search {
        var search = Search(isUID: isUID, returns: try searchReturns(), keys: [])
        if takeWord("CHARSET") {
            try space()
            search.charset = try charset()
            try space()
        }
        try searchKeys(of: &search)
        return search
    }

    /// Takes charset SP key *(SP key), with which SORT and THREAD end (RFC 5256, 5).
    mutating func searchProgram(
        isUID: Bool,
        returns: SearchReturns? = nil
    ) throws(SyntaxError) -> Search {
        var search = Search(isUID: isUID, returns: returns, charset: try charset(), keys: [])
        try space()
        try searchKeys(of: &search)
        return search
    }

    private mutating func searchKeys(of search: inout Search) throws(SyntaxError) {
        var parser = SearchParser(charset: search.charset)
        search.keys = try parser.keys(from: &self)
    }

    /// Takes a charset's name, an atom or a quoted string.
    private mutating func charset() throws(SyntaxError) -> Search.Charset {
        let name = try astring(bytesMax: 64)
        for charset in [Search.Charset.usASCII, .utf8] where name.span.spells(charset.spelling) {
            return charset
        }
        return .unsupported
    }
}

extension Search {
    func encode(into encoder: inout CommandEncoder) {
        encoder.space()
        appendOptions(to: &encoder)
        encodeKeys(into: &encoder)
    }

    func describe(into digest: inout CommandDigest) {
        appendOptions(to: &digest)
        describeKeys(into: &digest)
    }

    private func appendOptions(to sink: inout some ByteSink) {
        returns?.append(to: &sink)
        if let charset {
            sink.append("CHARSET ")
            sink.append(charset.spelling)
            sink.append(UInt8(ascii: " "))
        }
    }

    /// Appends charset SP key *(SP key).
    func encodeProgram(into encoder: inout CommandEncoder) {
        appendCharset(to: &encoder)
        encodeKeys(into: &encoder)
    }

    func describeProgram(into digest: inout CommandDigest) {
        appendCharset(to: &digest)
        describeKeys(into: &digest)
    }

    private func appendCharset(to sink: inout some ByteSink) {
        sink.append((charset ?? .usASCII).spelling)
        sink.append(UInt8(ascii: " "))
    }

    private func encodeKeys(into encoder: inout CommandEncoder) {
        for (index, key) in keys.enumerated() {
            if index > 0 { encoder.space() }
            key.encode(into: &encoder)
        }
    }

    private func describeKeys(into digest: inout CommandDigest) {
        for (index, key) in keys.enumerated() {
            if index > 0 { digest.append(UInt8(ascii: " ")) }
            key.describe(into: &digest)
        }
    }
}
