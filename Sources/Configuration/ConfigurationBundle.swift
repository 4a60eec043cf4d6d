// The files of one configuration in one message: the supervisor reads them, the gateway gets them.
//
// Form, all numbers big-endian: the magic `postern1`, a UInt32 count of files, then for each file
// a UInt32 length and the path in UTF-8, a UInt32 length and the contents; paths in ascending
// order. Nothing may follow.
package import Bytes

/// Paths with their contents; private keys and passwords are among them.
package struct ConfigurationBundle: Equatable, Sendable {
    /// A bundle that is none; says nothing of what is inside.
    package enum CodingError: Error, Equatable {
        case notABundle, truncated, tooLarge, tooManyFiles, badPath, unsortedPaths, trailingBytes
    }

    /// A chain, a CRL of a big authority or a policy of 10,000 rules fit many times over.
    package static let bytesMax = 64 * 1024 * 1024
    /// Each listener and backend names a handful.
    package static let filesMax = 1024
    /// PATH_MAX of Linux.
    package static let pathBytesMax = 4096

    private var files: [String: Secret] = [:]

    package init() {}

    package subscript(path: String) -> Secret? {
        get { files[path] }
        set { files[path] = newValue }
    }

    package var paths: [String] { files.keys.sorted() }

    private static let magic = Array("postern1".utf8)
}

extension ConfigurationBundle {
    /// The bytes to hand over; the caller wipes them.
    package func encoded() throws(CodingError) -> Buffer {
        guard files.count <= Self.filesMax else { throw .tooManyFiles }
        guard size <= Self.bytesMax else { throw .tooLarge }
        guard files.keys.allSatisfy(Self.isPath) else { throw .badPath }
        var buffer = Buffer()
        // In one piece: growing would leave copies of secrets in freed memory.
        buffer.reserve(size)
        write(to: &buffer)
        return buffer
    }

    private func write(to buffer: inout Buffer) {
        buffer.append(Self.magic)
        buffer.append(number: files.count)
        for path in paths {
            guard let contents = files[path] else { continue }
            buffer.append(number: path.utf8.count)
            buffer.append(text: path)
            buffer.append(number: contents.count)
            contents.withBytes { buffer.append($0) }
        }
    }

    private var size: Int {
        files.reduce(Self.magic.count + 4) { $0 + 8 + $1.key.utf8.count + $1.value.count }
    }

    private static func isPath(_ path: String) -> Bool {
        (1...pathBytesMax).contains(path.utf8.count) && !path.utf8.contains(0)
    }
}

extension ConfigurationBundle {
    /// Reads a whole bundle; the caller wipes its own copy.
    package init(decoding bytes: Span<UInt8>) throws(CodingError) {
        guard bytes.count <= Self.bytesMax else { throw .tooLarge }
        var position = 0
        let magic = Self.magic
        guard bytes.count >= magic.count, bytes.extracting(0..<magic.count).array == magic else {
            throw .notABundle
        }
        position = magic.count
        let count = try Self.number(in: bytes, at: &position)
        guard count <= Self.filesMax else { throw .tooManyFiles }
        var last: String?
        for _ in 0..<count {
            let range = try Self.block(in: bytes, at: &position)
            let octets = bytes.extracting(range).array
            guard let path = String(validating: octets, as: UTF8.self), Self.isPath(path) else {
                throw .badPath
            }
            if let last, path <= last { throw .unsortedPaths }
            last = path
            files[path] = Secret(bytes.extracting(try Self.block(in: bytes, at: &position)))
        }
        guard position == bytes.count else { throw .trailingBytes }
    }

    private static func number(
        in bytes: Span<UInt8>,
        at position: inout Int
    ) throws(CodingError) -> Int {
        guard bytes.count - position >= 4 else { throw .truncated }
        var number = 0
        for index in position..<position + 4 { number = number << 8 | Int(bytes[index]) }
        position += 4
        return number
    }

    /// Where the length-framed block at `position` lies; moves `position` behind it.
    private static func block(
        in bytes: Span<UInt8>,
        at position: inout Int
    ) throws(CodingError) -> Range<Int> {
        let length = try number(in: bytes, at: &position)
        guard bytes.count - position >= length else { throw .truncated }
        let range = position..<position + length
        position = range.upperBound
        return range
    }
}

extension Buffer {
    /// Appends four bytes, the most significant first; `number` is within `bytesMax`.
    fileprivate mutating func append(number: Int) {
        for shift in [24, 16, 8, 0] { append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
}
