// What the encoders write to: a buffer on its way to the backend, or the digest of a record.
package import Bytes

/// A place that takes bytes at its end.
package protocol ByteSink {
    mutating func append(_ byte: UInt8)
    mutating func append(_ bytes: Span<UInt8>)
    mutating func append(_ text: StaticString)
    mutating func append(decimal number: UInt64)
}

extension ByteSink {
    package mutating func append(_ bytes: Span<UInt8>) {
        for index in bytes.indices { append(bytes[index]) }
    }

    package mutating func append(_ bytes: borrowing ShortBytes) {
        append(bytes.inPlace)
        append(bytes.overflowing)
    }

    package mutating func append(_ text: StaticString) {
        for index in 0..<text.utf8CodeUnitCount { append(unsafe text.utf8Start[index]) }
    }

    package mutating func append(decimal number: UInt64) {
        var divisor: UInt64 = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            append(UInt8(truncatingIfNeeded: 48 + number / divisor % 10))
            divisor /= 10
        }
    }

    package mutating func append(quoted bytes: Span<UInt8>) {
        append(UInt8(ascii: "\""))
        var start = 0
        for index in bytes.indices {
            let byte = bytes[index]
            guard byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
            append(bytes.extracting(start..<index))
            append(UInt8(ascii: "\\"))
            start = index
        }
        append(bytes.extracting(start...))
        append(UInt8(ascii: "\""))
    }
}

extension Buffer: ByteSink {}
extension ShortBytes: ByteSink {}

extension [UInt8]: ByteSink {
    package mutating func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}
