// A byte string whose usual length lives in place: tags, message sets, item lists.

/// Bytes that allocate only past the 62nd.
package struct ShortBytes: Equatable, Sendable {
    private var inline = InlineArray<62, UInt8>(repeating: 0)
    private var inlineCount: UInt8 = 0
    private var overflow: [UInt8] = []

    package init() {}

    package init(_ bytes: Span<UInt8>) { append(bytes) }

    package init(_ text: String) { append(Array(text.utf8).span) }

    package var count: Int { Int(inlineCount) + overflow.count }
    package var isEmpty: Bool { inlineCount == 0 }
    package var indices: Range<Int> { 0..<count }

    package subscript(index: Int) -> UInt8 {
        index < Int(inlineCount) ? inline[index] : overflow[index - Int(inlineCount)]
    }

    package mutating func append(_ byte: UInt8) {
        if inlineCount < 62 {
            inline[Int(inlineCount)] = byte
            inlineCount += 1
        } else {
            overflow.append(byte)
        }
    }

    package mutating func append(_ bytes: Span<UInt8>) {
        for index in bytes.indices { append(bytes[index]) }
    }

    package mutating func append(decimal number: UInt64) {
        var divisor: UInt64 = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            append(UInt8(truncatingIfNeeded: 48 + number / divisor % 10))
            divisor /= 10
        }
    }

    package var bytes: [UInt8] { indices.map { self[$0] } }

    /// The bytes as text, for tests and logs; bytes that are no UTF-8 become U+FFFD.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    package static func == (left: ShortBytes, right: ShortBytes) -> Bool {
        guard left.count == right.count else { return false }
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }
}

extension Buffer {
    package mutating func append(_ bytes: ShortBytes) {
        for index in bytes.indices { append(bytes[index]) }
    }
}
