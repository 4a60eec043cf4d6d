// The protocol between a gateway and the recorder: frames one way, acknowledgements the other, over
// one stream socket a reactor. Numbers are in network byte order.
//
// Gateway to recorder, a record:
//
//     0      4       5        8        16
//     | size | class | 0 0 0  | number | `size` bytes: the record's members |
//
// `number` counts a gateway's records, each one more than the last. Recorder to gateway:
//
//     0        1               8        16
//     | status | 0 0 0 0 0 0 0 | number |
//
// every record up to `number` is on disk; 0: none yet.
package import Bytes

/// The other side does not speak this protocol: the connection can't be used any more.
package struct MalformedFrame: Error, Equatable {
    package init() {}
}

/// What comes before a record on its way to the recorder.
package struct RecordHeader: Equatable, Sendable {
    package enum Class: UInt8, Sendable {
        /// To be on disk, and acknowledged, before what it describes takes effect.
        case durable = 1
        /// To be on disk soon.
        case handedOver = 2
    }

    package static let byteCount = 16
    package static let payloadBytesMax = RecordEncoder.recordBytesMax

    package let payloadBytes: Int
    package let recordClass: Class
    package let number: UInt64

    /// Takes the header of a record of at least 1 and at most `payloadBytesMax` bytes.
    package init?(payloadBytes: Int, recordClass: Class, number: UInt64) {
        guard (1...Self.payloadBytesMax).contains(payloadBytes), number > 0 else { return nil }
        self.payloadBytes = payloadBytes
        self.recordClass = recordClass
        self.number = number
    }

    /// Header and payload together.
    package var frameBytes: Int { Self.byteCount + payloadBytes }

    package func encode(into buffer: inout Buffer) {
        buffer.append(bigEndian: UInt64(payloadBytes), byteCount: 4)
        buffer.append(recordClass.rawValue)
        buffer.append(bigEndian: 0, byteCount: 3)
        buffer.append(bigEndian: number, byteCount: 8)
    }

    /// Reads the header that `bytes` begin with; nil when they are fewer than a header.
    package static func decode(_ bytes: Span<UInt8>) throws(MalformedFrame) -> RecordHeader? {
        guard bytes.count >= byteCount else { return nil }
        let size = bytes.bigEndian(at: 0, byteCount: 4)
        guard
            let recordClass = Class(rawValue: bytes[4]),
            bytes.bigEndian(at: 5, byteCount: 3) == 0,
            let header = RecordHeader(
                payloadBytes: Int(size),
                recordClass: recordClass,
                number: bytes.bigEndian(at: 8, byteCount: 8)
            )
        else { throw MalformedFrame() }
        return header
    }
}

/// What the recorder answers.
package struct Acknowledgement: Equatable, Sendable {
    package enum Status: UInt8, Sendable {
        case working = 1
        /// The trail can't be written at the moment: nothing may take effect.
        case failing = 2
    }

    package static let byteCount = 16

    package let status: Status
    /// Every record up to this number is on disk.
    package let durableUpTo: UInt64

    package init(status: Status, durableUpTo: UInt64) {
        self.status = status
        self.durableUpTo = durableUpTo
    }

    package func encode(into buffer: inout Buffer) {
        buffer.append(status.rawValue)
        buffer.append(bigEndian: 0, byteCount: 7)
        buffer.append(bigEndian: durableUpTo, byteCount: 8)
    }

    /// Reads the acknowledgement that `bytes` begin with; nil when they are fewer than one.
    package static func decode(_ bytes: Span<UInt8>) throws(MalformedFrame) -> Acknowledgement? {
        guard bytes.count >= byteCount else { return nil }
        guard
            let status = Status(rawValue: bytes[0]),
            bytes.bigEndian(at: 1, byteCount: 7) == 0
        else { throw MalformedFrame() }
        return Acknowledgement(
            status: status,
            durableUpTo: bytes.bigEndian(at: 8, byteCount: 8)
        )
    }
}

extension Buffer {
    /// Appends the lowest `byteCount` bytes of `number`, the highest of them first.
    fileprivate mutating func append(bigEndian number: UInt64, byteCount: Int) {
        var bytes = InlineArray<8, UInt8>(repeating: 0)
        for index in bytes.indices {
            bytes[index] = UInt8(truncatingIfNeeded: number >> UInt64(8 * (7 - index)))
        }
        append(bytes.span.extracting(last: byteCount))
    }
}

extension Span where Element == UInt8 {
    /// The number in `byteCount` bytes (at most 8) from `start` on, which are there.
    fileprivate func bigEndian(at start: Int, byteCount: Int) -> UInt64 {
        var number: UInt64 = 0
        for index in start..<start + byteCount { number = number << 8 | UInt64(self[index]) }
        return number
    }
}
