// The marker in front of counted bytes: `{5}`, `{5+}`, `~{5}`, `~{5+}` (RFC 9051, 4.3; RFC 7888).
import Bytes

/// What a literal's marker announces.
package struct LiteralHeader: Equatable, Sendable {
    /// The content's length in bytes.
    package let size: UInt64
    /// Written `{n+}`: the content follows without waiting for a continuation request.
    package let isNonSynchronizing: Bool
    /// Written `~{n}`: the content may hold NUL (RFC 3516, literal8).
    package let isLiteral8: Bool

    package init(size: UInt64, isNonSynchronizing: Bool = false, isLiteral8: Bool = false) {
        self.size = size
        self.isNonSynchronizing = isNonSynchronizing
        self.isLiteral8 = isLiteral8
    }
}

extension Cursor {
    /// Takes a literal's marker with its CRLF; the one definition for framing and for grammar.
    ///
    /// `{` 1*10DIGIT without a leading zero (except `0`) [`+`] `}` CRLF, with `~` in front for
    /// literal8.
    package mutating func literalMarker() throws(SyntaxError) -> LiteralHeader {
        var ahead = self
        let isLiteral8 = ahead.take(UInt8(ascii: "~"))
        guard ahead.take(UInt8(ascii: "{")), let size = ahead.literalSize() else {
            throw expected(.literal)
        }
        let isNonSynchronizing = ahead.take(UInt8(ascii: "+"))
        guard ahead.take(UInt8(ascii: "}")), ahead.take(0x0D), ahead.take(0x0A) else {
            throw expected(.literal)
        }
        self = ahead
        return LiteralHeader(
            size: size,
            isNonSynchronizing: isNonSynchronizing,
            isLiteral8: isLiteral8
        )
    }

    /// At most ten digits: enough for 9 GB, and no arithmetic on them can overflow.
    private mutating func literalSize() -> UInt64? {
        let digits = span(take(while: .digit))
        guard !digits.isEmpty, digits.count <= 10 else { return nil }
        guard digits.count == 1 || digits[0] != UInt8(ascii: "0") else { return nil }
        var size: UInt64 = 0
        for index in digits.indices { size = size * 10 + UInt64(digits[index] - 48) }
        return size
    }
}
