// Which parts of a message a FETCH response told, for the record.
import Bytes

/// Kinds of what can be told of a message beside its flags, dates, sizes and identifiers.
package struct FetchContent: OptionSet, Equatable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    // The protocol's own compares through a witness table: this is asked for every answer.
    package var isEmpty: Bool { rawValue == 0 }

    /// All of it: `BODY[]`, RFC822.
    package static let whole = FetchContent(rawValue: 1)
    /// Its header or fields of that: `BODY[HEADER…]`, RFC822.HEADER.
    package static let header = FetchContent(rawValue: 2)
    /// All but its header: `BODY[TEXT]`, RFC822.TEXT.
    package static let text = FetchContent(rawValue: 4)
    /// A part of it: `BODY[1.2]`, `BODY[1.MIME]`, `BINARY[2]`.
    package static let part = FetchContent(rawValue: 8)
    package static let envelope = FetchContent(rawValue: 16)
    /// BODY and BODYSTRUCTURE.
    package static let structure = FetchContent(rawValue: 32)
    package static let preview = FetchContent(rawValue: 64)

    /// What tells something of the message's text; `whole`, `text` and `part`.
    package static let body = FetchContent(rawValue: 1 | 4 | 8)

    /// Whether it begins with the message's header, or is of that alone.
    var tellsHeader: Bool { self == .whole || self == .header }

    /// What is told under `BODY[section]`; the section is one of the grammar.
    init(section: Span<UInt8>) {
        switch section.isEmpty ? 0 : section[0].asciiUppercased {
        case 0: self = .whole
        case UInt8(ascii: "H"): self = .header
        case UInt8(ascii: "T"): self = .text
        default: self = .part
        }
    }

    init(_ attribute: FetchAttribute) {
        switch attribute {
        case .rfc822: self = .whole
        case .rfc822Header: self = .header
        case .rfc822Text: self = .text
        case .envelope: self = .envelope
        case .body, .bodyStructure: self = .structure
        case .preview: self = .preview
        case .uid, .flags, .internalDate, .rfc822Size, .modSequence, .emailID, .threadID, .saveDate:
            self = []
        }
    }
}
