// A queue of bytes: written at the end, read and dropped at the front.
import Glibc

/// Bytes waiting to be read, parsed or sent.
///
/// Public where it is inlinable, since Swift 6.3 inlines nothing into other modules that is a
/// package's own. Keeps its storage when emptied, so that a buffer in steady use allocates nothing.
public struct Buffer: Equatable, Sendable {
    /// All of it is room, and only the bytes from `head` to `tail` wait: an array that grew and
    /// shrank with them would cost several times as much for each of the short pieces that
    /// protocols are made of.
    @usableFromInline var storage: [UInt8]
    @usableFromInline var head: Int
    @usableFromInline var tail: Int

    // Values at the declarations would be set by calls that are not inlined.
    /// Makes an empty buffer.
    @inlinable public init() { self.init([]) }

    package init(_ text: String) { self.init(Array(text.utf8)) }

    /// Makes a buffer in which `bytes` wait.
    @inlinable public init(_ bytes: [UInt8]) {
        storage = bytes
        head = 0
        tail = bytes.count
    }

    /// How many bytes wait.
    @inlinable public var count: Int { tail - head }
    /// Whether no byte waits.
    @inlinable public var isEmpty: Bool { tail == head }

    /// Bytes the buffer can hold before it allocates again.
    package var capacity: Int { storage.count }

    package var bytes: [UInt8] { Array(storage[head..<tail]) }

    /// The waiting bytes as text, for tests and logs; bytes that are no UTF-8 become U+FFFD.
    package var text: String { String(decoding: storage[head..<tail], as: UTF8.self) }

    /// The waiting bytes.
    @inlinable public var span: Span<UInt8> {
        @_lifetime(borrow self)
        get { storage.span.extracting(head..<tail) }
    }

    /// Makes room for `count` bytes, so that a secret of that length is never moved by growth.
    package mutating func reserve(_ count: Int) { makeRoom(upTo: head + count) }

    /// Gives `storage` at least `size` bytes; kept apart, for it is seldom needed.
    @usableFromInline mutating func makeRoom(upTo size: Int) {
        let missing = size - storage.count
        guard missing > 0 else { return }
        storage.reserveCapacity(size)
        storage.append(contentsOf: repeatElement(0, count: missing))
    }

    /// Gives `storage` room for `count` more bytes, and for others after them.
    @usableFromInline mutating func grow(by count: Int) {
        makeRoom(upTo: max(tail + count, 2 * storage.count, 64))
    }

    /// Puts one byte at the end.
    @inlinable public mutating func append(_ byte: UInt8) {
        if tail == storage.count { grow(by: 1) }
        storage[tail] = byte
        tail += 1
    }

    package mutating func append(_ bytes: [UInt8]) { append(bytes.span) }

    /// Puts bytes at the end.
    @inlinable public mutating func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBytes { unsafe append(copying: $0) }
    }

    @inlinable mutating func append(copying bytes: UnsafeRawBufferPointer) {
        let end = tail + bytes.count
        if end > storage.count { grow(by: bytes.count) }
        let start = tail
        unsafe storage.withUnsafeMutableBytes { room in
            let target = unsafe UnsafeMutableRawBufferPointer(rebasing: room[start..<end])
            unsafe target.copyMemory(from: bytes)
        }
        tail = end
    }

    package mutating func append(_ other: borrowing Buffer) { append(other.span) }

    /// Puts a text of ours at the end.
    @inlinable public mutating func append(_ text: StaticString) {
        unsafe append(
            copying: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        )
    }

    /// Puts a text of ours, bytes and one byte more at the end, with one look at the room for them.
    @inlinable public mutating func append(
        _ opening: StaticString,
        _ bytes: Span<UInt8>,
        _ closing: UInt8
    ) {
        let openingCount = opening.utf8CodeUnitCount
        let count = openingCount + bytes.count + 1
        if count > storage.count - tail { grow(by: count) }
        let (start, end) = (tail, tail + count)
        unsafe storage.withUnsafeMutableBytes { room in
            let target = unsafe UnsafeMutableRawBufferPointer(rebasing: room[start..<end])
            unsafe target.copyMemory(
                from: UnsafeRawBufferPointer(start: opening.utf8Start, count: openingCount)
            )
            unsafe bytes.withUnsafeBytes { bytes in
                let middle = unsafe UnsafeMutableRawBufferPointer(rebasing: target[openingCount...])
                unsafe middle.copyMemory(from: bytes)
            }
            unsafe target[count - 1] = closing
        }
        tail = end
    }

    /// Appends up to `capacity` bytes that `body` writes in place.
    package mutating func append(
        capacity: Int,
        initializingWith body: (inout OutputSpan<UInt8>) -> Void
    ) {
        if capacity > storage.count - tail { grow(by: capacity) }
        let (start, end) = (tail, tail + capacity)
        tail += unsafe storage.withUnsafeMutableBufferPointer { room in
            let target = unsafe UnsafeMutableBufferPointer(rebasing: room[start..<end])
            var output = unsafe OutputSpan(buffer: target, initializedCount: 0)
            body(&output)
            return unsafe output.finalize(for: target)
        }
    }

    package mutating func append(text: String) { append(text.utf8.span) }

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
        if number < 0 { append(UInt8(ascii: "-")) }
        append(decimal: UInt64(number.magnitude))
    }

    package mutating func append(zeros count: Int) {
        if count > storage.count - tail { grow(by: count) }
        for index in tail..<tail + count { storage[index] = 0 }
        tail += count
    }

    /// Drops the first `count` waiting bytes; `count` beyond the end drops all.
    package mutating func removeFirst(_ count: Int) {
        head = min(tail, head + max(0, count))
        if head == tail {
            removeAll()
        } else if head >= 4096 && head * 2 >= tail {
            storage.removeSubrange(..<head)
            tail -= head
            head = 0
        }
    }

    /// Cuts the buffer back to its first `count` waiting bytes.
    package mutating func truncate(to count: Int) {
        if count < self.count { tail = head + max(0, count) }
    }

    /// Empties the buffer and keeps its storage.
    @inlinable public mutating func removeAll() {
        head = 0
        tail = 0
    }

    /// Empties the buffer and gives storage above `capacityMax` back.
    package mutating func release(above capacityMax: Int = 0) {
        removeAll()
        if storage.count > capacityMax { storage = [] }
    }

    /// Whether the same bytes wait in both.
    public static func == (left: Buffer, right: Buffer) -> Bool {
        left.storage[left.head..<left.tail] == right.storage[right.head..<right.tail]
    }

    /// Overwrites the bytes that wait and those in front of them, and keeps the storage.
    package mutating func overwrite() {
        overwrite(upTo: tail)
        removeAll()
    }

    /// Overwrites every byte that the buffer ever held, then gives the storage back.
    package mutating func wipe() {
        overwrite(upTo: storage.count)
        release()
    }

    private mutating func overwrite(upTo end: Int) {
        unsafe storage.withUnsafeMutableBytes { room in
            if let start = room.baseAddress { unsafe explicit_bzero(start, end) }
        }
    }
}
