// The client's bytes: framed, parsed, written again; each step checks what the next relies on.
import Bytes
import IMAP

/// Plays a session that believes every command, and cuts the stream as the first byte says.
func fuzzClient(_ input: [UInt8]) {
    guard let first = input.first else { return }
    var client = FuzzedClient()
    let bytes = Array(input.dropFirst())
    let cut = bytes.isEmpty ? 0 : Int(first) % bytes.count
    client.hear(bytes[..<cut])
    client.hear(bytes[cut...])
}

private struct FuzzedClient {
    private var fragmenter = CommandFragmenter(limits: .afterAuthentication)
    private var isRefused = false
    /// The APPEND or REPLACE whose last literal was streamed.
    private var upload: TaggedCommand?

    mutating func hear(_ bytes: ArraySlice<UInt8>) {
        let input = Array(bytes)
        var offset = 0
        while true {
            switch fragmenter.feed(input.span, from: &offset) {
            case .needMore:
                precondition(offset == input.count, "all input is used")
                return
            case .violation: return
            case .streamed, .streamEnded: continue
            case .literal(let header): answer(header)
            case .command:
                if !isRefused { check(fragmenter.command.array) }
                isRefused = false
                upload = nil
                fragmenter.reset()
            }
        }
    }

    private mutating func answer(_ header: LiteralHeader) {
        switch CommandParser.atLiteral(fragmenter.command, header: header, of: upload) {
        case .argument where fragmenter.canCollectLiteral && !isRefused:
            fragmenter.collectLiteral()
        case .message(let tagged) where !isRefused:
            checkWritten(tagged.command)
            fragmenter.streamLiteral()
            upload = tagged
        default:
            isRefused = header.isNonSynchronizing
            upload = nil
            if isRefused { fragmenter.discardLiteral() } else { fragmenter.abandonCommand() }
        }
    }

    private func check(_ bytes: [UInt8]) {
        if let upload {
            guard let rest = try? CommandParser.parse(bytes.span, of: upload) else { return }
            return checkWritten(rest.command)
        }
        guard let tagged = try? CommandParser.parse(bytes.span) else { return }
        checkWritten(tagged.command)
    }
}

/// What is written for the backend is framed as one command and means the same.
private func checkWritten(_ command: Command) {
    var digest = ShortBytes()
    command.describe(into: &digest)
    for index in digest.indices { precondition((0x20...0x7E).contains(digest[index])) }
    var written = Buffer()
    _ = command.encode(tag: 1, literals: .literalPlus, into: &written)
    // An upload ends where a message begins, and goes on behind it.
    if let append = command.append, append.isContinued || append.message != nil { return }
    var fragmenter = CommandFragmenter(limits: .afterAuthentication)
    // Quoting may lengthen a command that was just short enough.
    fragmenter.limits.lineBytesMax *= 4
    fragmenter.limits.commandBytesMax *= 4
    var offset = 0
    loop: while true {
        switch fragmenter.feed(written.span, from: &offset) {
        case .literal: fragmenter.collectLiteral()
        case .command: break loop
        default: preconditionFailure("framed as one command")
        }
    }
    precondition(offset == written.count, "nothing is left behind the command")
    let again = try? CommandParser.parse(fragmenter.command)
    precondition(again?.command == command, "means the same")
}
