// What an APPEND is made of, word by word: headings, literals, and the lists of CATENATE.
import Bytes

/// One part of an APPEND's stretch.
package enum AppendPart: Equatable, Sendable {
    /// In front of each message: its flags and its date.
    case heading(FlagSet, DateTime?)
    /// A message in one literal, literal8 where it is binary (RFC 3516).
    case literal(LiteralHeader)
    /// `UTF8 (` and a message with UTF-8 in its header (RFC 6855, 4).
    case utf8(LiteralHeader)
    case utf8End
    /// `CATENATE (`: a message made of parts (RFC 4469).
    case catenate
    /// The URL of a part as the client wrote it; what it means says `MessageURL`.
    case url([UInt8])
    /// A part that the client sends itself.
    case text(LiteralHeader)
    case catenateEnd

    /// The literal whose bytes follow.
    package var message: LiteralHeader? {
        switch self {
        case .literal(let header), .utf8(let header), .text(let header): header
        case .heading, .utf8End, .catenate, .url, .catenateEnd: nil
        }
    }

    /// What an APPEND has just said, which decides what may follow.
    fileprivate enum Place { case command, heading, message, utf8, catenate, catenatePart }

    fileprivate var end: Place {
        switch self {
        case .heading: .heading
        case .literal, .utf8End, .catenateEnd: .message
        case .utf8: .utf8
        case .catenate: .catenate
        case .url, .text: .catenatePart
        }
    }
}

extension Cursor {
    /// Parts of one stretch: as many messages, or parts of one, as a client has use for.
    private static let appendPartsMax = 256
    /// A mailbox of 1,000 octets, each in three characters, and its section.
    private static let urlBytesMax = 4096

    /// Takes parts up to the next literal's marker or to the end.
    mutating func appendParts(
        behind previous: AppendPart?,
        isSingle: Bool
    ) throws(SyntaxError) -> [AppendPart] {
        var parts: [AppendPart] = []
        // Most stretches are a heading and a literal.
        parts.reserveCapacity(2)
        var place = previous?.end ?? .command
        while let part = try appendPart(at: place, isSingle: isSingle) {
            guard parts.count < Self.appendPartsMax else { throw .tooMany(at: offset) }
            place = part.end
            let isLast = part.message != nil
            parts.append(part)
            if isLast { break }
        }
        return parts
    }

    private mutating func appendPart(
        at place: AppendPart.Place,
        isSingle: Bool
    ) throws(SyntaxError) -> AppendPart? {
        switch place {
        case .command: return try heading()
        case .heading: return try messageData()
        case .message: return isAtEnd || isSingle ? nil : try heading()
        case .utf8:
            try close()
            return .utf8End
        case .catenate: return try catenatePart()
        case .catenatePart:
            if take(UInt8(ascii: ")")) { return .catenateEnd }
            try space()
            return try catenatePart()
        }
    }

    /// Takes [SP flag-list] [SP date-time] and the space in front of the data.
    private mutating func heading() throws(SyntaxError) -> AppendPart {
        try space()
        var flags = FlagSet()
        if peek == UInt8(ascii: "(") {
            flags = try flagList()
            try space()
        }
        guard peek == UInt8(ascii: "\"") else { return .heading(flags, nil) }
        let date = try dateTime()
        try space()
        return .heading(flags, date)
    }

    private mutating func messageData() throws(SyntaxError) -> AppendPart {
        if peek == UInt8(ascii: "{") { return .literal(try literalMarker()) }
        if takeWord("CATENATE") {
            try space()
            try open()
            return .catenate
        }
        if takeWord("UTF8") {
            try space()
            try open()
            guard peek == UInt8(ascii: "~") else { throw expected(.literal) }
            return .utf8(try literalMarker())
        }
        return .literal(try literalMarker())
    }

    private mutating func catenatePart() throws(SyntaxError) -> AppendPart {
        if takeWord("TEXT") {
            try space()
            return .text(try literalMarker())
        }
        try word("URL")
        try space()
        return .url(try astring(bytesMax: Self.urlBytesMax))
    }
}

extension AppendPart {
    /// Appends the part, which `opensList` where it is the first in the list of CATENATE.
    func encode(opensList: Bool, into encoder: inout CommandEncoder) {
        switch self {
        case .heading(let flags, let date):
            if !flags.isEmpty {
                encoder.space()
                flags.append(to: &encoder)
            }
            guard let date else { return }
            encoder.space()
            date.append(to: &encoder)
        case .literal(let header):
            encoder.space()
            encoder.literalMarker(size: header.size, isLiteral8: header.isLiteral8)
        case .utf8(let header):
            encoder.append(" UTF8 (")
            encoder.literalMarker(size: header.size, isLiteral8: true)
        case .catenate: encoder.append(" CATENATE (")
        case .url(let url):
            encoder.append(opensList ? "URL " : " URL ")
            encoder.string(url)
        case .text(let header):
            encoder.append(opensList ? "TEXT " : " TEXT ")
            encoder.literalMarker(size: header.size, isLiteral8: header.isLiteral8)
        case .utf8End, .catenateEnd: encoder.append(UInt8(ascii: ")"))
        }
    }

    /// Whether the record says something of it.
    var isDescribed: Bool {
        switch self {
        case .heading(let flags, _): !flags.isEmpty
        case .utf8End, .catenateEnd: false
        case .literal, .utf8, .catenate, .url, .text: true
        }
    }

    func describe(into digest: inout CommandDigest) {
        switch self {
        case .heading(let flags, _): flags.append(to: &digest)
        case .literal(let header), .utf8(let header), .text(let header):
            digest.append(decimal: header.size)
            digest.append(" bytes")
        case .catenate: digest.append("CATENATE")
        // What it names has a record of its own.
        case .url: digest.append("URL")
        case .utf8End, .catenateEnd: break
        }
    }
}
