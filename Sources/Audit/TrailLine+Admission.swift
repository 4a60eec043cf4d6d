// What the recorder lets in. A gateway parses strangers' bytes and may have been taken over.
import Bytes

extension TrailLine {
    private static let recordStart: StaticString = "\"v\":1,"

    /// Whether a gateway may put these bytes on a line.
    ///
    /// Whatever it sends can't end the line, move a terminal's cursor or be anything but a version 1
    /// record; has no second number for the line; and is no event of the recorder's own, but for the
    /// gap that a gateway alone knows of. Whether it is a record at all its readers look at.
    package static func accepts(_ payload: Span<UInt8>) -> Bool {
        guard payload.count <= RecordHeader.payloadBytesMax,
            payload.holds(recordStart, at: 0), payload.isPrintable, payload.isEscapedByUs
        else { return false }
        return !payload.isSuspect || payload.isNoWordOfOurs
    }
}

private let quote = UInt8(ascii: "\"")

extension Span where Element == UInt8 {
    /// Printable ASCII alone.
    ///
    /// Without an early exit, so that the compiler may look at many bytes at once.
    fileprivate var isPrintable: Bool {
        var outsiders: UInt8 = 0
        for index in indices { outsiders |= self[index] &- 0x20 < 0x5F ? 0 : 1 }
        return outsiders == 0
    }

    /// Whether escapes stand only for what the encoder escapes.
    ///
    /// Then every quote is an end of a string, and a name is spelled by its own letters: what is
    /// looked for below stands there as such or not at all.
    fileprivate var isEscapedByUs: Bool {
        var rest = self
        while let found = rest.firstIndex(of: UInt8(ascii: "\\")) {
            guard let unit = rest.escapedUnit(at: found) else { return false }
            guard !(0x20...0x7E).contains(unit) || [0x22, 0x5C].contains(unit) else { return false }
            rest = rest.extracting(droppingFirst: found + 6)
        }
        return true
    }

    /// The code unit that `\uXXXX` stands for, as the encoder writes it; nil for any other escape.
    private func escapedUnit(at index: Int) -> UInt16? {
        guard index + 1 < count, self[index + 1] == UInt8(ascii: "u") else { return nil }
        return codeUnit(at: index + 2, mayBeUpperCase: false)
    }

    /// Whether a string may begin with `audit.` or `seq`, by two of its letters.
    ///
    /// As above without an early exit, and in steps that the compiler may take for many bytes at once:
    /// measured at 50 ns a record, against 850 with conditions.
    fileprivate var isSuspect: Bool {
        unsafe withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress, bytes.count > 3 else { return false }
            var hits: UInt8 = 0
            for index in 0..<bytes.count - 3 {
                let notQuote = unsafe start[index] ^ quote
                let (third, fourth) = unsafe (start[index + 2], start[index + 3])
                let notAudit = (third ^ UInt8(ascii: "u")) | (fourth ^ UInt8(ascii: "d")) | notQuote
                let notNumber =
                    (third ^ UInt8(ascii: "e")) | (fourth ^ UInt8(ascii: "q")) | notQuote
                hits |= (notAudit == 0 ? 1 : 0) | (notNumber == 0 ? 1 : 0)
            }
            return hits != 0
        }
    }

    /// Whether no string is the name `seq`, and none that begins with `audit.` is an event, but the gap.
    fileprivate var isNoWordOfOurs: Bool {
        for index in indices where self[index] == quote {
            if holds("\"seq\"", at: index), isColon(at: skippingSpaces(from: index + 5)) {
                return false
            }
            if holds("\"audit.", at: index), isEvent(at: index), !holds("\"audit.gap\"", at: index)
            {
                return false
            }
        }
        return true
    }

    private func skippingSpaces(from start: Int) -> Int {
        var index = start
        while index < count, self[index] == 0x20 { index += 1 }
        return index
    }

    private func isColon(at index: Int) -> Bool {
        index < count && self[index] == UInt8(ascii: ":")
    }

    /// Whether `"event"`, a colon and nothing else stand before `index`.
    private func isEvent(at index: Int) -> Bool {
        var end = index
        while end > 0, self[end - 1] == 0x20 { end -= 1 }
        guard end > 0, isColon(at: end - 1) else { return false }
        end -= 1
        while end > 0, self[end - 1] == 0x20 { end -= 1 }
        return holds("\"event\"", at: end - 7)
    }

    /// Whether `text` stands at `start`.
    func holds(_ text: StaticString, at start: Int) -> Bool {
        let text = text.span
        guard start >= 0, count >= text.count, start <= count - text.count else { return false }
        for index in text.indices where self[start + index] != text[index] { return false }
        return true
    }
}
