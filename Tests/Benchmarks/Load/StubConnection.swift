// One connection to the stub: commands put together from their pieces, and canned answers.
import Bytes

/// Speaks as much IMAP as a proxy and the load need; literals in commands included.
final class StubConnection {
    private static let capabilities =
        "IMAP4rev1 SASL-IR AUTH=PLAIN ID ENABLE IDLE NAMESPACE LITERAL+ UIDPLUS UNSELECT CHILDREN"
    private static let messageBytes = 1024 * 1024
    private static let message: [UInt8] = {
        let line = Array(
            "0123456789 abcdefghijklmnopqrstuvwxyz 0123456789 ABCDEFGHIJKLMN.\r\n".utf8
        )
        return (0..<messageBytes).map { line[$0 % line.count] }
    }()

    let socket: Int32
    var output = Buffer()
    var isBlocked = false
    /// Closed as soon as the output is sent.
    var isEnding = false

    /// The backend's port that the answer to an HTTP request names; nil: the connection is IMAP's.
    private let httpFor: UInt16?
    private var input = Buffer()
    /// The lines of a command that ended in a literal so far.
    private var command = ""
    /// Bytes of a literal to come.
    private var literalBytes = 0
    /// The tag of an AUTHENTICATE that waits for its response.
    private var authenticating: String?

    init(_ socket: Int32, httpFor: UInt16?) {
        self.socket = socket
        self.httpFor = httpFor
        if httpFor == nil { send("* OK [CAPABILITY \(Self.capabilities)] stub") }
    }

    func take(_ bytes: Span<UInt8>) {
        input.append(bytes)
        if let httpFor { return answerHTTP(port: httpFor) }
        while !isEnding {
            let literal = min(literalBytes, input.count)
            command += String(decoding: input.span.extracting(first: literal).array, as: UTF8.self)
            input.removeFirst(literal)
            literalBytes -= literal
            guard literalBytes == 0, let line = nextLine() else { return }
            take(line: line)
        }
    }

    private func nextLine() -> String? {
        guard let end = Self.endOfLine(input.span) else { return nil }
        let line = String(decoding: input.span.extracting(..<end).array, as: UTF8.self)
        input.removeFirst(end + 1)
        return line.hasSuffix("\r") ? String(line.dropLast()) : line
    }

    private static func endOfLine(_ bytes: Span<UInt8>) -> Int? {
        for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") { return index }
        return nil
    }

    private func take(line: String) {
        if let tag = authenticating {
            authenticating = nil
            return send("\(tag) OK [CAPABILITY \(Self.capabilities)] logged in")
        }
        command += line
        if line.hasSuffix("}"), let open = line.lastIndex(of: "{") {
            let inside = line[line.index(after: open)...].dropLast()
            literalBytes = Int(inside.prefix { $0 != "+" }) ?? 0
            if !inside.hasSuffix("+") { send("+ go on") }
            return
        }
        let words = command.split(separator: " ").map(String.init)
        command = ""
        answer(words)
    }

    private func answer(_ words: [String]) {
        guard words.count >= 2 else { return send("* BAD what?") }
        let tag = words[0]
        let verb = words[1].uppercased() == "UID" && words.count > 2 ? words[2] : words[1]
        switch verb.uppercased() {
        case "CAPABILITY": send("* CAPABILITY \(Self.capabilities)")
        case "AUTHENTICATE" where words.count == 3:
            authenticating = tag
            return send("+ ")
        case "NAMESPACE": send("* NAMESPACE ((\"\" \"/\")) NIL NIL")
        case "ID": send("* ID NIL")
        case "LIST":
            send("* LIST (\\HasNoChildren) \"/\" \(words.last == "\"\"" ? "\"\"" : "INBOX")")
        case "SELECT", "EXAMINE": sendMailbox()
        case "FETCH": sendMessage()
        case "LOGOUT":
            send("* BYE stub")
            isEnding = true
        default: break
        }
        let isLogin = ["LOGIN", "AUTHENTICATE"].contains(verb.uppercased())
        send("\(tag) OK \(isLogin ? "[CAPABILITY \(Self.capabilities)] " : "")done")
    }

    private func sendMailbox() {
        send("* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)")
        send("* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] flags")
        send("* 1 EXISTS")
        send("* 0 RECENT")
        send("* OK [UIDVALIDITY 1] valid")
        send("* OK [UIDNEXT 2] next")
    }

    private func sendMessage() {
        send("* 1 FETCH (UID 1 BODY[] {\(Self.messageBytes)}")
        output.append(Self.message)
        send(")")
    }

    private func answerHTTP(port: UInt16) {
        guard input.text.hasSuffix("\r\n\r\n") else { return }
        send(
            "HTTP/1.0 200 OK\r\nAuth-Status: OK\r\nAuth-Server: 127.0.0.1\r\nAuth-Port: \(port)\r\n"
        )
        isEnding = true
    }

    private func send(_ line: String) {
        output.append(text: line)
        output.append("\r\n")
    }
}
