// Writes commands to the backend in the one canonical form: what is sent is what was judged.
package import Bytes

/// How the backend takes literals, as its capabilities say (RFC 7888).
package enum BackendLiterals: Equatable, Sendable {
    /// Every literal waits for the backend's continuation request.
    case synchronizing
    /// Literals of up to `bytesMax` bytes follow at once: 4,096 under LITERAL-.
    case nonSynchronizing(bytesMax: UInt64)

    package static let literalMinus = BackendLiterals.nonSynchronizing(bytesMax: 4096)
    package static let literalPlus = BackendLiterals.nonSynchronizing(bytesMax: .max)

    func isNonSynchronizing(_ size: UInt64) -> Bool {
        switch self {
        case .synchronizing: false
        case .nonSynchronizing(let bytesMax): size <= bytesMax
        }
    }
}

extension Command {
    /// Appends the command under the tag `g<tag>` in canonical form (one space, upper case, CRLF).
    ///
    /// Returns the offsets, counted from the first byte appended, at which sending must wait for
    /// the backend's continuation request. A stretch of APPEND or REPLACE that is not the last one
    /// ends with its literal's marker, and one that is not the first begins behind a literal.
    package func encode(
        tag: UInt64,
        literals: BackendLiterals,
        into buffer: inout Buffer
    ) -> Pauses {
        var encoder = CommandEncoder(literals: literals)
        // Lent and given back, so that writing never copies what already waits in the buffer.
        swap(&encoder.buffer, &buffer)
        encoder.start = encoder.buffer.count
        let append = append
        if append?.isContinued == true {
            encodeArguments(into: &encoder)
        } else {
            encoder.buffer.append(UInt8(ascii: "g"))
            encoder.buffer.append(decimal: tag)
            encoder.space()
            encode(into: &encoder)
        }
        if append?.message == nil { encoder.append("\r\n") }
        swap(&encoder.buffer, &buffer)
        return encoder.waits
    }

    @inline(__always)
    private func encode(into encoder: inout CommandEncoder) {
        if isUID && verb != .uidExpunge { encoder.append("UID ") }
        encoder.append(verb.spelling)
        encodeArguments(into: &encoder)
    }
}

/// Offsets at which sending must wait: an APPEND has one, and few other commands have any.
package struct Pauses: Equatable, Sendable, ExpressibleByArrayLiteral {
    private var first = 0
    private var others: [Int] = []
    package private(set) var count = 0

    package init() {}

    package init(arrayLiteral offsets: Int...) { for offset in offsets { append(offset) } }

    package var isEmpty: Bool { count == 0 }
    package var indices: Range<Int> { 0..<count }

    package subscript(index: Int) -> Int { index == 0 ? first : others[index - 1] }

    mutating func append(_ offset: Int) {
        if count == 0 { first = offset } else { others.append(offset) }
        count += 1
    }
}

struct CommandEncoder: ByteSink {
    /// Longer strings become literals: a backend's limit on lines is lower than on literals.
    private static let quotedBytesMax = 1024

    var buffer = Buffer()
    var start = 0
    private(set) var waits = Pauses()
    private let literals: BackendLiterals

    init(literals: BackendLiterals) { self.literals = literals }

    mutating func append(_ byte: UInt8) { buffer.append(byte) }
    mutating func append(_ bytes: Span<UInt8>) { buffer.append(bytes) }
    mutating func append(_ text: StaticString) { buffer.append(text) }
    mutating func append(decimal number: UInt64) { buffer.append(decimal: number) }

    mutating func space() { append(UInt8(ascii: " ")) }

    /// Appends a quoted string of printable ASCII, or a literal of anything else.
    mutating func string(_ bytes: Span<UInt8>) {
        if bytes.count <= Self.quotedBytesMax && bytes.isPrintable {
            append(quoted: bytes)
        } else {
            literalMarker(size: UInt64(bytes.count), isLiteral8: false)
            append(bytes)
        }
    }

    mutating func string(_ bytes: [UInt8]) { string(bytes.span) }

    /// Appends a literal's marker and notes where to wait if the backend wants to be asked.
    mutating func literalMarker(size: UInt64, isLiteral8: Bool) {
        let isNonSynchronizing = literals.isNonSynchronizing(size)
        append(isLiteral8 ? "~{" : "{")
        append(decimal: size)
        append(isNonSynchronizing ? "+}\r\n" : "}\r\n")
        if !isNonSynchronizing { waits.append(buffer.count - start) }
    }
}

extension Span where Element == UInt8 {
    /// Whether all bytes are ASCII and none is a control character.
    var isPrintable: Bool {
        for index in indices where self[index] < 0x20 || self[index] > 0x7E { return false }
        return true
    }
}
