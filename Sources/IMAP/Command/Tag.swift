// The name that a client gives to a command, to know the answer again (RFC 9051, 2.2.1).
package import Bytes

/// A client's tag.
///
/// Never holds `+`: such a line would be a continuation request (RFC 9051, 7.6).
package struct Tag: Equatable, Sendable {
    /// Longer tags than any client makes; a tag is kept for every command in flight.
    package static let bytesMax = 64

    package let bytes: ShortBytes

    package init?(_ bytes: Span<UInt8>) {
        guard (1...Self.bytesMax).contains(bytes.count) else { return nil }
        for index in bytes.indices where !ByteClass.of(bytes[index]).intersects(.tag) { return nil }
        self.bytes = ShortBytes(bytes)
    }

    /// Takes bytes of which each may stand in a tag.
    fileprivate init?(checked bytes: Span<UInt8>) {
        guard (1...Self.bytesMax).contains(bytes.count) else { return nil }
        self.bytes = ShortBytes(bytes)
    }

    package init?(_ text: String) { self.init(Array(text.utf8).span) }

    package func append(to buffer: inout Buffer) { buffer.append(bytes) }
}

extension Tag: CustomStringConvertible {
    package var description: String { bytes.text }
}

extension Cursor {
    /// Takes a tag up to the space or end behind it; nil where it is none or too long.
    mutating func tag() -> Tag? {
        var ahead = self
        let range = ahead.take(while: .tag)
        guard ahead.isAtEnd || ahead.peek == UInt8(ascii: " ") else { return nil }
        guard let tag = Tag(checked: span(range)) else { return nil }
        self = ahead
        return tag
    }
}
