// The text between the brackets of BODY[...]: checked against the grammar, kept as written.
import Bytes

/// Which part of a message a section means, behind its part numbers.
private enum SectionText: UInt8, Keyword {
    case header, headerFields, headerFieldsNot, text, mime

    var spelling: StaticString {
        switch self {
        case .header: "HEADER"
        case .headerFields: "HEADER.FIELDS"
        case .headerFieldsNot: "HEADER.FIELDS.NOT"
        case .text: "TEXT"
        case .mime: "MIME"
        }
    }
}

extension Cursor {
    /// Part numbers of one section: as deep as message structures are read.
    private static let partsMax = 100
    /// Header fields of one section; clients ask for some twenty.
    private static let fieldsMax = 256
    private static let fieldBytesMax = 256

    /// Takes a section (RFC 9051, section-spec), which may be empty.
    ///
    /// Keeps case and quoting, since the answer repeats them and clients compare; only a field
    /// name sent as a literal becomes a quoted string.
    mutating func sectionText() throws(SyntaxError) -> [UInt8] {
        if peek == UInt8(ascii: "]") { return [] }
        var text: [UInt8] = []
        if try partNumbers(into: &text) { return text }
        let hasParts = !text.isEmpty
        let start = offset
        let word = try keyword(SectionText.self)
        guard word != .mime || hasParts else { throw .expected(.section, at: start) }
        text.append(span(start..<offset))
        if word == .headerFields || word == .headerFieldsNot { try headerFields(into: &text) }
        return text
    }

    /// Takes `[1.2.3]` or `[]` (RFC 3516, section-binary).
    mutating func binaryPart() throws(SyntaxError) -> [UInt8] {
        try expect(UInt8(ascii: "["), as: .section)
        var part: [UInt8] = []
        if peek != UInt8(ascii: "]") {
            guard try partNumbers(into: &part) else { throw expected(.section) }
        }
        try expect(UInt8(ascii: "]"), as: .closingBracket)
        return part
    }

    /// Takes `1.2.3`, or `1.2.` before a word; true when the section ends with a number.
    private mutating func partNumbers(into text: inout [UInt8]) throws(SyntaxError) -> Bool {
        var parts = 0
        while let byte = peek, ByteClass.of(byte).intersects(.digit) {
            guard parts < Self.partsMax else { throw .tooMany(at: offset) }
            text.append(decimal: UInt64(try nonZeroNumber()))
            parts += 1
            if peek == UInt8(ascii: "]") { return true }
            try expect(UInt8(ascii: "."), as: .section)
            text.append(UInt8(ascii: "."))
        }
        return false
    }

    /// Takes SP `(` field *(SP field) `)`.
    private mutating func headerFields(into text: inout [UInt8]) throws(SyntaxError) {
        try space()
        try open()
        // Room for usual lists at once: growing costs more than reading them.
        text.reserveCapacity(128)
        text.append(" (")
        var fields = 0
        repeat {
            guard fields < Self.fieldsMax else { throw .tooMany(at: offset) }
            if fields > 0 { text.append(UInt8(ascii: " ")) }
            try headerField(into: &text)
            fields += 1
        } while takeSpace()
        try close()
        text.append(UInt8(ascii: ")"))
    }

    /// Takes the name of a header field: printable ASCII without a colon (RFC 5322, 2.2).
    private mutating func headerField(into text: inout [UInt8]) throws(SyntaxError) {
        let start = offset
        let bare = take(while: .astring)
        guard bare.isEmpty else {
            guard bare.count <= Self.fieldBytesMax else { throw .tooLong(at: start) }
            guard span(bare).isFieldName else { throw .expected(.ascii, at: start) }
            return text.append(span(bare))
        }
        let name = try string(bytesMax: Self.fieldBytesMax)
        guard name.span.isFieldName else { throw .expected(.ascii, at: start) }
        text.append(quoted: name.span)
    }
}

extension Span where Element == UInt8 {
    fileprivate var isFieldName: Bool {
        guard isPrintable, !isEmpty else { return false }
        for index in indices where self[index] == UInt8(ascii: ":") { return false }
        return true
    }
}
