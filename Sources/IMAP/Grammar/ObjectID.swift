// Identifiers that a server makes for messages, threads and mailboxes (RFC 8474, objectid).
package import Bytes

extension Cursor {
    private static let objectIDBytesMax = 255

    /// Takes 1 to 255 letters, digits, `-` and `_`.
    package mutating func objectID() throws(SyntaxError) -> ShortBytes {
        let start = offset
        var identifier = ShortBytes()
        while let byte = peek, Self.standsInObjectID(byte) {
            guard identifier.count < Self.objectIDBytesMax else { throw .tooLong(at: start) }
            identifier.append(byte)
            advance(1)
        }
        guard !identifier.isEmpty else { throw expected(.atom) }
        return identifier
    }

    /// Takes `(identifier)`.
    package mutating func parenthesizedObjectID() throws(SyntaxError) -> ShortBytes {
        try open()
        let identifier = try objectID()
        try close()
        return identifier
    }

    private static func standsInObjectID(_ byte: UInt8) -> Bool {
        ByteClass.of(byte).intersects(.letter) || ByteClass.of(byte).intersects(.digit)
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
}
