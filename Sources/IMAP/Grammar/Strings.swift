// Strings of the grammar: atoms, quoted strings and literals (RFC 9051, 4.3, 9).
package import Bytes

/// The longest strings that the places of a command take, in bytes.
package enum StringLimit {
    /// Names are canonical up to 1,000 bytes; what is longer is refused unread.
    package static let mailbox = 1024
    /// User names and passwords: longer than any that PAM takes.
    package static let credential = 1024
    /// Rights, each a letter: more than there are.
    package static let rights = 64
    /// What a search may look for: the limit of one argument literal.
    package static let argument = 256 * 1024
}

/// What a quoted string may hold.
package enum QuotedText: Sendable {
    case ascii
    /// After ENABLE UTF8=ACCEPT or IMAP4rev2 (RFC 6855, 3; RFC 9051, 4.3).
    case utf8
    /// Whatever an old backend puts there; it is never written so again.
    case octets
}

extension Cursor {
    /// Takes one or more ATOM-CHAR.
    package mutating func atom() throws(SyntaxError) -> Range<Int> {
        let range = take(while: .atom)
        guard !range.isEmpty else { throw expected(.atom) }
        return range
    }

    /// Appends what the quoted string at the cursor stands for.
    ///
    /// Only `\"` and `\\` are escapes, and only seven-bit TEXT-CHAR may stand between the quotes,
    /// or UTF-8 where the client switched it on: servers differ in what they make of the rest.
    package mutating func quoted(
        into sink: inout some ByteSink,
        bytesMax: Int
    ) throws(SyntaxError) {
        let start = offset
        try expect(UInt8(ascii: "\""), as: .quote)
        var count = 0
        while true {
            // What needs no look at each of its bytes goes over in one piece.
            let run = quotedRun()
            count += run.count
            guard count <= bytesMax else { throw .tooLong(at: start) }
            try checkText(run)
            sink.append(span(run))
            if take(UInt8(ascii: "\"")) { return }
            guard take(UInt8(ascii: "\\")) else { throw expected(.quote) }
            guard let byte = peek, ByteClass.of(byte).intersects(.text) else {
                throw expected(.quote)
            }
            guard byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
                throw expected(.escape)
            }
            guard count < bytesMax else { throw .tooLong(at: start) }
            sink.append(byte)
            count += 1
            advance(1)
        }
    }

    /// Refuses a run that is no UTF-8: whole characters stand on both sides of an escape.
    private func checkText(_ run: Range<Int>) throws(SyntaxError) {
        guard text != .utf8 || bytes.extracting(run).isUTF8 else {
            throw .expected(.utf8, at: run.lowerBound)
        }
    }

    /// Takes the longest run of characters that stand for themselves between quotes.
    private mutating func quotedRun() -> Range<Int> {
        let start = offset
        var end = start
        while end < bytes.count, bytes[end] != UInt8(ascii: "\""),
            bytes[end] != UInt8(ascii: "\\"), isText(bytes[end])
        {
            end += 1
        }
        advance(end - start)
        return start..<end
    }

    private func isText(_ byte: UInt8) -> Bool {
        byte < 0x80 ? ByteClass.of(byte).intersects(.text) : text != .ascii
    }

    /// Takes a literal and returns where its content lies.
    ///
    /// Throws `.literalAwaited` at the end of partial input, once the marker is known to be good.
    package mutating func literal(
        bytesMax: Int,
        allowsLiteral8: Bool = false
    ) throws(SyntaxError) -> Range<Int> {
        let start = offset
        guard peek == UInt8(ascii: "{") || allowsLiteral8 else { throw expected(.literal) }
        let header = try literalMarker()
        guard let size = Int(exactly: header.size), size <= bytesMax else {
            throw .tooLong(at: start)
        }
        if isPartial && isAtEnd { throw .literalAwaited }
        guard size <= remaining else { throw expected(.literal) }
        let range = offset..<offset + size
        for index in range where bytes[index] == 0 { throw .expected(.string, at: index) }
        advance(size)
        return range
    }

    /// Appends what the string at the cursor, quoted or literal, stands for.
    package mutating func string(
        into sink: inout some ByteSink,
        bytesMax: Int
    ) throws(SyntaxError) {
        switch peek {
        case UInt8(ascii: "\""): try quoted(into: &sink, bytesMax: bytesMax)
        case UInt8(ascii: "{"): sink.append(span(try literal(bytesMax: bytesMax)))
        default: throw expected(.string)
        }
    }

    /// Appends what the string or run of `bare` characters at the cursor stands for.
    package mutating func string(
        orBare bare: ByteClass,
        into sink: inout some ByteSink,
        bytesMax: Int
    ) throws(SyntaxError) {
        let start = offset
        let range = take(while: bare)
        guard !range.isEmpty else { return try string(into: &sink, bytesMax: bytesMax) }
        guard range.count <= bytesMax else { throw .tooLong(at: start) }
        sink.append(span(range))
    }

    package mutating func string(
        bytesMax: Int = StringLimit.argument
    ) throws(SyntaxError) -> [UInt8] {
        var bytes: [UInt8] = []
        try string(into: &bytes, bytesMax: bytesMax)
        return bytes
    }

    package mutating func astring(
        bytesMax: Int = StringLimit.argument
    ) throws(SyntaxError) -> [UInt8] {
        var bytes: [UInt8] = []
        try string(orBare: .astring, into: &bytes, bytesMax: bytesMax)
        return bytes
    }

    /// Takes a string or NIL, which is nil here.
    package mutating func nstring(
        bytesMax: Int = StringLimit.argument
    ) throws(SyntaxError) -> [UInt8]? {
        takeWord("NIL") ? nil : try string(bytesMax: bytesMax)
    }

    /// The octets of a mailbox name; whether they name anything is decided by `MailboxNaming`.
    package mutating func mailbox() throws(SyntaxError) -> [UInt8] {
        try astring(bytesMax: StringLimit.mailbox)
    }

    /// Takes an astring into memory that is wiped; refuses octets beyond ASCII (RFC 6855, 5).
    package mutating func secret() throws(SyntaxError) -> Secret {
        let start = offset
        var buffer = Buffer()
        buffer.reserve(StringLimit.credential)
        defer { buffer.wipe() }
        try string(orBare: .astring, into: &buffer, bytesMax: StringLimit.credential)
        guard buffer.span.isASCII else { throw .expected(.ascii, at: start) }
        return Secret(buffer.span)
    }

    /// Takes one or more characters of the Base64 alphabet with their padding.
    ///
    /// Whether they are canonical Base64 is found when they are decoded.
    package mutating func base64() throws(SyntaxError) -> Range<Int> {
        let start = offset
        _ = take(while: .base64)
        guard offset > start else { throw expected(.base64) }
        if take(UInt8(ascii: "=")) { _ = take(UInt8(ascii: "=")) }
        return start..<offset
    }
}

extension Span where Element == UInt8 {
    package var isUTF8: Bool { (try? UTF8Span(validating: self)) != nil }

    package var isASCII: Bool {
        for index in indices where self[index] >= 0x80 { return false }
        return true
    }
}
