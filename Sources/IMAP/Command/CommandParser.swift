// From the bytes of a whole command to its value, or to the reason why it has none.
import Bytes

/// What the literal at a command's marker is for.
package enum LiteralRole: Equatable, Sendable {
    /// Part of the command's arguments: collect it.
    case argument
    /// A message, or a part of one: stream it. The command is complete up to here.
    case message(TaggedCommand)
    /// Whatever the literal holds, no command comes of it: refuse it.
    case malformed(ParseFailure)
}

package enum CommandParser {
    /// Reads one command, given without its last CRLF.
    package static func parse(
        _ command: Span<UInt8>,
        text: QuotedText = .ascii
    ) throws(ParseFailure) -> TaggedCommand {
        var cursor = Cursor(command, text: text)
        return try parse(&cursor)
    }

    /// The tag of a command that has begun, nil where it has none.
    package static func tag(of partial: Span<UInt8>) -> Tag? {
        var cursor = Cursor(partial)
        return cursor.tag()
    }

    /// Says what the literal is whose marker ends `partial`.
    ///
    /// `upload` is the APPEND or REPLACE that `partial` goes on with, behind its last literal.
    package static func atLiteral(
        _ partial: Span<UInt8>,
        header: LiteralHeader,
        of upload: TaggedCommand? = nil,
        text: QuotedText = .ascii
    ) -> LiteralRole {
        var cursor = Cursor(partial, isPartial: true, text: text)
        do {
            let tagged =
                if let upload { try parse(&cursor, of: upload) } else { try parse(&cursor) }
            if tagged.command.append?.message == header { return .message(tagged) }
            // Only a message makes a command complete at a marker.
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

    /// Reads the rest of an upload, given without its last CRLF, behind its last literal.
    package static func parse(
        _ rest: Span<UInt8>,
        of upload: TaggedCommand
    ) throws(ParseFailure) -> TaggedCommand {
        var cursor = Cursor(rest)
        return try parse(&cursor, of: upload)
    }

    private static func parse(
        _ cursor: inout Cursor,
        of upload: TaggedCommand
    ) throws(ParseFailure) -> TaggedCommand {
        var tagged = upload
        do throws(SyntaxError) {
            switch upload.command {
            case .append(let append):
                tagged.command = .append(try cursor.continuation(of: append, isSingle: false))
            case .replace(var replace):
                replace.append = try cursor.continuation(of: replace.append, isSingle: true)
                tagged.command = .replace(replace)
            default: throw cursor.expected(.endOfLine)
            }
            try cursor.end()
            return tagged
        } catch {
            let verb = upload.command.verb
            throw ParseFailure(tag: upload.tag, verb: verb, reason: .syntax(error))
        }
    }

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
        case .fetch, .search, .sort, .thread, .store, .copy, .move, .replace: return (verb, true)
        default: throw .expected(.command, at: start)
        }
    }
}
