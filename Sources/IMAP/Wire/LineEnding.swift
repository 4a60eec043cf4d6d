// How a line ends: plainly, with a literal's marker, or with something that only looks like one.
import Bytes

/// The end of a line that includes its CRLF and began outside quotes.
enum LineEnding: Equatable {
    case plain
    case literal(LiteralHeader)
    /// Ends with `}` after an opening brace or inside an open quote, and is no marker: whether
    /// literal bytes follow is anybody's guess, and servers guess differently.
    case malformedMarker

    init(of line: Span<UInt8>) {
        guard line.count >= 3, line[line.count - 3] == UInt8(ascii: "}") else {
            self = .plain
            return
        }
        switch Self.lastBrace(in: line) {
        case .none: self = .plain
        case .insideQuotes: self = .malformedMarker
        case .at(let brace): self = Self.marker(at: brace, in: line)
        }
    }

    private enum Brace {
        case none
        case at(Int)
        case insideQuotes
    }

    /// Finds the last opening brace outside quotes, as the grammar's quoted strings have it.
    private static func lastBrace(in line: Span<UInt8>) -> Brace {
        var brace = Brace.none
        var isQuoted = false
        var isEscaped = false
        for index in line.indices {
            let byte = line[index]
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if isQuoted {
                isEscaped = byte == UInt8(ascii: "\\")
            } else if byte == UInt8(ascii: "{") {
                brace = .at(index)
            }
        }
        return isQuoted ? .insideQuotes : brace
    }

    private static func marker(at brace: Int, in line: Span<UInt8>) -> LineEnding {
        let isLiteral8 = brace > 0 && line[brace - 1] == UInt8(ascii: "~")
        var cursor = Cursor(line)
        cursor.advance(isLiteral8 ? brace - 1 : brace)
        guard let header = try? cursor.literalMarker(), cursor.isAtEnd else {
            return .malformedMarker
        }
        return .literal(header)
    }
}
