// Bytes that strangers chose, as JSON in printable ASCII: no line break, no terminal sequence, no
// bidirectional override and no quote of theirs survives as such (RFC 8259, section 7).
import Bytes

extension Span where Element == UInt8 {
    /// Whether every byte may stand in a JSON string as it is.
    fileprivate var isPlain: Bool {
        for index in indices where !isPlainByte(self[index]) { return false }
        return true
    }

    /// The Unicode scalar at `index` and how many bytes it takes; nil where UTF-8 is not valid.
    ///
    /// Strict after RFC 3629: no overlong form, no surrogate, nothing past U+10FFFF.
    fileprivate func scalar(at index: Int) -> (value: UInt32, count: Int)? {
        let first = UInt32(self[index])
        if first < 0x80 { return (first, 1) }
        guard let count = first.utf8Count, count <= self.count - index else { return nil }
        var value = first & (0x7F >> UInt32(count))
        for offset in 1..<count {
            let byte = UInt32(self[index + offset])
            guard byte & 0xC0 == 0x80 else { return nil }
            value = value << 6 | byte & 0x3F
        }
        let least: UInt32 = count == 2 ? 0x80 : count == 3 ? 0x800 : 0x10000
        let isSurrogate = value & 0xFFFF_F800 == 0xD800
        return value >= least && value <= 0x10FFFF && !isSurrogate ? (value, count) : nil
    }

    fileprivate var isUTF8: Bool {
        var index = 0
        while index < count {
            guard let scalar = scalar(at: index) else { return false }
            index += scalar.count
        }
        return true
    }

    /// The longest beginning of at most `bytesMax` bytes that does not cut a UTF-8 sequence.
    fileprivate func wholeScalars(within bytesMax: Int) -> Int {
        guard count > bytesMax else { return count }
        var end = bytesMax
        while end > 0 && self[end] & 0xC0 == 0x80 { end -= 1 }
        return end
    }
}

extension UInt32 {
    /// How many bytes a UTF-8 sequence with this first byte has; nil for a byte that begins none.
    fileprivate var utf8Count: Int? {
        switch self {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: nil
        }
    }
}

extension StaticString {
    /// The text's bytes, which live as long as the program.
    var span: Span<UInt8> {
        @_lifetime(immortal)
        get {
            let span = unsafe Span(_unsafeStart: utf8Start, count: utf8CodeUnitCount)
            return unsafe _overrideLifetime(span, copying: ())
        }
    }
}

/// Printable ASCII but the quote and the backslash.
@inline(__always)
private func isPlainByte(_ byte: UInt8) -> Bool {
    byte &- 0x20 < 0x5F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
}

private func hexDigit(_ value: UInt32) -> UInt8 {
    let digit = UInt8(truncatingIfNeeded: value & 15)
    return digit < 10 ? 48 + digit : 87 + digit
}

extension Buffer {
    /// Appends `,"name":"text"`, at most `bytesMax` bytes of text; `opening` is `,"name":"`.
    ///
    /// Text that is not valid UTF-8 stands in hexadecimal under the name with `_hex` behind it, so
    /// that no two different texts look the same. Of a text that is too long the beginning stands,
    /// and `name_cut` says how many bytes are left out.
    mutating func appendMember(_ opening: StaticString, _ text: Span<UInt8>, bytesMax: Int) {
        guard text.isPlain && text.count <= bytesMax else {
            return appendUnusual(opening, text, bytesMax: bytesMax)
        }
        append(opening, text, UInt8(ascii: "\""))
    }

    private mutating func appendUnusual(
        _ opening: StaticString,
        _ text: Span<UInt8>,
        bytesMax: Int
    ) {
        let isText = text.isUTF8
        // An escape is up to six times as long as the byte that it stands for.
        let textMax = text.isPlain ? bytesMax : bytesMax / 6
        let kept = isText ? text.wholeScalars(within: textMax) : min(text.count, bytesMax / 2)
        let head = text.extracting(..<kept)
        appendName(of: opening, ending: isText ? "\":" : "_hex\":")
        if isText { appendString(head) } else { appendHexString(head) }
        appendCut(opening, text.count - kept)
    }

    /// Appends `,"name":number`; `opening` is `,"name":`.
    mutating func appendMember(_ opening: StaticString, _ number: UInt64) {
        append(opening)
        append(decimal: number)
    }

    /// Appends `,"name_cut":count` where something was left out; `opening` is `,"name":"`.
    mutating func appendCut(_ opening: StaticString, _ count: Int) {
        guard count > 0 else { return }
        appendName(of: opening, ending: "_cut\":")
        append(decimal: count)
    }

    /// Appends `,"name` out of `,"name":"`, and `ending`.
    private mutating func appendName(of opening: StaticString, ending: StaticString) {
        let nameBytes = opening.utf8CodeUnitCount - 3
        append(opening.span.extracting(first: nameBytes))
        append(ending)
    }

    /// Appends bytes as a JSON string of hexadecimal digits, two a byte.
    mutating func appendHexString(_ bytes: Span<UInt8>) {
        append(capacity: bytes.count * 2 + 2) { output in
            output.append(UInt8(ascii: "\""))
            for index in bytes.indices {
                output.append(hexDigit(UInt32(bytes[index]) >> 4))
                output.append(hexDigit(UInt32(bytes[index])))
            }
            output.append(UInt8(ascii: "\""))
        }
    }

    /// Appends UTF-8 text as a JSON string in printable ASCII; a byte that is none becomes U+FFFD.
    mutating func appendString(_ text: Span<UInt8>) {
        append("\"")
        var index = 0
        while index < text.count {
            let start = index
            while index < text.count && isPlainByte(text[index]) { index += 1 }
            append(text.extracting(start..<index))
            guard index < text.count else { break }
            let scalar = text.scalar(at: index) ?? (value: 0xFFFD, count: 1)
            appendEscape(scalar.value)
            index += scalar.count
        }
        append("\"")
    }

    private mutating func appendEscape(_ scalar: UInt32) {
        guard scalar > 0xFFFF else { return appendCodeUnit(scalar) }
        appendCodeUnit(0xD800 + (scalar - 0x10000) >> 10)
        appendCodeUnit(0xDC00 + (scalar - 0x10000) & 0x3FF)
    }

    /// Appends one UTF-16 code unit (RFC 8259, section 7).
    private mutating func appendCodeUnit(_ unit: UInt32) {
        append("\\u")
        for shift: UInt32 in [12, 8, 4, 0] { append(hexDigit(unit >> shift)) }
    }
}
