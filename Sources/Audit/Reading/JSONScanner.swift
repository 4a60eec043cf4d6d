// Walks over JSON (RFC 8259) without building anything: where a value begins and ends, and what
// kind it is.
import Bytes

/// A position in a text of JSON; numbers and literals are recognized by what can't belong to them.
struct JSONScanner {
    enum Kind { case text, number, list, object, literal }

    private var index: Int
    private let end: Int

    init(_ range: Range<Int>) {
        index = range.lowerBound
        end = range.upperBound
    }

    private mutating func skipSpaces(in line: Span<UInt8>) {
        while index < end, line[index] == UInt8(ascii: " ") { index += 1 }
    }

    /// Passes one character and the spaces before it, or nothing.
    mutating func take(_ character: Unicode.Scalar, in line: Span<UInt8>) -> Bool {
        skipSpaces(in: line)
        guard index < end, line[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    /// Whether nothing but a line feed is left.
    mutating func isAtEnd(in line: Span<UInt8>) -> Bool {
        skipSpaces(in: line)
        return index == end || index == end - 1 && line[index] == UInt8(ascii: "\n")
    }

    /// Passes a string; returns what stands between its quotes, which may hold escapes.
    mutating func string(in line: Span<UInt8>) -> Range<Int>? {
        guard take("\"", in: line) else { return nil }
        let start = index
        while index < end {
            switch line[index] {
            case UInt8(ascii: "\""):
                index += 1
                return start..<index - 1
            case UInt8(ascii: "\\"): index += 2
            default: index += 1
            }
        }
        return nil
    }

    /// Passes a value; of a string, what stands between its quotes.
    mutating func value(in line: Span<UInt8>) -> (kind: Kind, range: Range<Int>)? {
        skipSpaces(in: line)
        guard index < end else { return nil }
        let start = index
        switch line[index] {
        case UInt8(ascii: "\""): return string(in: line).map { (.text, $0) }
        case UInt8(ascii: "{"): return isBalanced(in: line) ? (.object, start..<index) : nil
        case UInt8(ascii: "["): return isBalanced(in: line) ? (.list, start..<index) : nil
        default: break
        }
        while index < end, Self.isPlain(line[index]) { index += 1 }
        guard index > start else { return nil }
        return (line[start] &- 48 < 10 ? .number : .literal, start..<index)
    }

    /// Digits, letters and what else numbers consist of.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte &- 48 < 10 || byte | 0x20 &- 97 < 26 || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
    }

    /// Passes an object or a list with all that is in it; false when it has no end.
    private mutating func isBalanced(in line: Span<UInt8>) -> Bool {
        var depth = 0
        while index < end {
            switch line[index] {
            case UInt8(ascii: "\""):
                guard string(in: line) != nil else { return false }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
            index += 1
            if depth == 0 { return true }
        }
        return false
    }
}

extension Span where Element == UInt8 {
    /// What stands between the quotes of a JSON string, without its escapes.
    ///
    /// Half of a surrogate pair and an unknown escape become U+FFFD.
    var unescaped: String {
        for index in indices where self[index] == UInt8(ascii: "\\") {
            return withEscapes(from: index)
        }
        return unsafe withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }

    private func withEscapes(from first: Int) -> String {
        var units: [UInt16] = []
        units.reserveCapacity(count)
        for index in 0..<first { units.append(UInt16(self[index])) }
        var index = first
        while index < count {
            guard self[index] == UInt8(ascii: "\\"), index + 1 < count else {
                units.append(UInt16(self[index]))
                index += 1
                continue
            }
            if self[index + 1] == UInt8(ascii: "u") {
                units.append(codeUnit(at: index + 2) ?? 0xFFFD)
                index += 6
            } else {
                units.append(Self.meaning(of: self[index + 1]))
                index += 2
            }
        }
        return String(decoding: units, as: UTF16.self)
    }

    /// The code unit that the four hexadecimal digits at `start` stand for; nil where they don't.
    func codeUnit(at start: Int, mayBeUpperCase: Bool = true) -> UInt16? {
        guard start + 4 <= count else { return nil }
        var unit: UInt16 = 0
        for index in start..<start + 4 {
            let octet = self[index]
            let isUpperCase = (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(octet)
            guard let digit = octet.hexadecimalValue, mayBeUpperCase || !isUpperCase else {
                return nil
            }
            unit = unit << 4 | digit
        }
        return unit
    }

    private static func meaning(of escape: UInt8) -> UInt16 {
        switch escape {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): UInt16(escape)
        case UInt8(ascii: "b"): 8
        case UInt8(ascii: "t"): 9
        case UInt8(ascii: "n"): 10
        case UInt8(ascii: "f"): 12
        case UInt8(ascii: "r"): 13
        default: 0xFFFD
        }
    }
}

extension UInt8 {
    /// What it stands for as a hexadecimal digit of either case; nil for any other octet.
    fileprivate var hexadecimalValue: UInt16? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(self) - 48
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(self) - 55
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(self) - 87
        default: nil
        }
    }
}
