// What the model backend reads of a command: words, strings and parentheses, in one form only.

/// A piece of a command in the canonical form that the gateway promises.
enum Lexeme: Equatable {
    case word(String)
    /// A quoted string or a literal.
    case string(String)
    case open, close

    var text: String {
        switch self {
        case .word(let text), .string(let text): text
        case .open: "("
        case .close: ")"
        }
    }
}

/// A part of a command's text, or a literal that stands in it.
enum CommandPart: Equatable {
    case text(String)
    case literal([UInt8])
}

/// Splits a command where exactly one space stands; nil where it has another form.
func lexemes(of parts: [CommandPart]) -> [Lexeme]? {
    var reader = LexemeReader()
    for part in parts {
        switch part {
        case .literal(let bytes): reader.take(literal: bytes)
        case .text(let text): for byte in text.utf8 { reader.take(byte) }
        }
    }
    return reader.finish()
}

private struct LexemeReader {
    private enum State { case between, afterSpace, word, section, quoted, escaped, afterString }

    private var state = State.between
    private var bytes: [UInt8] = []
    private var found: [Lexeme] = []
    private var isBroken = false
    private var depth = 0

    mutating func take(literal: [UInt8]) {
        if state == .word || state == .quoted || state == .afterString { isBroken = true }
        found.append(.string(String(decoding: literal, as: UTF8.self)))
        state = .afterString
    }

    mutating func take(_ byte: UInt8) {
        if byte < 0x20 || byte > 0x7E { isBroken = true }
        switch state {
        case .quoted: takeQuoted(byte)
        case .escaped:
            if byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") { isBroken = true }
            bytes.append(byte)
            state = .quoted
        case .section:
            bytes.append(byte)
            if byte == UInt8(ascii: "]") { state = .word }
        case .between, .afterSpace, .word, .afterString: takePlain(byte)
        }
    }

    private mutating func takeQuoted(_ byte: UInt8) {
        if byte == UInt8(ascii: "\\") { return state = .escaped }
        guard byte == UInt8(ascii: "\"") else { return bytes.append(byte) }
        found.append(.string(String(decoding: bytes, as: UTF8.self)))
        bytes = []
        state = .afterString
    }

    private mutating func takePlain(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: " "):
            endWord()
            if state == .afterSpace || state == .between { isBroken = true }
            state = .afterSpace
        case UInt8(ascii: "("):
            endWord()
            found.append(.open)
            depth += 1
            state = .between
        case UInt8(ascii: ")"):
            endWord()
            if state == .afterSpace { isBroken = true }
            found.append(.close)
            depth -= 1
            state = .afterString
        case UInt8(ascii: "\""):
            if state == .word || state == .afterString { isBroken = true }
            state = .quoted
        default:
            if state == .afterString { isBroken = true }
            bytes.append(byte)
            state = byte == UInt8(ascii: "[") ? .section : .word
        }
    }

    private mutating func endWord() {
        guard state == .word else { return }
        found.append(.word(String(decoding: bytes, as: UTF8.self)))
        bytes = []
    }

    mutating func finish() -> [Lexeme]? {
        endWord()
        if state == .afterSpace || state == .quoted || state == .section { isBroken = true }
        return isBroken || depth != 0 ? nil : found
    }
}
