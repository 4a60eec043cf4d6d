// Finds the end of each answer in a stream: lines are read, literals are skipped by their count.

/// A server's bytes as a client sees them that sends one command at a time, with the tag `a`.
struct Replies {
    enum Event: Equatable { case greeting, completed, refused(String) }

    private var line: [UInt8] = []
    private var literalBytes = 0
    private var isGreeted = false
    /// Bytes of literals so far.
    private(set) var bytes = 0

    /// Takes the stream's next bytes up to the next event, and says how many they were.
    mutating func take(_ bytes: Span<UInt8>) -> (event: Event?, count: Int) {
        var index = 0
        while index < bytes.count {
            let skipped = min(literalBytes, bytes.count - index)
            literalBytes -= skipped
            self.bytes += skipped
            index += skipped
            guard index < bytes.count else { break }
            line.append(bytes[index])
            index += 1
            if line.last == UInt8(ascii: "\n"), let event = endLine() { return (event, index) }
        }
        return (nil, index)
    }

    private mutating func endLine() -> Event? {
        defer { line.removeAll(keepingCapacity: true) }
        literalBytes = literalAtEnd
        if !isGreeted {
            isGreeted = true
            return .greeting
        }
        guard line.starts(with: Self.tag) else { return nil }
        if line.starts(with: Self.success) { return .completed }
        return .refused(String(decoding: line, as: UTF8.self))
    }

    private static let tag = Array("a ".utf8)
    private static let success = Array("a OK".utf8)

    /// The size in `{size}` at the line's end; 0 when there is none.
    private var literalAtEnd: Int {
        guard line.suffix(3).first == UInt8(ascii: "}"),
            let open = line.lastIndex(of: UInt8(ascii: "{"))
        else { return 0 }
        return Int(String(decoding: line[(open + 1)...].dropLast(3), as: UTF8.self)) ?? 0
    }
}
