// What a search is to tell: RETURN and its options (RFC 4731; RFC 5182, SAVE; RFC 9394, PARTIAL).
import Bytes

/// An option of RETURN that is one word; PARTIAL has a range and stands apart.
package enum SearchReturn: UInt8, Keyword {
    case min, max, all, count, save

    package var spelling: StaticString {
        switch self {
        case .min: "MIN"
        case .max: "MAX"
        case .all: "ALL"
        case .count: "COUNT"
        case .save: "SAVE"
        }
    }
}

package struct SearchReturns: Equatable, Sendable {
    /// Empty only with `partial`.
    package var options: KeywordSet<SearchReturn>
    /// Which part of the result; never together with ALL (RFC 9394, 3.1).
    package var partial: PartialRange?

    package init(_ options: KeywordSet<SearchReturn>, partial: PartialRange? = nil) {
        self.options = options
        self.partial = partial
    }
}

/// A part of a result by place: `1:100` from its beginning, `-1:-100` from its end.
package struct PartialRange: Equatable, Sendable {
    package let isFromEnd: Bool
    package let lower: UInt32
    package let upper: UInt32

    /// Puts the ends in order: `500:400` is `400:500` (RFC 5267, 4.4).
    package init(_ first: UInt32, _ second: UInt32, isFromEnd: Bool = false) {
        self.isFromEnd = isFromEnd
        lower = min(first, second)
        upper = max(first, second)
    }

    func append(to sink: inout some ByteSink) {
        append(lower, to: &sink)
        sink.append(UInt8(ascii: ":"))
        append(upper, to: &sink)
    }

    private func append(_ number: UInt32, to sink: inout some ByteSink) {
        if isFromEnd { sink.append(UInt8(ascii: "-")) }
        sink.append(decimal: UInt64(number))
    }
}

extension Cursor {
    /// Takes RETURN SP `(` options `)` SP where it is there.
    mutating func searchReturns() throws(SyntaxError) -> SearchReturns? {
        guard takeWord("RETURN") else { return nil }
        try space()
        let returns = try searchReturnOptions()
        try space()
        return returns
    }

    /// `RETURN ()` is `RETURN (ALL)`, and is written so (RFC 4731, 3.1).
    private mutating func searchReturnOptions() throws(SyntaxError) -> SearchReturns {
        let start = offset
        try open()
        if take(UInt8(ascii: ")")) { return SearchReturns([.all]) }
        var returns = SearchReturns([])
        repeat {
            if returns.partial == nil && takeWord("PARTIAL") {
                try space()
                returns.partial = try partialRange()
            } else {
                returns.options.insert(try keyword(SearchReturn.self))
            }
        } while takeSpace()
        try close()
        guard returns.partial == nil || !returns.options.contains(.all) else {
            throw .expected(.knownWord, at: start)
        }
        return returns
    }

    /// Takes `1:100` or `-1:-100`.
    mutating func partialRange() throws(SyntaxError) -> PartialRange {
        let isFromEnd = take(UInt8(ascii: "-"))
        let first = try nonZeroNumber()
        try expect(UInt8(ascii: ":"), as: .partial)
        if isFromEnd { try expect(UInt8(ascii: "-"), as: .partial) }
        return PartialRange(first, try nonZeroNumber(), isFromEnd: isFromEnd)
    }
}

extension SearchReturns {
    /// Appends `RETURN (…) `.
    func append(to sink: inout some ByteSink) {
        sink.append("RETURN (")
        options.appendWords(to: &sink)
        if let partial {
            sink.append(options.isEmpty ? "PARTIAL " : " PARTIAL ")
            partial.append(to: &sink)
        }
        sink.append(") ")
    }
}
