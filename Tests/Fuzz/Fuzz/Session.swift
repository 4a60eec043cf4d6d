// A whole session before a hostile backend: it answers what it likes, and no denied name gets out.
import Audit
import Authentication
import Bytes
import Policy
import Proxy

/// The first byte chooses the cut, the second what the client has asked; the rest says the backend.
///
/// `\x01` in it stands for the gateway's last tag, so that answers are soon found.
func fuzzSession(_ input: [UInt8]) {
    guard input.count > 2, input.count <= 2048 else { return }
    let script = FuzzedSession.scripts[Int(input[1]) % FuzzedSession.scripts.count]
    let bytes = Array(input.dropFirst(2))
    // A client that pipelines is heard between the two parts: the answers may then differ.
    let cut = Int(input[0]) % bytes.count
    let session = FuzzedSession(script)
    session.hear(bytes[..<cut])
    session.hear(bytes[cut...])
    precondition(!session.tellsSecrets, "no denied name gets out")
}

private final class FuzzedSession {
    static let scripts: [String] = [
        "a LIST \"\" *\r\nb LSUB \"\" *\r\nc STATUS Work (MESSAGES)\r\n",
        "a SELECT INBOX\r\nb UID FETCH 1:* (FLAGS ENVELOPE BODYSTRUCTURE)\r\n",
        "a SELECT Archive\r\nb FETCH 1 (RFC822 FLAGS)\r\nc SEARCH RETURN (ALL) ALL\r\n",
        "a DELETE Work\r\nb NOOP\r\n", "a RENAME Work Play\r\nb NOOP\r\n",
        "a IDLE\r\nDONE\r\nb NOOP\r\n", "a APPEND Work {5+}\r\nhello\r\nb NOOP\r\n",
        "a ENABLE QRESYNC\r\nb SELECT INBOX (QRESYNC (7 5))\r\nc UID MOVE 1:3 Work\r\n",
        "a SELECT INBOX\r\nb SELECT Secret\r\nc STORE 1 +FLAGS (\\Seen)\r\nd CLOSE\r\n",
        "a NAMESPACE\r\nb CREATE New/Deep\r\nc SUBSCRIBE Work\r\nd LIST \"\" Secret\r\n",
    ]

    private(set) var toClient: [UInt8] = []
    private(set) var toBackend: [UInt8] = []
    private var session: Session
    private var out = Outbox()
    private var clientRest: [UInt8] = []
    private var backendRest: [UInt8] = []
    private var isClosed = false

    init(_ script: String) {
        session = Session(
            ConnectionFacts(
                session: "00112233aabbccdd",
                listener: "imaps",
                clientAddress: "192.0.2.7",
                clientPort: 50123,
                serverAddress: "192.0.2.1",
                serverPort: 993
            ),
            tls: ClientTLSFacts(version: "", cipher: "", serverName: nil, certificate: nil),
            offersStartTLS: false,
            settings: Self.settings,
            at: 1_000_000,
            into: &out
        )
        clientRest = Array("a LOGIN ann secret\r\n".utf8)
        pump()
        answer("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready\r\n")
        answer("\u{1} OK [CAPABILITY \(Self.capabilities)] in\r\n")
        answer("* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n")
        answerAll()
        toClient = []
        toBackend = []
        clientRest = Array(script.utf8)
        pump()
    }

    func hear(_ bytes: ArraySlice<UInt8>) {
        for byte in bytes {
            guard byte == 1 else {
                backendRest.append(byte)
                continue
            }
            // What was said before may lead to another command.
            pump()
            backendRest += lastTag
        }
        pump()
    }

    /// Whether the denied name stands in what is no part of a message.
    var tellsSecrets: Bool {
        var rest = toClient[...]
        while let end = rest.firstIndex(of: 0x0A) {
            let line = rest[...end]
            rest = rest[(end + 1)...]
            let isMail =
                line.firstRange(of: Array(" FETCH ".utf8)) != nil || !line.starts(with: "* ".utf8)
            if !isMail && quotedStrings(in: line).contains(where: isSecret) { return true }
            // A name in a literal would be one that the gateway's encoder does not write so.
            let literal = rest.prefix(literalSize(announcedBy: line))
            if !isMail && isSecret(Array(literal)) { return true }
            rest = rest.dropFirst(literal.count)
        }
        return false
    }

    /// Names stand in quotes; the word alone may be a flag or a part of another name.
    private func isSecret(_ name: [UInt8]) -> Bool {
        let folded = name.map(\.asciiUppercased)
        return folded == Array("SECRET".utf8) || folded.starts(with: "SECRET/".utf8)
    }

    /// What stands in quotes, without its escapes.
    private func quotedStrings(in line: ArraySlice<UInt8>) -> [[UInt8]] {
        var strings: [[UInt8]] = []
        var string: [UInt8]?
        var isEscaped = false
        for byte in line {
            if !isEscaped && byte == UInt8(ascii: "\"") {
                if let ended = string { strings.append(ended) }
                string = string == nil ? [] : nil
            } else if string != nil && !isEscaped && byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else {
                string?.append(byte)
                isEscaped = false
            }
        }
        return strings
    }

    /// The number in the literal's marker at the line's end; 0 without one.
    private func literalSize(announcedBy line: ArraySlice<UInt8>) -> Int {
        guard line.suffix(3).starts(with: "}\r\n".utf8) else { return 0 }
        let digits = line.dropLast(3).reversed().prefix { (0x30...0x39).contains($0) }
        guard line.dropLast(3 + digits.count).last == UInt8(ascii: "{") else { return 0 }
        return Int(String(decoding: digits.reversed(), as: UTF8.self)) ?? 0
    }

    // MARK: The others' parts

    private static let capabilities =
        "IMAP4rev1 IDLE NAMESPACE UIDPLUS UNSELECT MOVE ENABLE CHILDREN LIST-EXTENDED LIST-STATUS "
        + "SPECIAL-USE ESEARCH CONDSTORE QRESYNC LITERAL+ ACL QUOTA METADATA SORT BINARY OBJECTID NOTIFY"

    private static let settings: Settings = {
        func rule(_ id: String, _ pattern: String, _ letters: String) -> Rule {
            Rule(
                id: id,
                who: .everyone,
                mailboxes: [pattern].compactMap { try? Pattern($0) },
                limit: (try? Rights(letters: letters)) ?? .none,
                position: SourcePosition(file: "policy.yaml", line: 1, column: 1)
            )
        }
        let rules = [rule("secret", "Secret/**", ""), rule("archive", "Archive/**", "lr")]
        return Settings(
            limits: Limits(),
            authentication: AuthenticationSettings(),
            backends: [BackendSettings(name: "main", security: .plain, login: .password)],
            routes: [Route(user: "*", backend: 0)],
            policy: PolicySet(rules: rules, groups: [:], revision: "1"),
            refusals: .strict
        )
    }()

    private var lastTag: [UInt8] {
        let lines = toBackend.split(separator: 0x0A)
        let line = lines.last { $0.first == UInt8(ascii: "g") } ?? []
        return Array(line.prefix { $0 != UInt8(ascii: " ") })
    }

    private func answer(_ text: String) { hear(Array(text.utf8)[...]) }

    /// Says OK to all that was asked at the login.
    private func answerAll() {
        for line in toBackend.split(separator: 0x0A).dropFirst() {
            let tag = line.prefix { $0 != UInt8(ascii: " ") }
            backendRest += Array(tag) + Array(" OK\r\n".utf8)
            pump()
        }
    }

    private func pump() {
        var isMoving = true
        while isMoving {
            isMoving = collect()
            isMoving = feed(isClient: true) || isMoving
            isMoving = feed(isClient: false) || isMoving
        }
    }

    /// Takes what the session put out and does what it asks for.
    private func collect() -> Bool {
        let records = out.records
        let effects = out.effects
        toClient += out.client.bytes
        toBackend += out.backend.bytes
        out.removeAll()
        if records.contains(where: \.isDurable) { session.recorded(at: 1_000_000, into: &out) }
        for effect in effects { act(effect) }
        return !records.isEmpty || !effects.isEmpty
    }

    private func act(_ effect: Effect) {
        switch effect {
        case .admitLogin: session.loginAdmitted(true, at: 1_000_000, into: &out)
        case .meter(let report):
            let amounts = report.meters.map { _ in report.amount }
            session.metered(amounts, of: report.number, at: 1_000_000, into: &out)
        case .lookUpGroups: session.groupsTold([], at: 1_000_000, into: &out)
        case .authenticate: session.authenticated(.accepted, at: 1_000_000, into: &out)
        case .closeBackend: backendRest = []
        case .closeClient: isClosed = true
        default: break
        }
    }

    private func feed(isClient: Bool) -> Bool {
        let input = isClient ? clientRest : backendRest
        guard !input.isEmpty, !isClosed else { return false }
        let progress =
            isClient
            ? session.clientSent(input.span, at: 1_000_000, into: &out)
            : session.backendSent(input.span, at: 1_000_000, into: &out)
        _ = collect()
        let end = min(progress.consumed + progress.relayed, input.count)
        let passed = input[progress.consumed..<end]
        if isClient {
            toBackend += passed
            clientRest.removeFirst(end)
        } else {
            toClient += passed
            backendRest.removeFirst(min(end, backendRest.count))
        }
        return end > 0
    }
}
