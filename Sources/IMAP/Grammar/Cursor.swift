// A reading position in a command or response: takes one token after the other, or says why not.
package import Bytes

/// Reads bytes from front to back without copying them.
///
/// A method that throws or returns nil because a token is missing leaves the cursor at the place
/// where the token was expected.
package struct Cursor: ~Escapable {
    /// Levels of parentheses that a command or response may nest (servers that had no
    /// bound here fell to floods of parentheses).
    package static let depthMax = 32

    package let bytes: Span<UInt8>
    package private(set) var offset = 0

    /// Whether the bytes end at a literal's marker, before its content has arrived.
    package let isPartial: Bool

    /// What quoted strings may hold.
    package let text: QuotedText

    @_lifetime(copy bytes)
    package init(_ bytes: Span<UInt8>, isPartial: Bool = false, text: QuotedText = .ascii) {
        self.bytes = bytes
        self.isPartial = isPartial
        self.text = text
    }

    package var isAtEnd: Bool { offset == bytes.count }
    package var remaining: Int { bytes.count - offset }

    /// The next byte, nil at the end.
    package var peek: UInt8? { isAtEnd ? nil : bytes[offset] }

    /// The bytes in `range`, which a method of this cursor returned.
    @_lifetime(copy self)
    package func span(_ range: Range<Int>) -> Span<UInt8> { bytes.extracting(range) }

    /// Passes over `count` bytes, or to the end where fewer remain.
    package mutating func advance(_ count: Int) { offset += min(max(0, count), remaining) }

    /// Takes `byte` if it is next.
    package mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        offset += 1
        return true
    }

    /// Takes the longest run of bytes of `classes`, which may be empty.
    package mutating func take(while classes: ByteClass) -> Range<Int> {
        let start = offset
        var end = start
        while end < bytes.count, ByteClass.of(bytes[end]).intersects(classes) { end += 1 }
        offset = end
        return start..<end
    }

    package func expected(_ expectation: SyntaxError.Expectation) -> SyntaxError {
        .expected(expectation, at: offset)
    }

    package mutating func expect(
        _ byte: UInt8,
        as expectation: SyntaxError.Expectation
    ) throws(SyntaxError) {
        guard take(byte) else { throw expected(expectation) }
    }

    /// Takes exactly one SP: the grammar knows no other white space.
    package mutating func space() throws(SyntaxError) {
        try expect(UInt8(ascii: " "), as: .space)
    }

    package mutating func takeSpace() -> Bool { take(UInt8(ascii: " ")) }

    package mutating func open() throws(SyntaxError) {
        try expect(UInt8(ascii: "("), as: .openingParenthesis)
    }

    package mutating func close() throws(SyntaxError) {
        try expect(UInt8(ascii: ")"), as: .closingParenthesis)
    }

    package func end() throws(SyntaxError) {
        guard isAtEnd else { throw expected(.endOfLine) }
    }
}

extension ByteClass {
    /// What protocol words hold beside `.` and `-`.
    static var word: ByteClass { ByteClass(rawValue: letter.rawValue | digit.rawValue) }

    /// Whether the two have a class in common; plain arithmetic, for this is asked of every byte
    /// and OptionSet's own operations allocate across modules.
    func intersects(_ other: ByteClass) -> Bool { rawValue & other.rawValue != 0 }
}
