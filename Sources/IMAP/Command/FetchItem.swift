// One thing to fetch: an attribute of a message or a section of its text (RFC 9051, fetch-att).
import Bytes

package enum FetchAttribute: UInt8, Keyword {
    case uid, flags, internalDate, envelope, body, bodyStructure
    case rfc822, rfc822Size, rfc822Header, rfc822Text, modSequence
    case emailID, threadID, saveDate, preview

    private static let index = KeywordIndex(Self.self)

    package static func candidates(for token: Span<UInt8>) -> UInt64? {
        index.candidates(for: token)
    }

    package var spelling: StaticString {
        switch self {
        case .uid: "UID"
        case .flags: "FLAGS"
        case .internalDate: "INTERNALDATE"
        case .envelope: "ENVELOPE"
        case .body: "BODY"
        case .bodyStructure: "BODYSTRUCTURE"
        case .rfc822: "RFC822"
        case .rfc822Size: "RFC822.SIZE"
        case .rfc822Header: "RFC822.HEADER"
        case .rfc822Text: "RFC822.TEXT"
        case .modSequence: "MODSEQ"
        case .emailID: "EMAILID"
        case .threadID: "THREADID"
        case .saveDate: "SAVEDATE"
        case .preview: "PREVIEW"
        }
    }
}

/// Words that stand for several attributes, and only alone (RFC 9051, 6.4.5).
enum FetchMacro: UInt8, Keyword {
    case all, fast, full

    var spelling: StaticString {
        switch self {
        case .all: "ALL"
        case .fast: "FAST"
        case .full: "FULL"
        }
    }

    var items: FetchItems {
        var items: FetchItems = [
            .attribute(.flags), .attribute(.internalDate), .attribute(.rfc822Size),
        ]
        if self != .fast { items.insert(.attribute(.envelope)) }
        if self == .full { items.insert(.attribute(.body)) }
        return items
    }
}

package enum FetchItem: Equatable, Sendable {
    case attribute(FetchAttribute)
    /// `BODY[section]<offset.count>`; the section's text as the client wrote it, since servers
    /// echo it and clients look for it.
    case section([UInt8], partial: Partial?, isPeek: Bool)
    /// `BINARY[part]<offset.count>`: a part's bytes after decoding (RFC 3516).
    case binary([UInt8], partial: Partial?, isPeek: Bool)
    /// `BINARY.SIZE[part]`.
    case binarySize([UInt8])
    /// `PREVIEW (LAZY)`: NIL where the server would have to make it first (RFC 8970).
    case lazyPreview

    /// Bytes to fetch of a section: `count` is at least 1.
    package struct Partial: Equatable, Sendable {
        package let offset: UInt32
        package let count: UInt32
    }

    static let text = Array("TEXT".utf8)

    package var setsSeen: Bool {
        switch self {
        case .attribute(let attribute): attribute == .rfc822 || attribute == .rfc822Text
        case .section(_, _, let isPeek), .binary(_, _, let isPeek): !isPeek
        case .binarySize, .lazyPreview: false
        }
    }

    /// Whether it tells of a message's text: all but headers, structure and metadata do.
    package var tellsText: Bool {
        switch self {
        case .attribute(let attribute):
            attribute == .rfc822 || attribute == .rfc822Text || attribute == .preview
        case .section(let section, _, _): !Self.isOfHeader(section)
        case .binary, .lazyPreview: true
        case .binarySize: false
        }
    }

    /// `HEADER`, `HEADER.FIELDS (…)` or `MIME`, of the message or of a part `1.2.` of it.
    private static func isOfHeader(_ section: [UInt8]) -> Bool {
        let word = section.drop { $0 == UInt8(ascii: ".") || (48...57).contains($0) }
        return word.first.map { [UInt8(ascii: "H"), UInt8(ascii: "M")].contains($0 & 0xDF) }
            ?? false
    }

    /// The item that tells the same without setting \Seen.
    var peeking: (FetchItem, Fetch.Renames) {
        switch self {
        case .attribute(.rfc822): (.section([], partial: nil, isPeek: true), .rfc822)
        case .attribute(.rfc822Text):
            (.section(Self.text, partial: nil, isPeek: true), .rfc822Text)
        case .attribute, .binarySize, .lazyPreview: (self, [])
        case .section(let section, let partial, _):
            (.section(section, partial: partial, isPeek: true), [])
        case .binary(let part, let partial, _):
            (.binary(part, partial: partial, isPeek: true), [])
        }
    }

    /// Whether it is this section without a partial range; letters in either case.
    func isWhole(section wanted: [UInt8]) -> Bool {
        guard case .section(let section, nil, _) = self else { return false }
        return section.span.uppercased == wanted
    }

    func append(to sink: inout some ByteSink) {
        switch self {
        case .attribute(let attribute): sink.append(attribute.spelling)
        case .section(let section, let partial, let isPeek):
            Self.append(isPeek ? "BODY.PEEK[" : "BODY[", section, partial, to: &sink)
        case .binary(let part, let partial, let isPeek):
            Self.append(isPeek ? "BINARY.PEEK[" : "BINARY[", part, partial, to: &sink)
        case .binarySize(let part): Self.append("BINARY.SIZE[", part, nil, to: &sink)
        case .lazyPreview: sink.append("PREVIEW (LAZY)")
        }
    }

    private static func append(
        _ word: StaticString,
        _ section: [UInt8],
        _ partial: Partial?,
        to sink: inout some ByteSink
    ) {
        sink.append(word)
        sink.append(section.span)
        sink.append(UInt8(ascii: "]"))
        guard let partial else { return }
        sink.append(UInt8(ascii: "<"))
        sink.append(decimal: UInt64(partial.offset))
        sink.append(UInt8(ascii: "."))
        sink.append(decimal: UInt64(partial.count))
        sink.append(UInt8(ascii: ">"))
    }
}

extension Cursor {
    /// Takes a macro, one item, or items in parentheses; a repeated item counts once.
    mutating func fetchItems() throws(SyntaxError) -> FetchItems {
        if let macro = takeKeyword(FetchMacro.self) { return macro.items }
        guard take(UInt8(ascii: "(")) else { return [try fetchItem()] }
        var items: FetchItems = []
        repeat {
            guard items.count < FetchItems.countMax else { throw .tooMany(at: offset) }
            items.insert(try fetchItem())
        } while takeSpace()
        try close()
        return items
    }

    private mutating func fetchItem() throws(SyntaxError) -> FetchItem {
        if let attribute = takeKeyword(FetchAttribute.self) {
            if attribute == .body && peek == UInt8(ascii: "[") {
                return try bodySection(isPeek: false)
            }
            if attribute == .preview && takeLazy() { return .lazyPreview }
            return .attribute(attribute)
        }
        if takeWord("BODY.PEEK") { return try bodySection(isPeek: true) }
        if takeWord("BINARY.PEEK") { return try binarySection(isPeek: true) }
        if takeWord("BINARY") { return try binarySection(isPeek: false) }
        try word("BINARY.SIZE")
        return .binarySize(try binaryPart())
    }

    private mutating func bodySection(isPeek: Bool) throws(SyntaxError) -> FetchItem {
        try expect(UInt8(ascii: "["), as: .section)
        let section = try sectionText()
        try expect(UInt8(ascii: "]"), as: .closingBracket)
        return .section(section, partial: try partial(), isPeek: isPeek)
    }

    private mutating func binarySection(isPeek: Bool) throws(SyntaxError) -> FetchItem {
        .binary(try binaryPart(), partial: try partial(), isPeek: isPeek)
    }

    /// Takes ` (LAZY)`, the only modifier that there is.
    private mutating func takeLazy() -> Bool {
        var ahead = self
        guard ahead.takeSpace(), ahead.take(UInt8(ascii: "(")), ahead.takeWord("LAZY"),
            ahead.take(UInt8(ascii: ")"))
        else { return false }
        self = ahead
        return true
    }

    private mutating func partial() throws(SyntaxError) -> FetchItem.Partial? {
        guard take(UInt8(ascii: "<")) else { return nil }
        let offset = try number()
        try expect(UInt8(ascii: "."), as: .partial)
        let count = try nonZeroNumber()
        try expect(UInt8(ascii: ">"), as: .partial)
        return FetchItem.Partial(offset: offset, count: count)
    }
}
