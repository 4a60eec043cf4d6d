// A byte string whose usual length lives in place: tags, message sets, item lists.
// Inlinable, for it is used byte by byte in other modules; public, since Swift 6.3 inlines nothing
// into them that is a package's own.

/// Bytes that allocate only past the 62nd.
public struct ShortBytes: Equatable, Sendable {
    @usableFromInline static var inlineMax: Int { 62 }

    @usableFromInline var inline: InlineArray<62, UInt8>
    @usableFromInline var inlineCount: UInt8
    @usableFromInline var overflow: [UInt8]

    // Values at the declarations would be set by calls that are not inlined.
    /// Makes an empty byte string.
    @inlinable public init() {
        inline = InlineArray(repeating: 0)
        inlineCount = 0
        overflow = []
    }

    /// Makes a copy of `bytes`.
    @inlinable public init(_ bytes: Span<UInt8>) {
        self.init()
        append(bytes)
    }

    package init(_ text: String) {
        self.init()
        append(Array(text.utf8).span)
    }

    /// The length in bytes.
    @inlinable public var count: Int { Int(inlineCount) + overflow.count }
    /// Whether there is no byte.
    @inlinable public var isEmpty: Bool { inlineCount == 0 }
    /// The places of all bytes.
    @inlinable public var indices: Range<Int> { 0..<count }

    /// The byte at a place in `indices`.
    @inlinable public subscript(index: Int) -> UInt8 {
        index < Int(inlineCount) ? inline[index] : overflow[index - Int(inlineCount)]
    }

    /// The bytes that live in place; `overflowing` follow them.
    @inlinable public var inPlace: Span<UInt8> {
        @_lifetime(borrow self)
        get { inline.span.extracting(first: Int(inlineCount)) }
    }

    /// The bytes past those that live in place.
    @inlinable public var overflowing: Span<UInt8> {
        @_lifetime(borrow self)
        get { overflow.span }
    }

    /// Puts one byte at the end.
    @inlinable public mutating func append(_ byte: UInt8) {
        if inlineCount < Self.inlineMax {
            inline[Int(inlineCount)] = byte
            inlineCount += 1
        } else {
            overflow.append(byte)
        }
    }

    /// Puts bytes at the end.
    @inlinable public mutating func append(_ bytes: Span<UInt8>) {
        let start = Int(inlineCount)
        guard bytes.count <= Self.inlineMax - start else {
            for index in bytes.indices { append(bytes[index]) }
            return
        }
        var room = inline.mutableSpan
        for index in bytes.indices { room[start + index] = bytes[index] }
        inlineCount += UInt8(truncatingIfNeeded: bytes.count)
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

    /// Whether both hold the same bytes.
    public static func == (left: ShortBytes, right: ShortBytes) -> Bool {
        guard left.count == right.count else { return false }
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }
}

extension Buffer {
    package mutating func append(_ bytes: borrowing ShortBytes) {
        append(bytes.inPlace)
        append(bytes.overflowing)
    }
}
