// Where one response ends and the next begins: lines and counted literals, before any grammar.
import Bytes

/// Cuts the backend's byte stream into whole responses of bounded size.
///
/// Message text that equals a response is never looked at: a literal is passed by its count, and a
/// marker counts only at the end of a line, outside quotes and outside human-readable text
/// (RFC 9051, 4.3, 7.1). What happens to a literal is the caller's decision:
///
///     S: * 1 FETCH (BODY[] {5}    .literal(size: 5), then streamLiteral()
///     S: hello                    .streamed(5 bytes of the input), .streamEnded
///     S: )                        .response, with `piece` = `)`
package struct ResponseFragmenter {
    /// Bytes of the largest literal to stream.
    package let streamedLiteralBytesMax: UInt64

    private var assembled = Buffer()
    private var state = State.line
    /// Where in `assembled` the current line began: right after the last collected literal.
    private var lineStart = 0
    /// Bytes of the response's lines since its start or its last streamed literal.
    private var lineBytes = 0
    private var collectedBytes = 0
    private var collectedLiterals = 0
    /// Whether a literal was streamed or dropped: `assembled` then holds no start of a response.
    private var isContinued = false

    private enum State {
        case line
        /// At a marker, until the caller says what to do with the literal.
        case marker(UInt64)
        case collecting(Int)
        case streaming(UInt64)
        case dropping(UInt64)
        /// A whole response is there, until the next feed or reset.
        case whole
        case lost(Violation)
    }

    package init(streamedLiteralBytesMax: UInt64 = Self.streamedLiteralBytesUsualMax) {
        self.streamedLiteralBytesMax = streamedLiteralBytesMax
    }

    /// Everything since the start of the response, or since its last streamed or dropped literal.
    ///
    /// Without the last CRLF of a whole response; with marker and CRLF at a literal.
    package var piece: Span<UInt8> {
        @_lifetime(borrow self)
        get { assembled.span }
    }

    /// Whether nothing of a next response has arrived yet.
    package var isIdle: Bool {
        switch state {
        case .line: lineBytes == 0 && !isContinued
        case .whole: true
        case .marker, .collecting, .streaming, .dropping, .lost: false
        }
    }

    /// Reads `input` from `offset` on and moves `offset` behind what it has used.
    ///
    /// Call again with the same input until it answers `.needMore`. Feeding after `.response` goes on
    /// to the next one; `.literal` and `.violation` are repeated until the caller has acted.
    package mutating func feed(_ input: Span<UInt8>, from offset: inout Int) -> Event {
        while true {
            switch state {
            case .line:
                guard readLine(of: input, from: &offset) else { return .needMore }
                recognizeEnding()
                if case .whole = state { return .response }
            case .marker(let size): return .literal(size: size)
            case .collecting(let left):
                let range = pass(UInt64(left), of: input, from: &offset)
                assembled.append(input.extracting(range))
                state = .collecting(left - range.count)
                guard range.count == left else { return .needMore }
                beginLine()
            case .streaming(0):
                beginLine()
                return .streamEnded
            case .streaming(let left):
                let range = pass(left, of: input, from: &offset)
                state = .streaming(left - UInt64(range.count))
                return range.isEmpty ? .needMore : .streamed(range)
            case .dropping(let left):
                let range = pass(left, of: input, from: &offset)
                state = .dropping(left - UInt64(range.count))
                guard UInt64(range.count) == left else { return .needMore }
                beginLine()
            case .whole: reset()
            case .lost(let violation): return .violation(violation)
            }
        }
    }

    /// Appends the literal's bytes to `piece`; over the limit framing is given up.
    package mutating func collectLiteral() {
        guard case .marker(let size) = state else { return }
        let room = UInt64(Self.collectedBytesMax - collectedBytes)
        guard size <= room, let count = Int(exactly: size) else { return lose(.literalTooLong) }
        guard collectedLiterals < Self.collectedLiteralsMax else { return lose(.tooManyLiterals) }
        collectedLiterals += 1
        collectedBytes += count
        state = .collecting(count)
    }

    /// Hands the literal's bytes out as they come and forgets `piece`.
    package mutating func streamLiteral() {
        guard case .marker(let size) = state else { return }
        continueAfresh()
        state = .streaming(size)
    }

    /// Passes over the literal's bytes without a word and forgets `piece`.
    package mutating func dropLiteral() {
        guard case .marker(let size) = state else { return }
        continueAfresh()
        state = .dropping(size)
    }

    /// Forgets the response that was dealt with; framing that is lost stays lost.
    package mutating func reset() {
        if case .lost = state { return }
        continueAfresh()
        isContinued = false
        state = .line
    }

    private mutating func continueAfresh() {
        assembled.release(above: Self.storageKeptMax)
        lineStart = 0
        lineBytes = 0
        collectedBytes = 0
        collectedLiterals = 0
        isContinued = true
    }

    private mutating func beginLine() {
        lineStart = assembled.count
        state = .line
    }

    private mutating func lose(_ violation: Violation) {
        assembled.release()
        state = .lost(violation)
    }

    /// Moves `offset` over up to `left` bytes and says which they were.
    private func pass(_ left: UInt64, of input: Span<UInt8>, from offset: inout Int) -> Range<Int> {
        let start = min(offset, input.count)
        offset = start + Int(min(left, UInt64(input.count - start)))
        return start..<offset
    }
}

// MARK: - Lines

extension ResponseFragmenter {
    /// Takes the input up to the end of the line; true when the line is complete or framing lost.
    private mutating func readLine(of input: Span<UInt8>, from offset: inout Int) -> Bool {
        guard offset < input.count else { return false }
        let rest = input.extracting(offset...)
        let end = rest.firstIndex(of: 0x0A)
        let part = rest.extracting(..<(end.map { $0 + 1 } ?? rest.count))
        offset += part.count
        lineBytes += part.count
        assembled.append(part)
        if lineBytes > Self.lineBytesMax && lineBytes > lineBytesMax {
            lose(.lineTooLong)
            return true
        }
        return end != nil
    }

    /// The limit for the response at hand, which its first words tell.
    private var lineBytesMax: Int {
        if isContinued { return Self.fetchLineBytesMax }
        var cursor = Cursor(assembled.span)
        return cursor.takeLongResponse() ?? Self.lineBytesMax
    }

    /// Decides what the line just completed is: a response's end, or a literal's marker.
    private mutating func recognizeEnding() {
        if case .lost = state { return }
        switch ending {
        case .success(.plain): complete()
        case .success(.literal(let header)): recognize(header)
        case .success(.malformedMarker): lose(.malformedLiteral)
        case .failure(let violation): lose(violation)
        }
    }

    private var ending: Result<LineEnding, Violation> {
        let line = assembled.span.extracting(lineStart...)
        if let violation = Self.violation(in: line) { return .failure(violation) }
        let isText = lineStart == 0 && !isContinued && Self.isText(line)
        return .success(isText ? .plain : LineEnding(of: line))
    }

    private mutating func recognize(_ header: LiteralHeader) {
        if header.isNonSynchronizing {
            lose(.malformedLiteral)
        } else if header.size > streamedLiteralBytesMax {
            lose(.literalTooLong)
        } else {
            state = .marker(header.size)
        }
    }

    private mutating func complete() {
        assembled.truncate(to: assembled.count - 2)
        state = .whole
    }

    /// What a line that ends with LF must not hold: NUL, bare CR, bare LF.
    private static func violation(in line: Span<UInt8>) -> Violation? {
        let end = line.count - 2
        guard end >= 0, line[end] == 0x0D else { return .bareLF }
        if line.firstIndex(of: 0x0D) != end { return .bareCR }
        return line.firstIndex(of: 0) == nil ? nil : .nul
    }

    /// Whether the line ends with text for people, in which `{5}` is no marker (RFC 9051, 7.1).
    ///
    /// Backends repeat a client's words there, such as the name of a missing mailbox.
    private static func isText(_ line: Span<UInt8>) -> Bool {
        var cursor = Cursor(line)
        if cursor.take(UInt8(ascii: "+")) { return true }
        if !cursor.take(UInt8(ascii: "*")) { _ = cursor.take(while: .tag) }
        guard cursor.takeSpace() else { return false }
        return cursor.takeKeyword(ConditionWord.self) != nil
    }
}

extension Cursor {
    /// The limit on the lines of a response that is rightly longer than others.
    fileprivate mutating func takeLongResponse() -> Int? {
        guard take(UInt8(ascii: "*")), takeSpace() else { return nil }
        if takeKeyword(NumberListWord.self) != nil { return ResponseFragmenter.numberListBytesMax }
        guard !take(while: .digit).isEmpty, takeSpace(), takeKeyword(FetchWord.self) != nil else {
            return nil
        }
        return ResponseFragmenter.fetchLineBytesMax
    }
}
