// Framing: the same commands at every cut, and the end of the session where none can be told.
import Bytes
import IMAP
import Testing

/// What a session would see of a stream: whole commands, message bytes, refusals.
private enum Seen: Equatable {
    case command(String)
    case message(String)
    case messageEnded
    case refused(String)
    case violation(CommandFragmenter.Violation)
}

/// Plays the session: collects arguments, streams messages, refuses the rest by E6's rules.
private struct Listener {
    var fragmenter = CommandFragmenter(limits: .afterAuthentication)
    private(set) var seen: [Seen] = []
    private var isRefused = false

    mutating func hear(_ bytes: ArraySlice<UInt8>) {
        let input = Array(bytes)
        var offset = 0
        while true {
            switch fragmenter.feed(input.span, from: &offset) {
            case .needMore: return
            case .violation(let violation):
                if seen.last != .violation(violation) { seen.append(.violation(violation)) }
                return
            case .streamed(let range): note(message: input[range])
            case .streamEnded: seen.append(.messageEnded)
            case .command: endCommand()
            case .literal(let header): answer(header)
            }
        }
    }

    private var text: String { String(decoding: fragmenter.command.array, as: UTF8.self) }

    private mutating func endCommand() {
        seen.append(isRefused ? .refused("") : .command(text))
        isRefused = false
        fragmenter.reset()
    }

    private mutating func note(message: ArraySlice<UInt8>) {
        let text = String(decoding: message, as: UTF8.self)
        if case .message(let before) = seen.last {
            seen[seen.count - 1] = .message(before + text)
        } else {
            seen.append(.message(text))
        }
    }

    private mutating func answer(_ header: LiteralHeader) {
        switch isRefused ? nil : CommandParser.atLiteral(fragmenter.command, header: header) {
        case .argument: fragmenter.collectLiteral()
        case .message: fragmenter.streamLiteral()
        case .malformed, nil:
            if header.isNonSynchronizing {
                isRefused = true
                fragmenter.discardLiteral()
            } else {
                seen.append(.refused(text))
                isRefused = false
                fragmenter.abandonCommand()
            }
        }
    }
}

private func listen(_ text: String, cuts: [Int] = []) -> [Seen] {
    let bytes = Array(text.utf8)
    var listener = Listener()
    var start = 0
    for cut in cuts + [bytes.count] {
        listener.hear(bytes[start..<cut])
        start = cut
    }
    return listener.seen
}

@Suite struct CommandFragmenterTests {
    static let streams = [
        "a NOOP\r\nb NOOP\r\n",
        "a LOGIN {3}\r\nann {2+}\r\npw\r\nb NOOP\r\n",
        "a APPEND box {11}\r\nb LOGOUT\r\nx\r\nc NOOP\r\n",
        "a APPEND {3+}\r\nbox (\\Seen) ~{4+}\r\n\0\r\n}\r\nc NOOP\r\n",
        "a FROB {10+}\r\nb DELETE x {3+}\r\nabc\r\nc NOOP\r\n",
        "a FROB {10}\r\nb NOOP\r\n",
        "a SELECT {0}\r\n\r\nb SELECT \"{5}\"\r\n",
        "a SELECT \"x\\\"{5+}\"\r\nb CREATE foo}\r\n",
        "a APPEND box {0+}\r\n\r\nb NOOP\r\n",
        "a APPEND box {3+}\r\nabcdef\r\nb NOOP\r\n",
        "\r\n\r\na NOOP\r\n",
        "a LOGIN x {3}\r\na\nb\r\nc NOOP\r\n",
        "a NOOP\nb NOOP\r\n", "a NOOP\rb\r\n", "a NO\0OP\r\n", "a SELECT {05}\r\n",
        "a SELECT {3}\r\na\0b\r\n",
    ]

    @Test("frames alike at every cut", arguments: streams)
    func framesAlikeAtEveryCut(stream: String) {
        let whole = listen(stream)
        let count = stream.utf8.count
        for cut in 0...count { #expect(listen(stream, cuts: [cut]) == whole, "cut at \(cut)") }
        #expect(listen(stream, cuts: Array(0...count)) == whole)
    }

    @Test func keepsMessagesOutOfCommands() {
        #expect(
            listen(Self.streams[2]) == [
                .message("b LOGOUT\r\nx"), .messageEnded, .command(""), .command("c NOOP"),
            ]
        )
    }

    @Test func consumesTheLiteralsOfARefusedCommand() {
        #expect(listen(Self.streams[4]) == [.refused(""), .command("c NOOP")])
        #expect(listen(Self.streams[5]) == [.refused("a FROB {10}\r\n"), .command("b NOOP")])
    }

    @Test(
        "takes a brace in quotes and a closing brace for what they are",
        arguments: [
            "a SELECT \"{5}\"", "a SELECT \"x\\\"{5+}\"", "a CREATE foo}", "a NOOP {5} ",
            "a NOOP {5}x", "a CREATE \"a{b\" foo}",
        ]
    )
    func takesBraces(line: String) {
        #expect(listen(line + "\r\n") == [.command(line)])
    }

    @Test(
        "gives up where a literal may or may not follow",
        arguments: [
            "{05}", "{ 5}", "{5 }", "{}", "{+}", "{5-}", "{5++}", "{-1}", "{12345678901}", "{0x5}",
            "{5+ }", "{{5}}", "\"x {5+}", "x\"y {5}", "{5} x}", "{00}",
        ]
    )
    func givesUp(marker: String) {
        #expect(listen("a SELECT \(marker)\r\n") == [.violation(.malformedLiteral)])
    }

    @Test(
        "gives up on what is no line",
        arguments: [
            ("a NOOP\n", .bareLF), ("a NO\rOP\r\n", .bareCR), ("a NOOP\r\r\n", .bareCR),
            ("\n", .bareLF), ("a \0\r\n", .nul), ("a SELECT {1}\r\n\0\r\n", .nul),
        ] as [(String, CommandFragmenter.Violation)]
    )
    func givesUp(line: String, violation: CommandFragmenter.Violation) {
        #expect(listen(line + "b NOOP\r\n") == [.violation(violation)])
    }

    @Test func boundsLinesAndLiterals() {
        let long = "a SELECT " + String(repeating: "x", count: 64 * 1024)
        #expect(listen(long) == [.violation(.lineTooLong)])
        let many = "a SEARCH" + String(repeating: " TEXT {1+}\r\nx", count: 65)
        #expect(listen(many) == [.violation(.tooManyLiterals)])
        let filler = String(repeating: "x", count: 200_000)
        let large = "a SEARCH" + String(repeating: " TEXT {200000+}\r\n\(filler)", count: 6)
        #expect(listen(large) == [.violation(.literalTooLong)])
    }

    @Test func givesStrangersEightKibibytesInAll() {
        var fragmenter = CommandFragmenter(limits: .beforeAuthentication)
        let line = Array("a LOGIN {4096+}\r\n".utf8)
        let rest = [UInt8](repeating: 0x61, count: 4096 + 8192 - 4096 - line.count + 1)
        var offset = 0
        guard case .literal = fragmenter.feed(line.span, from: &offset) else {
            Issue.record("no literal")
            return
        }
        #expect(fragmenter.canCollectLiteral)
        fragmenter.collectLiteral()
        offset = 0
        #expect(fragmenter.feed(rest.span, from: &offset) == .violation(.lineTooLong))
        #expect(fragmenter.command.isEmpty == true)
    }

    @Test func doesNotCollectWhatIsTooLarge() {
        var fragmenter = CommandFragmenter(limits: .beforeAuthentication)
        let line = Array("a LOGIN {4097}\r\n".utf8)
        var offset = 0
        _ = fragmenter.feed(line.span, from: &offset)
        #expect(!fragmenter.canCollectLiteral)
        fragmenter.collectLiteral()
        #expect(fragmenter.feed(line.span, from: &offset) == .violation(.literalTooLong))
    }

    @Test func readsOneLineWithoutLiterals() {
        var fragmenter = CommandFragmenter()
        let bytes = Array("{5}\r\nDONE\r\n".utf8)
        var offset = 0
        #expect(fragmenter.feedLine(bytes.span, from: &offset, bytesMax: 100) == .command)
        #expect(fragmenter.command.spells("{5}") == true)
        fragmenter.reset()
        #expect(
            fragmenter.feedLine(bytes.span, from: &offset, bytesMax: 5) == .violation(.lineTooLong)
        )
    }
}
