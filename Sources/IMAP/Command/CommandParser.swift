// From the bytes of a whole command to its value, or to the reason why it has none.
import Bytes

/// What the literal at a command's marker is for.
package enum LiteralRole: Equatable, Sendable {
    /// Part of the command's arguments: collect it.
    case argument
    /// The message of an APPEND: stream it.
    case message(TaggedAppend)
    /// Whatever the literal holds, no command comes of it: refuse it.
    case malformed(ParseFailure)
}

package enum CommandParser {
    /// Reads one command, given without its last CRLF.
    package static func parse(_ command: Span<UInt8>) throws(ParseFailure) -> TaggedCommand {
        var cursor = Cursor(command)
        return try parse(&cursor)
    }

    /// The tag of a command that has begun, nil where it has none.
    package static func tag(of partial: Span<UInt8>) -> Tag? {
        var cursor = Cursor(partial)
        return cursor.tag()
    }

    /// Says what the literal is whose marker ends `partial`.
    package static func atLiteral(
        _ partial: Span<UInt8>,
        header: LiteralHeader
    ) -> LiteralRole {
        var cursor = Cursor(partial, isPartial: true)
        do {
            let tagged = try parse(&cursor)
            if case .append(let append) = tagged.command, append.message == header {
                return .message(TaggedAppend(tag: tagged.tag, append: append))
            }
            // Only APPEND is complete at a marker.
            return .malformed(
                ParseFailure(
                    tag: tagged.tag,
                    verb: tagged.command.verb,
                    reason: .syntax(cursor.expected(.literal))
                )
            )
        } catch {
            return error.reason == .syntax(.literalAwaited) ? .argument : .malformed(error)
        }
    }

    /// Whether an APPEND may end with `rest`, which followed its message: one message a command.
    package static func isEndOfAppend(_ rest: Span<UInt8>) -> Bool { rest.isEmpty }

    @inline(__always)
    private static func parse(_ cursor: inout Cursor) throws(ParseFailure) -> TaggedCommand {
        guard let tag = cursor.tag() else {
            throw ParseFailure(
                tag: nil,
                reason: beginsForeign(cursor) ? .foreignProtocol : .invalidTag
            )
        }
        let verb: Verb
        let isUID: Bool
        do {
            try cursor.space()
            (verb, isUID) = try cursor.verb()
        } catch {
            throw unknown(error, tag: tag, in: Cursor(cursor.bytes))
        }
        do {
            let command = try Command(verb, isUID: isUID, from: &cursor)
            return TaggedCommand(tag: tag, command: command)
        } catch {
            throw ParseFailure(tag: tag, verb: verb, reason: .syntax(error))
        }
    }

    private static func unknown(_ error: SyntaxError, tag: Tag, in line: Cursor) -> ParseFailure {
        if beginsForeign(line) { return ParseFailure(tag: tag, reason: .foreignProtocol) }
        if case .expected(.command, let start) = error {
            let refused = refusedVerb(in: line, at: start)
            return ParseFailure(tag: tag, refused: refused, reason: .unknownCommand)
        }
        return ParseFailure(tag: tag, reason: .syntax(error))
    }

    /// The refused verb at `start`, which may have UID in front.
    private static func refusedVerb(in line: Cursor, at start: Int) -> RefusedVerb? {
        var line = line
        line.advance(start)
        if line.takeWord("UID") { _ = line.takeSpace() }
        guard let verb = line.takeKeyword(RefusedVerb.self) else { return nil }
        return line.isAtEnd || line.peek == UInt8(ascii: " ") ? verb : nil
    }

    /// Whether a line that is no command begins with a verb of another protocol.
    private static func beginsForeign(_ line: Cursor) -> Bool {
        var line = Cursor(line.bytes)
        return line.takeKeyword(ForeignVerb.self) != nil
    }
}

/// First words of protocols that a browser or a confused client speaks.
private enum ForeignVerb: UInt8, Keyword {
    case get, post, head, put, delete, connect, options, trace, patch, pri, host, ehlo, helo

    var spelling: StaticString {
        switch self {
        case .get: "GET"
        case .post: "POST"
        case .head: "HEAD"
        case .put: "PUT"
        case .delete: "DELETE"
        case .connect: "CONNECT"
        case .options: "OPTIONS"
        case .trace: "TRACE"
        case .patch: "PATCH"
        case .pri: "PRI"
        case .host: "HOST"
        case .ehlo: "EHLO"
        case .helo: "HELO"
        }
    }
}

extension Cursor {
    /// Takes a verb, with UID and one space in front where it has such a form.
    fileprivate mutating func verb() throws(SyntaxError) -> (Verb, isUID: Bool) {
        let start = offset
        let isUID = takeWord("UID")
        if isUID { try space() }
        guard let verb = takeKeyword(Verb.self) else { throw .expected(.command, at: start) }
        // `NOOP~` is no NOOP, and neither is anything else that a verb only begins.
        guard isAtEnd || peek == UInt8(ascii: " ") else { throw .expected(.command, at: start) }
        guard isUID else { return (verb, false) }
        switch verb {
        case .expunge: return (.uidExpunge, true)
        case .fetch, .search, .sort, .thread, .store, .copy, .move: return (verb, true)
        default: throw .expected(.command, at: start)
        }
    }
}
