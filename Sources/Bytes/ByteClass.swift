// Which characters may stand where: the character classes of RFC 9051, section 9, as one table.

/// A set of character classes; every byte has one.
package struct ByteClass: OptionSet, Sendable {
    package let rawValue: UInt8
    @inlinable package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// ATOM-CHAR: any CHAR but `( ) { SP CTL % * " \ ]`.
    @inlinable package static var atom: ByteClass { ByteClass(rawValue: 1) }
    /// ASTRING-CHAR: ATOM-CHAR or `]`.
    @inlinable package static var astring: ByteClass { ByteClass(rawValue: 2) }
    /// list-char: ATOM-CHAR, `%`, `*` or `]`.
    @inlinable package static var list: ByteClass { ByteClass(rawValue: 4) }
    /// TEXT-CHAR: any CHAR but CR and LF (and NUL, which is no CHAR).
    @inlinable package static var text: ByteClass { ByteClass(rawValue: 8) }
    @inlinable package static var digit: ByteClass { ByteClass(rawValue: 16) }
    @inlinable package static var letter: ByteClass { ByteClass(rawValue: 32) }
    /// The alphabet of Base64 without padding (RFC 4648, section 4).
    @inlinable package static var base64: ByteClass { ByteClass(rawValue: 64) }
    /// A tag's characters: ASTRING-CHAR but `+` (RFC 9051, `tag`).
    @inlinable package static var tag: ByteClass { ByteClass(rawValue: 128) }

    /// The classes that `byte` belongs to.
    @inlinable package static func of(_ byte: UInt8) -> ByteClass {
        ByteClass(rawValue: table[Int(byte)])
    }

    @usableFromInline static let table: [UInt8] = (0...255).map { classes(of: UInt8($0)).rawValue }

    private static func classes(of byte: UInt8) -> ByteClass {
        var classes: ByteClass = []
        guard byte > 0, byte < 0x80 else { return classes }
        if byte != 0x0D && byte != 0x0A { classes.insert(.text) }
        let isControl = byte < 0x20 || byte == 0x7F
        let special = Array("(){ %*\"\\]".utf8)
        if !isControl && !special.contains(byte) { classes.formUnion([.atom, .astring, .list]) }
        if byte == UInt8(ascii: "]") { classes.formUnion([.astring, .list]) }
        if byte == UInt8(ascii: "%") || byte == UInt8(ascii: "*") { classes.insert(.list) }
        if classes.contains(.astring) && byte != UInt8(ascii: "+") { classes.insert(.tag) }
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): classes.formUnion([.digit, .base64])
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
            classes.formUnion([.letter, .base64])
        case UInt8(ascii: "+"), UInt8(ascii: "/"): classes.insert(.base64)
        default: break
        }
        return classes
    }
}

extension UInt8 {
    /// The upper-case form of an ASCII letter, any other byte as it is (no locale, no Unicode).
    @inlinable package var asciiUppercased: UInt8 { self &- 0x61 < 26 ? self & 0xDF : self }
}

extension Span where Element == UInt8 {
    /// Whether the bytes spell `word`, which is in upper case, with ASCII letters in either case.
    @inlinable package func spells(_ word: StaticString) -> Bool {
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
