// Lists of numbers, checked while they are copied: SEARCH, SORT, ESEARCH, VANISHED.
package import Bytes

/// Copies the responses that may hold hundreds of thousands of numbers, without a list in between.
package enum NumberTranscoder {
    /// Appends the client's form of a response that `ResponseParser` found to be such a list.
    ///
    /// An ESEARCH names `clientTag`, the tag of the command that it answers, in place of the
    /// gateway's. Leaves `buffer` as it was when the response breaks its grammar.
    package static func transcode(
        _ piece: Span<UInt8>,
        clientTag: Tag? = nil,
        into buffer: inout Buffer
    ) throws(ResponseError) {
        let before = buffer.count
        var cursor = Cursor(piece)
        do throws(SyntaxError) {
            try cursor.copyNumberList(clientTag: clientTag, into: &buffer)
        } catch {
            buffer.truncate(to: before)
            throw .syntax(error)
        }
    }
}

/// What ESEARCH tells (RFC 9051, 7.3.4; RFC 7162, 3.1.10).
private enum SearchResultWord: UInt8, Keyword {
    case min, max, count, all, modSequence

    var spelling: StaticString {
        switch self {
        case .min: "MIN"
        case .max: "MAX"
        case .count: "COUNT"
        case .all: "ALL"
        case .modSequence: "MODSEQ"
        }
    }
}

extension Cursor {
    /// Takes what tells number lists apart; the numbers stay where they are.
    mutating func numberListHead(_ word: NumberListWord) throws(SyntaxError) -> Response {
        switch word {
        case .search: return .search
        case .sort: return .sort
        case .esearch: return .esearch(tag: try searchCorrelator())
        case .vanished:
            try space()
            return .vanished(isEarlier: try takeEarlier())
        }
    }

    fileprivate mutating func copyNumberList(
        clientTag: Tag?,
        into buffer: inout Buffer
    ) throws(SyntaxError) {
        try expect(UInt8(ascii: "*"), as: .tag)
        try space()
        let word = try keyword(NumberListWord.self)
        buffer.append("* ")
        buffer.append(word.spelling)
        switch word {
        case .search, .sort: try copyNumbers(into: &buffer)
        case .esearch: try copySearchResult(clientTag: clientTag, into: &buffer)
        case .vanished: try copyVanished(into: &buffer)
        }
        try end()
        buffer.append("\r\n")
    }

    /// Copies ` 1 2 3 (MODSEQ 4)`; servers that print a space after each number are not rare.
    private mutating func copyNumbers(into buffer: inout Buffer) throws(SyntaxError) {
        while takeSpace() {
            if isAtEnd { return }
            buffer.append(UInt8(ascii: " "))
            if take(UInt8(ascii: "(")) {
                try word("MODSEQ")
                try space()
                buffer.append("(MODSEQ ")
                buffer.append(decimal: try modSequence(isZeroAllowed: true))
                try close()
                return buffer.append(UInt8(ascii: ")"))
            }
            try copyNumber(into: &buffer)
        }
    }

    private mutating func copyNumber(into buffer: inout Buffer) throws(SyntaxError) {
        let start = offset
        _ = try nonZeroNumber()
        buffer.append(span(start..<offset))
    }

    private mutating func copyNumberSet(into buffer: inout Buffer) throws(SyntaxError) {
        try copyNumber(into: &buffer)
        while let byte = peek, byte == UInt8(ascii: ":") || byte == UInt8(ascii: ",") {
            let isRange = take(UInt8(ascii: ":"))
            if !isRange { advance(1) }
            buffer.append(byte)
            try copyNumber(into: &buffer)
            guard !isRange || peek != UInt8(ascii: ":") else { throw expected(.messageSet) }
        }
    }

    private mutating func takeEarlier() throws(SyntaxError) -> Bool {
        guard take(UInt8(ascii: "(")) else { return false }
        try word("EARLIER")
        try close()
        try space()
        return true
    }

    private mutating func copyVanished(into buffer: inout Buffer) throws(SyntaxError) {
        try space()
        buffer.append(try takeEarlier() ? " (EARLIER) " : " ")
        try copyNumberSet(into: &buffer)
    }

    /// Takes ` (TAG "g5")`, where it is there; the tag must be one that the gateway wrote.
    private mutating func searchCorrelator() throws(SyntaxError) -> UInt64? {
        var ahead = self
        guard ahead.takeSpace(), ahead.take(UInt8(ascii: "(")) else { return nil }
        self = ahead
        try word("TAG")
        try space()
        let start = offset
        let text = try astring(bytesMax: ResponseLimit.quotedBytesMax)
        var tag = Cursor(text.span)
        guard let number = tag.takeGatewayTag(), tag.isAtEnd else {
            throw .expected(.tag, at: start)
        }
        try close()
        return number
    }

    private mutating func copySearchResult(
        clientTag: Tag?,
        into buffer: inout Buffer
    ) throws(SyntaxError) {
        _ = try searchCorrelator()
        if let clientTag {
            buffer.append(" (TAG \"")
            clientTag.append(to: &buffer)
            buffer.append("\")")
        }
        while takeSpace() {
            if takeWord("UID") {
                buffer.append(" UID")
            } else if let word = takeKeyword(SearchResultWord.self) {
                try space()
                buffer.append(UInt8(ascii: " "))
                buffer.append(word.spelling)
                buffer.append(UInt8(ascii: " "))
                try copySearchValue(word, into: &buffer)
            } else {
                _ = try atom()
                try space()
                try skipValue()
            }
        }
    }

    private mutating func copySearchValue(
        _ word: SearchResultWord,
        into buffer: inout Buffer
    ) throws(SyntaxError) {
        switch word {
        case .min, .max: try copyNumber(into: &buffer)
        case .count: buffer.append(decimal: UInt64(try number()))
        case .all: try copyNumberSet(into: &buffer)
        case .modSequence: buffer.append(decimal: try modSequence(isZeroAllowed: true))
        }
    }
}
