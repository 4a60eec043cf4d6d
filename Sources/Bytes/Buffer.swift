// A queue of bytes: written at the end, read and dropped at the front.

/// Bytes waiting to be read, parsed or sent.
///
/// Public where it is inlinable, since Swift 6.3 inlines nothing into other modules that is a
/// package's own. Keeps its storage when emptied, so that a buffer in steady use allocates nothing.
public struct Buffer: Equatable, Sendable {
    @usableFromInline var storage: [UInt8]
    @usableFromInline var head: Int

    // Values at the declarations would be set by calls that are not inlined.
    /// Makes an empty buffer.
    @inlinable public init() { self.init([]) }

    package init(_ text: String) { self.init(Array(text.utf8)) }

    /// Makes a buffer in which `bytes` wait.
    @inlinable public init(_ bytes: [UInt8]) {
        storage = bytes
        head = 0
    }

    /// How many bytes wait.
    @inlinable public var count: Int { storage.count - head }
    /// Whether no byte waits.
    @inlinable public var isEmpty: Bool { storage.count == head }

    /// Bytes the buffer can hold before it allocates again.
    package var capacity: Int { storage.capacity }

    package var bytes: [UInt8] { Array(storage[head...]) }

    /// The waiting bytes as text, for tests and logs; bytes that are no UTF-8 become U+FFFD.
    package var text: String { String(decoding: storage[head...], as: UTF8.self) }

    /// The waiting bytes.
    @inlinable public var span: Span<UInt8> {
        @_lifetime(borrow self)
        get { storage.span.extracting(head...) }
    }

    /// Makes room for `count` bytes, so that a secret of that length is never moved by growth.
    package mutating func reserve(_ count: Int) { storage.reserveCapacity(head + count) }

    /// Puts one byte at the end.
    @inlinable public mutating func append(_ byte: UInt8) { storage.append(byte) }

    package mutating func append(_ bytes: [UInt8]) { storage.append(contentsOf: bytes) }

    /// Puts bytes at the end.
    @inlinable public mutating func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe storage.append(contentsOf: $0) }
    }

    package mutating func append(_ other: borrowing Buffer) {
        storage.append(contentsOf: other.storage[other.head...])
    }

    /// Puts a text of ours at the end.
    @inlinable public mutating func append(_ text: StaticString) {
        unsafe storage.append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        )
    }

    /// Appends up to `capacity` bytes that `body` writes in place.
    package mutating func append(
        capacity: Int,
        initializingWith body: (inout OutputSpan<UInt8>) -> Void
    ) {
        storage.append(addingCapacity: capacity, initializingWith: body)
    }

    package mutating func append(text: String) { storage.append(contentsOf: text.utf8) }

    /// Appends a number in decimal digits, at least so many, without building a string.
    package mutating func append(decimal number: UInt64, digits digitsMin: Int = 1) {
        // From the last digit on: dividing by a constant is cheap, by a power of ten it is not.
        var digits = InlineArray<20, UInt8>(repeating: 48)
        var start = digits.count
        var rest = number
        while rest > 0 {
            start -= 1
            digits[start] = UInt8(truncatingIfNeeded: 48 + rest % 10)
            rest /= 10
        }
        append(digits.span.extracting(last: max(digits.count - start, min(digitsMin, 20))))
    }

    package mutating func append(decimal number: Int) {
        if number < 0 { storage.append(UInt8(ascii: "-")) }
        append(decimal: UInt64(number.magnitude))
    }

    package mutating func append(zeros count: Int) {
        storage.append(contentsOf: repeatElement(0, count: count))
    }

    /// Drops the first `count` waiting bytes; `count` beyond the end drops all.
    package mutating func removeFirst(_ count: Int) {
        head = min(storage.count, head + max(0, count))
        if head == storage.count {
            removeAll()
        } else if head >= 4096 && head * 2 >= storage.count {
            storage.removeSubrange(..<head)
            head = 0
        }
    }

    /// Cuts the buffer back to its first `count` waiting bytes.
    package mutating func truncate(to count: Int) {
        guard count < self.count else { return }
        storage.removeSubrange((head + max(0, count))...)
    }

    /// Empties the buffer and keeps its storage.
    package mutating func removeAll() {
        storage.removeAll(keepingCapacity: true)
        head = 0
    }

    /// Empties the buffer and gives storage above `capacityMax` back.
    package mutating func release(above capacityMax: Int = 0) {
        head = 0
        if storage.capacity > capacityMax {
            storage = []
        } else {
            storage.removeAll(keepingCapacity: true)
        }
    }

    /// Whether the same bytes wait in both.
    public static func == (left: Buffer, right: Buffer) -> Bool {
        left.storage[left.head...] == right.storage[right.head...]
    }
}
