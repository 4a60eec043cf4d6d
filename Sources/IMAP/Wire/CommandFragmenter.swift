// Where one command ends and the next begins: lines and counted literals, before any grammar.
import Bytes

/// Cuts a client's byte stream into whole commands of bounded size.
///
/// It knows lines, literal markers and nothing else, so that a command that breaks the grammar
/// cannot shift the border of the next one. A literal marker counts only at the end of a line and
/// outside quotes (RFC 9051, 4.3); what comes after a marker is decided by the caller:
///
///     C: a APPEND box {5}           .literal(5 bytes), then streamLiteral()
///     C: hello                      .streamed(5 bytes of the input), .streamEnded
///     C:                            .command, with `command` empty
package struct CommandFragmenter {
    package var limits: Limits

    /// Bytes of the command under way; holds no storage between large commands.
    private var assembled = Buffer()
    private var state = State.line
    /// Where in `assembled` the current line began: right after the last literal.
    private var lineStart = 0
    private var lineBytes = 0
    private var literals = 0

    private enum State {
        case line
        /// At a marker, until the caller says what to do with the literal.
        case marker(LiteralHeader)
        case collecting(Int)
        case discarding(UInt64)
        case streaming(UInt64)
        /// A whole command is there, until the caller resets.
        case whole
        case lost(Violation)
    }

    package init(limits: Limits = .beforeAuthentication) { self.limits = limits }

    /// What is assembled of the command so far, its literals' markers and content included.
    ///
    /// After `streamLiteral` it holds only what follows that literal.
    package var command: Span<UInt8> {
        @_lifetime(borrow self)
        get { assembled.span }
    }

    /// Whether nothing of a next command has arrived yet.
    package var isIdle: Bool {
        if case .line = state { return lineBytes == 0 && literals == 0 }
        return false
    }

    /// How many bytes of a literal are to come that is handed out or counted away; nil: none is.
    package var literalBytesLeft: UInt64? {
        switch state {
        case .streaming(let left), .discarding(let left): left
        case .line, .marker, .collecting, .whole, .lost: nil
        }
    }

    /// Reads `input` from `offset` on and moves `offset` behind what it has used.
    ///
    /// Call again with the same input until it answers `.needMore`; `.command`, `.literal` and
    /// `.violation` are repeated until the caller has acted on them.
    package mutating func feed(_ input: Span<UInt8>, from offset: inout Int) -> Event {
        while true {
            switch state {
            case .line:
                if let event = feedLinePart(input, from: &offset, bytesMax: limits.lineBytesMax) {
                    return event
                }
                recognizeMarker()
            case .marker(let header): return .literal(header)
            case .collecting(let left):
                guard collect(left, of: input, from: &offset) else { return .needMore }
            case .discarding(let left):
                let range = pass(left, of: input, from: &offset)
                guard UInt64(range.count) == left else {
                    state = .discarding(left - UInt64(range.count))
                    return .needMore
                }
                beginLine()
            case .streaming(0):
                beginLine()
                return .streamEnded
            case .streaming(let left):
                let range = pass(left, of: input, from: &offset)
                state = .streaming(left - UInt64(range.count))
                return range.isEmpty ? .needMore : .streamed(range)
            case .whole: return .command
            case .lost(let violation): return .violation(violation)
            }
        }
    }

    /// Reads one line that knows no literals: a SASL response, DONE.
    package mutating func feedLine(
        _ input: Span<UInt8>,
        from offset: inout Int,
        bytesMax: Int
    ) -> Event {
        switch state {
        case .line:
            if let event = feedLinePart(input, from: &offset, bytesMax: bytesMax) { return event }
            complete()
            return .command
        case .whole: return .command
        case .lost(let violation): return .violation(violation)
        case .marker, .collecting, .discarding, .streaming: return lose(.misplacedLine)
        }
    }

    // MARK: - What becomes of a literal

    /// Whether the literal at hand fits the limits; one that does not can only be refused.
    package var canCollectLiteral: Bool {
        guard case .marker(let header) = state else { return false }
        return header.size <= UInt64(min(limits.literalBytesMax, room))
    }

    /// Appends the literal's bytes to the command; over the limits framing is given up.
    package mutating func collectLiteral() {
        guard case .marker(let header) = state else { return }
        guard canCollectLiteral, let size = Int(exactly: header.size) else {
            _ = lose(.literalTooLong)
            return
        }
        state = .collecting(size)
    }

    /// Hands the literal's bytes out as they come and forgets what was assembled before it.
    package mutating func streamLiteral() {
        guard case .marker(let header) = state else { return }
        emptyStorage()
        state = .streaming(header.size)
    }

    /// Counts the bytes of a refused literal that the client sends without waiting.
    ///
    /// The command still ends with `.command`; what it holds then is not to be parsed.
    package mutating func discardLiteral() {
        guard case .marker(let header) = state else { return }
        state = .discarding(header.size)
    }

    /// Ends the command at a literal that was refused instead of asked for: a client that waits
    /// for its continuation request sends a new command next (RFC 9051, 4.3).
    package mutating func abandonCommand() { reset() }

    /// Forgets the command that was dealt with; framing that is lost stays lost.
    package mutating func reset() {
        if case .lost = state { return }
        emptyStorage()
        lineBytes = 0
        literals = 0
        state = .line
    }

    /// Overwrites what is assembled: before authentication it may hold a password.
    package mutating func wipe() {
        assembled.wipe()
        lineStart = 0
    }

    // MARK: - Lines

    /// Reads up to the end of the line; nil when the line is complete.
    private mutating func feedLinePart(
        _ input: Span<UInt8>,
        from offset: inout Int,
        bytesMax: Int
    ) -> Event? {
        guard offset < input.count else { return .needMore }
        if limits.holdsSecrets && assembled.isEmpty { assembled.reserve(limits.commandBytesMax) }
        let end: Int
        switch Self.scan(input, from: offset, isAfterCR: endsWithCR) {
        case .lineEnd(let after): end = after
        case .more: end = input.count
        case .violation(let violation): return lose(violation)
        }
        let part = input.extracting(offset..<end)
        guard part.count <= min(bytesMax - lineBytes, room) else { return lose(.lineTooLong) }
        assembled.append(part)
        lineBytes += part.count
        offset = end
        return input[end - 1] == 0x0A ? nil : .needMore
    }

    private enum Scan {
        /// The line's LF stands right before this offset.
        case lineEnd(Int)
        case more
        case violation(Violation)
    }

    /// Looks for the end of the line, and for what no line may hold: NUL, bare CR, bare LF.
    private static func scan(_ input: Span<UInt8>, from start: Int, isAfterCR: Bool) -> Scan {
        var isAfterCR = isAfterCR
        for index in start..<input.count {
            let byte = input[index]
            // All three special bytes are small: one comparison passes over all others.
            guard byte <= 0x0D || isAfterCR else { continue }
            if isAfterCR { return byte == 0x0A ? .lineEnd(index + 1) : .violation(.bareCR) }
            if byte == 0x0A { return .violation(.bareLF) }
            if byte == 0 { return .violation(.nul) }
            isAfterCR = byte == 0x0D
        }
        return .more
    }

    private var endsWithCR: Bool {
        assembled.count > lineStart && assembled.span[assembled.count - 1] == 0x0D
    }

    /// Bytes that the command may still grow by.
    private var room: Int { max(0, limits.commandBytesMax - assembled.count) }

    /// Decides what the line just completed is: a command's end, or a literal's marker.
    private mutating func recognizeMarker() {
        switch LineEnding(of: assembled.span.extracting(lineStart...)) {
        case .plain: complete()
        case .malformedMarker: _ = lose(.malformedLiteral)
        case .literal(let header):
            literals += 1
            if literals > limits.literalsMax {
                _ = lose(.tooManyLiterals)
            } else {
                state = .marker(header)
            }
        }
    }

    private mutating func complete() {
        assembled.truncate(to: assembled.count - 2)
        state = .whole
    }

    private mutating func beginLine() {
        lineStart = assembled.count
        state = .line
    }

    private mutating func lose(_ violation: Violation) -> Event {
        wipe()
        state = .lost(violation)
        return .violation(violation)
    }

    /// Keeps small storage, so that a client at work costs no allocation.
    private mutating func emptyStorage() {
        if limits.holdsSecrets {
            wipe()
        } else {
            assembled.release(above: Limits.storageKeptMax)
            lineStart = 0
        }
    }

    // MARK: - Literals

    /// Appends what there is of the literal; true when it is complete.
    private mutating func collect(
        _ left: Int,
        of input: Span<UInt8>,
        from offset: inout Int
    ) -> Bool {
        let range = pass(UInt64(left), of: input, from: &offset)
        for index in range where input[index] == 0 {
            _ = lose(.nul)
            return true
        }
        assembled.append(input.extracting(range))
        state = .collecting(left - range.count)
        guard range.count == left else { return false }
        beginLine()
        return true
    }

    /// Moves `offset` over up to `left` bytes and says which they were.
    private func pass(_ left: UInt64, of input: Span<UInt8>, from offset: inout Int) -> Range<Int> {
        let start = min(offset, input.count)
        offset = start + Int(min(left, UInt64(input.count - start)))
        return start..<offset
    }
}
