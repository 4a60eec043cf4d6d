// How the tests of commands speak: text in, canonical text, digest or failure out.
import Bytes
import IMAP

func parse(_ text: String) throws(ParseFailure) -> TaggedCommand {
    try parse(Array(text.utf8))
}

func parse(_ bytes: [UInt8]) throws(ParseFailure) -> TaggedCommand {
    try CommandParser.parse(bytes.span)
}

/// What the parser says against `text`, nil when it takes it.
func failure(of text: String) -> ParseFailure? {
    do {
        _ = try parse(text)
        return nil
    } catch {
        return error
    }
}

func encoded(_ command: Command, literals: BackendLiterals = .literalPlus) -> [UInt8] {
    var buffer = Buffer()
    _ = command.encode(tag: 7, literals: literals, into: &buffer)
    return buffer.bytes
}

/// The command as the backend gets it, without tag and last CRLF.
func canonical(_ text: String) throws -> String {
    let line = String(decoding: encoded(try parse("a " + text).command), as: UTF8.self)
    let trimmed = line.dropFirst("g7 ".count)
    return String(trimmed.hasSuffix("\r\n") ? trimmed.dropLast() : trimmed)
}

func digest(_ text: String) throws -> String {
    var digest = ShortBytes()
    try parse("a " + text).command.describe(into: &digest)
    return digest.text
}

func role(of partial: String) throws -> LiteralRole {
    let bytes = Array(partial.utf8)
    var fragmenter = CommandFragmenter(limits: .afterAuthentication)
    var offset = 0
    guard case .literal(let header) = fragmenter.feed(bytes.span, from: &offset) else {
        throw SyntaxError.expected(.literal, at: offset)
    }
    return CommandParser.atLiteral(fragmenter.command, header: header)
}
