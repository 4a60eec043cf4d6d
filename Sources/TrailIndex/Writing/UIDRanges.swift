// UIDs as records write them, `1:5,9`, and as the index keeps them.

/// A set of UIDs that a record tells of.
package struct UIDRanges: Equatable, Sendable {
    /// A set of more ranges is kept with what lies between the last ones.
    private static let rangesMax = 256

    package private(set) var ranges: [ClosedRange<UInt32>] = []
    /// Whether there may be others: the record holds the beginning of the set only.
    package private(set) var isCut = false

    /// Reads the set at the beginning of `text`, as far as it is one; `*` is the highest UID.
    package init(_ text: some Sequence<UInt8>) {
        var numbers: (first: UInt32?, current: UInt32?) = (nil, nil)
        var dots = 0
        func end() -> ClosedRange<UInt32>? {
            guard let last = numbers.current else { return nil }
            let first = numbers.first ?? last
            return min(first, last)...max(first, last)
        }
        scan: for byte in text {
            switch byte {
            case 48...57:
                let digit = UInt32(byte - 48)
                let number = (numbers.current ?? 0).multipliedReportingOverflow(by: 10)
                let sum = number.partialValue.addingReportingOverflow(digit)
                numbers.current = number.overflow || sum.overflow ? .max : sum.partialValue
            case UInt8(ascii: "*"): numbers.current = .max
            case UInt8(ascii: ":"):
                numbers = (numbers.current, nil)
            case UInt8(ascii: ","):
                if let range = end() { ranges.append(range) }
                numbers = (nil, nil)
            case UInt8(ascii: "."):
                dots += 1
            default: break scan
            }
        }
        if let range = end() { ranges.append(range) }
        isCut = dots >= 3
    }

    package func contains(_ uid: UInt32) -> Bool { ranges.contains { $0.contains(uid) } }

    /// The ranges as the index keeps them: few, and open where the set was cut.
    var kept: [ClosedRange<UInt32>] {
        var kept = Array(ranges.prefix(Self.rangesMax))
        let rest = ranges.dropFirst(Self.rangesMax)
        if let low = rest.map(\.lowerBound).min(), let high = rest.map(\.upperBound).max() {
            kept.append(low...high)
        }
        if isCut, let last = ranges.last?.upperBound { kept.append(last...UInt32.max) }
        return kept
    }

    /// The least number of doublings of one message that make the range.
    static func span(_ range: ClosedRange<UInt32>) -> Int64 {
        Int64(UInt32.bitWidth - (range.upperBound - range.lowerBound).leadingZeroBitCount)
    }
}
