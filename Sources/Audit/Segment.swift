// The files of a trail: how they are named, and when the next one begins.

/// The name of a segment, `trail-00000000000000000001.jsonl`: the number of its first record.
package struct SegmentName: Equatable, Comparable, Sendable {
    private static let digits = 20
    private static let prefix = "trail-"
    private static let suffix = ".jsonl"

    package let first: UInt64

    package init(first: UInt64) { self.first = first }

    /// Reads a file's name; nil when no segment is called so.
    package init?(_ name: String) {
        guard name.hasPrefix(Self.prefix), name.hasSuffix(Self.suffix) else { return nil }
        let digits = name.dropFirst(Self.prefix.count).dropLast(Self.suffix.count)
        guard
            digits.utf8.count == Self.digits,
            digits.utf8.allSatisfy({ 48...57 ~= $0 }),
            let first = UInt64(digits), first > 0
        else { return nil }
        self.first = first
    }

    package var text: String { stem + Self.suffix }

    /// The file of the checkpoints that were signed while the segment grew.
    package var checkpoints: String { stem + ".checkpoints" }

    private var stem: String {
        let number = String(first)
        let zeros = String(repeating: "0", count: Self.digits - number.utf8.count)
        return Self.prefix + zeros + number
    }

    package static func < (left: SegmentName, right: SegmentName) -> Bool {
        left.first < right.first
    }
}

/// When a segment is full.
package struct SegmentLimits: Equatable, Sendable {
    /// A segment of this many bytes gets no further batch.
    package var bytesMax: UInt64 = 64 * 1024 * 1024
    /// A day: yesterday's segment can be moved away whole.
    package var ageMax: Duration = .seconds(24 * 3600)

    package init() {}

    /// Whether a segment with lines in it has had its day.
    package func isFull(bytes: UInt64, age: Duration) -> Bool {
        bytes > 0 && (bytes >= bytesMax || age >= ageMax)
    }
}
