// Values that stand in several responses: strings, and what is passed over unread.
import Bytes

/// Bounds of what a backend may nest and name.
enum ResponseLimit {
    /// Levels of parentheses: the deepest body structure that is read.
    static let depthMax = 100
    /// Levels of branches in one thread, each a reply with siblings; clients read them by recursion.
    static let threadDepthMax = 512
    /// Quoted strings longer than this become literals: clients limit their lines too.
    static let quotedBytesMax = 1024
}

extension Cursor {
    /// Takes a mailbox name of the backend; any length, since policy refuses what is too long.
    ///
    /// Octets beyond ASCII are taken, too: a name that holds some is not canonical, which must cost
    /// the mailbox and not the session.
    mutating func backendMailbox() throws(SyntaxError) -> [UInt8] {
        let start = offset
        while let byte = peek, byte >= 0x80 || ByteClass.of(byte).intersects(.astring) {
            advance(1)
        }
        if offset > start { return span(start..<offset).array }
        return try string(bytesMax: ResponseFragmenter.collectedBytesMax)
    }

    /// Takes one character in quotes, or NIL: the delimiter of a hierarchy (RFC 9051, 7.3.1).
    mutating func delimiter() throws(SyntaxError) -> UInt8? {
        if takeWord("NIL") { return nil }
        let start = offset
        let text = try string(bytesMax: 1)
        guard let delimiter = text.first, delimiter < 0x80 else {
            throw .expected(.string, at: start)
        }
        return delimiter
    }

    /// Passes over one value of whatever kind, with all that it nests.
    ///
    /// Throws `.literalAwaited` when it ends at the marker of a literal still to come.
    mutating func skipValue() throws(SyntaxError) {
        var depth = 0
        repeat {
            while depth > 0 && takeSpace() {}
            if take(UInt8(ascii: "(")) {
                depth += 1
                guard depth <= ResponseLimit.depthMax else { throw .tooDeep(at: offset) }
            } else if depth > 0 && take(UInt8(ascii: ")")) {
                depth -= 1
            } else {
                try skipToken()
            }
        } while depth > 0
    }

    private mutating func skipToken() throws(SyntaxError) {
        switch peek {
        case UInt8(ascii: "\""):
            _ = try quotedExtent()
        case UInt8(ascii: "{"), UInt8(ascii: "~"):
            try skipLiteral()
        default:
            let start = offset
            while let byte = peek, Self.isBare(byte) { advance(1) }
            guard offset > start else { throw expected(.string) }
        }
    }

    /// What stands bare in values that the gateway does not know: flags, numbers, sections.
    private static func isBare(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "(") && byte != UInt8(ascii: ")")
            && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "{")
    }

    /// Passes over a literal; throws `.literalAwaited` when its bytes are still to come.
    mutating func skipLiteral() throws(SyntaxError) {
        let header = try literalMarker()
        if isPartial && isAtEnd { throw .literalAwaited }
        guard let size = Int(exactly: header.size), size <= remaining else {
            throw expected(.literal)
        }
        advance(size)
    }
}

// MARK: - Strings on their way to the client

/// Where a quoted string lies between its quotes, and what it holds.
struct QuotedExtent {
    let content: Range<Int>
    /// Backslashes that only escape.
    let escapes: Int
    /// Whether all its bytes are printable ASCII.
    let isPrintable: Bool
}

extension Cursor {
    /// Takes a quoted string without copying it; bytes beyond ASCII are taken, since servers send
    /// raw header text.
    mutating func quotedExtent() throws(SyntaxError) -> QuotedExtent {
        try expect(UInt8(ascii: "\""), as: .quote)
        let start = offset
        var escapes = 0
        var isPrintable = true
        while let byte = peek, byte != UInt8(ascii: "\"") {
            guard byte != 0, byte != 0x0D, byte != 0x0A else { throw expected(.quote) }
            if byte < 0x20 || byte > 0x7E { isPrintable = false }
            advance(1)
            guard byte == UInt8(ascii: "\\") else { continue }
            guard peek == UInt8(ascii: "\"") || peek == UInt8(ascii: "\\") else {
                throw expected(.escape)
            }
            escapes += 1
            advance(1)
        }
        let content = start..<offset
        try expect(UInt8(ascii: "\""), as: .quote)
        return QuotedExtent(content: content, escapes: escapes, isPrintable: isPrintable)
    }

    /// Copies a string or NIL in canonical form; returns the bytes of the string, nil for NIL.
    mutating func copyNString(into buffer: inout Buffer) throws(SyntaxError) -> Int? {
        switch peek {
        case UInt8(ascii: "\""):
            return try copyQuoted(into: &buffer)
        case UInt8(ascii: "{"):
            let range = try literal(bytesMax: ResponseFragmenter.collectedBytesMax)
            buffer.append(string: span(range))
            return range.count
        default:
            guard takeWord("NIL") else { throw expected(.string) }
            buffer.append("NIL")
            return nil
        }
    }

    private mutating func copyQuoted(into buffer: inout Buffer) throws(SyntaxError) -> Int {
        let extent = try quotedExtent()
        let content = span(extent.content)
        let count = content.count - extent.escapes
        guard !extent.isPrintable || count > ResponseLimit.quotedBytesMax else {
            buffer.append(UInt8(ascii: "\""))
            buffer.append(content)
            buffer.append(UInt8(ascii: "\""))
            return count
        }
        buffer.append(literalMarker: UInt64(count))
        var index = 0
        while index < content.count {
            if content[index] == UInt8(ascii: "\\") { index += 1 }
            buffer.append(content[index])
            index += 1
        }
        return count
    }
}

extension ByteSink {
    /// Appends `{size}` and CRLF.
    mutating func append(literalMarker size: UInt64) {
        append(UInt8(ascii: "{"))
        append(decimal: size)
        append("}\r\n")
    }

    /// Appends a mailbox's name as a quoted string, or a literal where no quotes could hold it.
    ///
    /// Beyond ASCII it is UTF-8, for a client that asked for it and reads it in quotes (RFC 6855, 3).
    mutating func append(mailbox name: Span<UInt8>) {
        if name.count <= ResponseLimit.quotedBytesMax && name.isUTF8 && !name.hasControls {
            append(quoted: name)
        } else {
            append(string: name)
        }
    }

    /// Appends a quoted string of printable ASCII, or a literal of anything else.
    mutating func append(string bytes: Span<UInt8>) {
        if bytes.count <= ResponseLimit.quotedBytesMax && bytes.isPrintable {
            append(quoted: bytes)
        } else {
            append(literalMarker: UInt64(bytes.count))
            append(bytes)
        }
    }
}

extension Span where Element == UInt8 {
    fileprivate var hasControls: Bool {
        for index in indices where self[index] < 0x20 || self[index] == 0x7F { return true }
        return false
    }
}
