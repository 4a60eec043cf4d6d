// Which characters may stand where: the character classes of RFC 9051, section 9, as one table.

/// A set of character classes; every byte has one.
///
/// Public, since Swift 6.3 inlines nothing into other modules that is a package's own.
public struct ByteClass: OptionSet, Sendable {
    /// One bit a class.
    public let rawValue: UInt8
    /// Makes the set with these bits.
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// ATOM-CHAR: any CHAR but `( ) { SP CTL % * " \ ]`.
    @inlinable public static var atom: ByteClass { ByteClass(rawValue: 1) }
    /// ASTRING-CHAR: ATOM-CHAR or `]`.
    @inlinable public static var astring: ByteClass { ByteClass(rawValue: 2) }
    /// list-char: ATOM-CHAR, `%`, `*` or `]`.
    @inlinable public static var list: ByteClass { ByteClass(rawValue: 4) }
    /// TEXT-CHAR: any CHAR but CR and LF (and NUL, which is no CHAR).
    @inlinable public static var text: ByteClass { ByteClass(rawValue: 8) }
    /// `0` to `9`.
    @inlinable public static var digit: ByteClass { ByteClass(rawValue: 16) }
    /// ASCII letters of either case.
    @inlinable public static var letter: ByteClass { ByteClass(rawValue: 32) }
    /// The alphabet of Base64 without padding (RFC 4648, section 4).
    @inlinable public static var base64: ByteClass { ByteClass(rawValue: 64) }
    /// A tag's characters: ASTRING-CHAR but `+` (RFC 9051, `tag`).
    @inlinable public static var tag: ByteClass { ByteClass(rawValue: 128) }

    /// The classes that `byte` belongs to; constants alone, so that they become one table.
    @inlinable public static func of(_ byte: UInt8) -> ByteClass {
        ByteClass(rawValue: classes(of: byte))
    }

    @inlinable static func classes(of byte: UInt8) -> UInt8 {
        switch byte {
        case 0, 0x0A, 0x0D, 0x80...: return 0
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return plain | digit.rawValue | base64.rawValue
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
            return plain | letter.rawValue | base64.rawValue
        case UInt8(ascii: "%"), UInt8(ascii: "*"): return text.rawValue | list.rawValue
        case UInt8(ascii: "+"): return plain & ~tag.rawValue | base64.rawValue
        case UInt8(ascii: "/"): return plain | base64.rawValue
        case UInt8(ascii: "]"): return plain & ~atom.rawValue
        // Controls, and the specials that no word holds.
        case 0..<0x20, 0x7F, UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "{"),
            UInt8(ascii: " "), UInt8(ascii: "\""), UInt8(ascii: "\\"):
            return text.rawValue
        default: return plain
        }
    }

    /// What a character is that may stand in any word.
    @inlinable static var plain: UInt8 {
        atom.rawValue | astring.rawValue | list.rawValue | text.rawValue | tag.rawValue
    }
}

extension UInt8 {
    /// The upper-case form of an ASCII letter, any other byte as it is (no locale, no Unicode).
    @inlinable public var asciiUppercased: UInt8 { self &- 0x61 < 26 ? self & 0xDF : self }
}

extension Span where Element == UInt8 {
    /// Whether the bytes spell `word`, which is in upper case, with ASCII letters in either case.
    @inlinable public func spells(_ word: StaticString) -> Bool {
        guard count == word.utf8CodeUnitCount else { return false }
        for index in indices {
            let wanted = unsafe word.utf8Start[index]
            if self[index].asciiUppercased != wanted { return false }
        }
        return true
    }

    /// The bytes in an array of their own.
    package var array: [UInt8] {
        unsafe withUnsafeBufferPointer { unsafe Array($0) }
    }
}
