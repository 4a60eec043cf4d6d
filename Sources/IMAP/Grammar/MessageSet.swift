// Which messages a command means: `1:4,7,9:*` or `$` (RFC 9051, sequence-set; RFC 5182).
package import Bytes

/// Messages from `lower` through `upper`; 0 stands for `*`, the last message there is.
package struct MessageRange: Equatable, Sendable {
    package let lower: UInt32
    package let upper: UInt32

    /// Puts the ends in order: `4:2` is `2:4` and `*:4` is `4:*` (RFC 9051, seq-range).
    package init(_ first: UInt32, _ second: UInt32) {
        let isOrdered = second == 0 || first != 0 && first <= second
        lower = isOrdered ? first : second
        upper = isOrdered ? second : first
    }

    package func append(to sink: inout some ByteSink) {
        Self.append(lower, to: &sink)
        if lower != upper {
            sink.append(UInt8(ascii: ":"))
            Self.append(upper, to: &sink)
        }
    }

    private static func append(_ number: UInt32, to sink: inout some ByteSink) {
        if number == 0 {
            sink.append(UInt8(ascii: "*"))
        } else {
            sink.append(decimal: UInt64(number))
        }
    }
}

/// A set of messages by number or by UID; which of the two, the command says.
package struct MessageSet: Equatable, Sendable {
    /// In the client's order; empty exactly when the set is `$`.
    package var ranges: ShortList<MessageRange>

    package init(_ ranges: ShortList<MessageRange>) { self.ranges = ranges }

    /// The messages that the last SEARCH with RETURN (SAVE) found.
    package static let savedResult = MessageSet([])

    /// Whether the set is `$`, the saved result (RFC 5182).
    package var isSavedResult: Bool { ranges.isEmpty }

    /// Whether it is every message, whatever their numbers: `1:*`, in one piece or in several.
    package var isEverything: Bool {
        var pieces: [ClosedRange<UInt32>] = []
        for index in ranges.indices where ranges[index].lower > 0 {
            let range = ranges[index]
            pieces.append(range.lower...(range.upper == 0 ? .max : range.upper))
        }
        var covered: UInt32 = 0
        for piece in pieces.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            guard piece.lowerBound - 1 <= covered else { return false }
            covered = max(covered, piece.upperBound)
        }
        return covered == .max
    }

    package func append(to sink: inout some ByteSink) {
        if isSavedResult { sink.append(UInt8(ascii: "$")) }
        for index in ranges.indices {
            if index > 0 { sink.append(UInt8(ascii: ",")) }
            ranges[index].append(to: &sink)
        }
    }
}

extension Cursor {
    /// Takes a set of messages, `$` included.
    package mutating func messageSet() throws(SyntaxError) -> MessageSet {
        take(UInt8(ascii: "$")) ? .savedResult : try numberSet(isStarAllowed: true)
    }

    /// Takes ranges of numbers; without `isStarAllowed` it is RFC 7162's known-uids.
    package mutating func numberSet(isStarAllowed: Bool) throws(SyntaxError) -> MessageSet {
        var ranges = ShortList<MessageRange>()
        repeat {
            let first = try setNumber(isStarAllowed: isStarAllowed)
            let isRange = take(UInt8(ascii: ":"))
            let second = isRange ? try setNumber(isStarAllowed: isStarAllowed) : first
            ranges.append(MessageRange(first, second))
        } while take(UInt8(ascii: ","))
        return MessageSet(ranges)
    }

    private mutating func setNumber(isStarAllowed: Bool) throws(SyntaxError) -> UInt32 {
        if isStarAllowed && take(UInt8(ascii: "*")) { return 0 }
        guard let byte = peek, ByteClass.of(byte).intersects(.digit) else {
            throw expected(.messageSet)
        }
        return try nonZeroNumber()
    }
}
