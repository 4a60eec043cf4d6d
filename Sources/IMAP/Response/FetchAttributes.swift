// The attributes of a message in a FETCH response, each checked while it is copied (RFC 9051, 7.5.2).
import Bytes

/// What stands in front of an attribute's value.
enum FetchAttributeHead {
    case attribute(FetchAttribute)
    /// `BODY[`; the section's text comes next.
    case section
    /// `BINARY[` or `BINARY.SIZE[`; the part's numbers come next, with the bracket still in front.
    case binary
    case binarySize
}

/// The word in front of FETCH's attributes: UIDFETCH stands where no message numbers are told.
enum FetchWord: UInt8, Keyword {
    case fetch, uidFetch

    var spelling: StaticString {
        switch self {
        case .fetch: "FETCH"
        case .uidFetch: "UIDFETCH"
        }
    }
}

extension Cursor {
    /// Takes `* n FETCH (` and returns n and the word.
    mutating func fetchHead() throws(SyntaxError) -> (UInt32, FetchWord) {
        try expect(UInt8(ascii: "*"), as: .tag)
        try space()
        let sequence = try nonZeroNumber()
        try space()
        let word = try keyword(FetchWord.self)
        try space()
        try open()
        return (sequence, word)
    }

    /// Takes the name of the next attribute and its space, or of a section the bracket.
    ///
    /// Takes nothing when the attribute is unknown or not allowed.
    mutating func allowedAttribute(
        by filter: FetchFilter
    ) throws(SyntaxError) -> FetchAttributeHead? {
        var ahead = self
        guard let attribute = ahead.takeKeyword(FetchAttribute.self) else {
            return takeBinaryHead(by: filter)
        }
        if attribute == .body && ahead.take(UInt8(ascii: "[")) {
            guard try filter.allowsSection(at: ahead) else { return nil }
            self = ahead
            return .section
        }
        guard filter.attributes.contains(attribute), ahead.takeSpace() else { return nil }
        self = ahead
        return .attribute(attribute)
    }

    /// Whether the next attribute is some of a message's text, header or preview.
    var isAtText: Bool {
        var ahead = self
        switch ahead.takeKeyword(FetchAttribute.self) {
        case .rfc822?, .rfc822Header?, .rfc822Text?, .preview?: return true
        case .body?: return ahead.peek == UInt8(ascii: "[")
        case .some: return false
        case nil: return ahead.takeWord("BINARY") && ahead.peek == UInt8(ascii: "[")
        }
    }

    private mutating func takeBinaryHead(by filter: FetchFilter) -> FetchAttributeHead? {
        guard filter.allowsBinary else { return nil }
        var ahead = self
        let isSize = ahead.takeWord("BINARY.SIZE")
        guard isSize || ahead.takeWord("BINARY"), ahead.peek == UInt8(ascii: "[") else {
            return nil
        }
        self = ahead
        return isSize ? .binarySize : .binary
    }

    /// Takes the name of an attribute that is not allowed: `X-GUID`, `BINARY[1]<0>`.
    mutating func skipAttributeName() throws(SyntaxError) {
        let start = offset
        while let byte = peek, byte != UInt8(ascii: "["), ByteClass.of(byte).contains(.atom) {
            advance(1)
        }
        guard offset > start else { throw expected(.atom) }
        guard take(UInt8(ascii: "[")) else { return }
        while !take(UInt8(ascii: "]")) { try skipSectionPart() }
        _ = take(while: .atom)
    }

    private mutating func skipSectionPart() throws(SyntaxError) {
        switch peek {
        case UInt8(ascii: "\""): _ = try quotedExtent()
        case UInt8(ascii: "{"): try skipLiteral()
        case nil: throw expected(.closingBracket)
        default: advance(1)
        }
    }

    /// Takes the marker of a literal whose bytes are still to come, and returns their number.
    mutating func takeAwaitedLiteral() -> LiteralHeader? {
        var ahead = self
        guard isPartial, let header = try? ahead.literalMarker(), ahead.isAtEnd else { return nil }
        self = ahead
        return header
    }

    /// Copies a section from behind `BODY[` up to the space before its value.
    ///
    /// The section is repeated as it is: clients compare it to what they asked for. Returns what
    /// it is of, and from where in that.
    mutating func copySection(
        renames: Fetch.Renames,
        into buffer: inout Buffer
    ) throws(SyntaxError) -> (content: FetchContent, origin: UInt32) {
        var origin: UInt32 = 0
        let section = try sectionText()
        try expect(UInt8(ascii: "]"), as: .closingBracket)
        if let name = renames.name(of: section.span), peek == UInt8(ascii: " ") {
            buffer.append(name)
        } else {
            buffer.append("BODY[")
            buffer.append(section)
            buffer.append(UInt8(ascii: "]"))
            origin = try copyOrigin(into: &buffer)
        }
        try space()
        buffer.append(UInt8(ascii: " "))
        return (FetchContent(section: section.span), origin)
    }

    /// Copies `<0>`, where the text began, if it is there.
    private mutating func copyOrigin(into buffer: inout Buffer) throws(SyntaxError) -> UInt32 {
        guard take(UInt8(ascii: "<")) else { return 0 }
        let origin = try number()
        buffer.append(UInt8(ascii: "<"))
        buffer.append(decimal: UInt64(origin))
        try expect(UInt8(ascii: ">"), as: .partial)
        buffer.append(UInt8(ascii: ">"))
        return origin
    }

    /// Copies `[1.2]<0>` and the space before the value.
    mutating func copyBinaryPart(
        mayBePartial: Bool,
        into buffer: inout Buffer
    ) throws(SyntaxError) {
        buffer.append(UInt8(ascii: "["))
        buffer.append(try binaryPart())
        buffer.append(UInt8(ascii: "]"))
        if mayBePartial { _ = try copyOrigin(into: &buffer) }
        try space()
        buffer.append(UInt8(ascii: " "))
    }

    /// Copies `(identifier)`, or NIL where the server has none (RFC 8474, 5).
    mutating func copyObjectID(into buffer: inout Buffer) throws(SyntaxError) {
        if takeWord("NIL") { return buffer.append("NIL") }
        buffer.append(UInt8(ascii: "("))
        buffer.append(try parenthesizedObjectID())
        buffer.append(UInt8(ascii: ")"))
    }

    /// Copies a date and time, or NIL where the mailbox keeps none (RFC 8514, 4.2).
    mutating func copySaveDate(into buffer: inout Buffer) throws(SyntaxError) {
        if takeWord("NIL") { return buffer.append("NIL") }
        try dateTime().append(to: &buffer)
    }

    /// Copies the flags of a message: any system flag, \Recent where it is known, and keywords.
    mutating func copyFlags(
        hidingRecent hidesRecent: Bool,
        into buffer: inout Buffer
    ) throws(SyntaxError) {
        try open()
        buffer.append(UInt8(ascii: "("))
        var isFirst = true
        if !take(UInt8(ascii: ")")) {
            repeat {
                let start = offset
                _ = take(UInt8(ascii: "\\"))
                _ = try atom()
                let flag = span(start..<offset)
                if hidesRecent && flag.spells(#"\RECENT"#) { continue }
                if !isFirst { buffer.append(UInt8(ascii: " ")) }
                buffer.append(flag)
                isFirst = false
            } while takeSpace()
            try close()
        }
        buffer.append(UInt8(ascii: ")"))
    }

    mutating func copyModSequence(into buffer: inout Buffer) throws(SyntaxError) {
        try open()
        buffer.append(UInt8(ascii: "("))
        buffer.append(decimal: try modSequence(isZeroAllowed: true))
        try close()
        buffer.append(UInt8(ascii: ")"))
    }

    /// Copies an ENVELOPE or BODYSTRUCTURE: lists of strings, NIL, numbers and lists.
    ///
    /// Elements have one space in between; only lists may follow each other without one, as
    /// addresses and the parts of a multipart do.
    mutating func copyStructure(into buffer: inout Buffer) throws(SyntaxError) {
        guard peek == UInt8(ascii: "(") else {
            _ = try copyNString(into: &buffer)
            return
        }
        var depth = 0
        repeat {
            if take(UInt8(ascii: "(")) {
                depth += 1
                guard depth <= ResponseLimit.depthMax else { throw .tooDeep(at: offset) }
                buffer.append(UInt8(ascii: "("))
                if peek != UInt8(ascii: ")") { continue }
            } else {
                try copyScalar(into: &buffer)
            }
            var endsList = false
            while depth > 0 && take(UInt8(ascii: ")")) {
                depth -= 1
                endsList = true
                buffer.append(UInt8(ascii: ")"))
            }
            if depth > 0 { try copySeparator(afterList: endsList, into: &buffer) }
        } while depth > 0
    }

    /// Copies the space between two elements, which only two lists can do without.
    ///
    /// The byte in front wouldn't tell: a literal may end with a parenthesis.
    private mutating func copySeparator(
        afterList: Bool,
        into buffer: inout Buffer
    ) throws(SyntaxError) {
        if takeSpace() { return buffer.append(UInt8(ascii: " ")) }
        guard afterList, peek == UInt8(ascii: "(") else { throw expected(.space) }
    }

    private mutating func copyScalar(into buffer: inout Buffer) throws(SyntaxError) {
        if let byte = peek, ByteClass.of(byte).contains(.digit) {
            return buffer.append(decimal: try number64())
        }
        _ = try copyNString(into: &buffer)
    }
}

extension FetchFilter {
    /// Whether the section whose text `cursor` is at may pass: under a name that was asked for.
    fileprivate func allowsSection(at cursor: Cursor) throws(SyntaxError) -> Bool {
        if allowsSections { return true }
        guard !renames.isEmpty else { return false }
        var ahead = cursor
        let section = try ahead.sectionText()
        return renames.name(of: section.span) != nil && ahead.take(UInt8(ascii: "]"))
            && ahead.peek == UInt8(ascii: " ")
    }
}

extension Fetch.Renames {
    /// The name for which a whole section was asked, nil where it was not renamed.
    fileprivate func name(of section: Span<UInt8>) -> StaticString? {
        if section.isEmpty && contains(.rfc822) { return FetchAttribute.rfc822.spelling }
        if section.spells("TEXT") && contains(.rfc822Text) {
            return FetchAttribute.rfc822Text.spelling
        }
        return nil
    }
}
