// What a SEARCH found, kept as ranges: ESEARCH's answer from the numbers of an older server.
package import Bytes

/// The numbers of SEARCH responses, compressed as they come.
package struct FoundNumbers: Equatable, Sendable {
    /// Half a megabyte: a search that finds every other message of a mailbox of 130,000.
    package static let rangesMax = 65_536

    /// In the order in which the backend told them, neighbours joined.
    package private(set) var ranges: [MessageRange] = []
    package private(set) var count: UInt64 = 0
    /// Whether there was more than `rangesMax` let be kept.
    package private(set) var isIncomplete = false
    private var minimum = UInt32.max
    private var maximum: UInt32 = 0
    /// The highest mod-sequence of what was found (RFC 7162, 3.1.5).
    private var modSequence: UInt64?

    package init() {}

    package var isEmpty: Bool { count == 0 }

    /// Takes the numbers of one SEARCH response.
    package mutating func collect(_ piece: Span<UInt8>) throws(ResponseError) {
        var cursor = Cursor(piece)
        do throws(SyntaxError) {
            try cursor.expect(UInt8(ascii: "*"), as: .tag)
            try cursor.space()
            try cursor.word("SEARCH")
            // Servers that print a space after each number are not rare.
            while cursor.takeSpace(), !cursor.isAtEnd { try take(from: &cursor) }
            try cursor.end()
        } catch {
            throw .syntax(error)
        }
    }

    private mutating func take(from cursor: inout Cursor) throws(SyntaxError) {
        guard cursor.take(UInt8(ascii: "(")) else { return add(try cursor.nonZeroNumber()) }
        try cursor.word("MODSEQ")
        try cursor.space()
        modSequence = try cursor.modSequence(isZeroAllowed: true)
        try cursor.close()
    }

    private mutating func add(_ number: UInt32) {
        count += 1
        minimum = min(minimum, number)
        maximum = max(maximum, number)
        if let last = ranges.last, last.upper < number, last.upper + 1 == number {
            ranges[ranges.count - 1] = MessageRange(last.lower, number)
        } else if ranges.count < Self.rangesMax {
            ranges.append(MessageRange(number, number))
        } else {
            isIncomplete = true
        }
    }

    /// The numbers as a set; nil when there are none or more than `rangesMax` ranges.
    package func set(rangesMax: Int) -> MessageSet? {
        guard !isEmpty, !isIncomplete, ranges.count <= rangesMax else { return nil }
        var list = ShortList<MessageRange>()
        for range in ranges { list.append(range) }
        return MessageSet(list)
    }

    /// Appends the ESEARCH response that tells of them what `returns` asks for (RFC 4731, 3.1).
    package func appendResult(
        _ returns: KeywordSet<SearchReturn>,
        isUID: Bool,
        tag: Tag,
        to buffer: inout Buffer
    ) {
        buffer.append("* ESEARCH (TAG \"")
        tag.append(to: &buffer)
        buffer.append(isUID ? "\") UID" : "\")")
        if !isEmpty {
            if returns.contains(.min) { Self.append(" MIN ", UInt64(minimum), to: &buffer) }
            if returns.contains(.max) { Self.append(" MAX ", UInt64(maximum), to: &buffer) }
            if returns.contains(.all) { appendAll(to: &buffer) }
        }
        if returns.contains(.count) { Self.append(" COUNT ", count, to: &buffer) }
        if let modSequence, !isEmpty { Self.append(" MODSEQ ", modSequence, to: &buffer) }
        buffer.append("\r\n")
    }

    private func appendAll(to buffer: inout Buffer) {
        buffer.append(" ALL ")
        for index in ranges.indices {
            if index > 0 { buffer.append(UInt8(ascii: ",")) }
            ranges[index].append(to: &buffer)
        }
    }

    private static func append(_ word: StaticString, _ number: UInt64, to buffer: inout Buffer) {
        buffer.append(word)
        buffer.append(decimal: number)
    }
}
