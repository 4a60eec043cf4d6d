// What must hold for any command and against any backend, tried on made-up ones.
import Chance
import Bytes
import IMAP
import Testing

@Suite("Properties")
struct PropertyTests {
    /// Texts of one form of a command.
    private static func texts(of form: String, _ count: Int) -> [String] {
        var dice = Dice(seed: UInt64(form.utf8.reduce(0) { ($0 &* 31) &+ Int($1) } & 0xFFFF))
        return (0..<count).map { _ in Grammar.commands.text(from: form, &dice) }
    }

    private static func takesMessage(_ form: String) -> Bool {
        form.hasPrefix("APPEND") || form.contains("REPLACE")
    }

    @Test("each verb has a form that is tried")
    func coversVerbs() {
        var verbs: Set<String> = []
        for form in Grammar.commandForms {
            for text in Self.texts(of: form, 10) {
                if let tagged = Self.parsed(text) { verbs.insert(tagged.command.verb.name) }
            }
        }
        #expect(Verb.allCases.map(\.name).filter { !verbs.contains($0) } == [])
    }

    @Test("what is written means the same and is written the same", arguments: Grammar.commandForms)
    func isCanonical(form: String) {
        var taken = 0
        for text in Self.texts(of: form, 200) {
            guard let first = Self.parsed(text) else { continue }
            taken += 1
            for literals in [BackendLiterals.literalPlus, .literalMinus, .synchronizing] {
                let written = Self.written(first.command, literals)
                let second = Self.parsed(written)
                #expect(second.map { Self.written($0.command, literals) } == written, "\(text)")
                if !Self.takesMessage(form) {
                    #expect(second?.command == first.command, "\(text)")
                }
            }
        }
        // A form that the parser hardly takes proves nothing.
        #expect(taken >= 50, "\(form)")
    }

    /// The command of a text without its tag; an APPEND's ends at its message's marker.
    private static func parsed(_ text: String) -> TaggedCommand? {
        parsed(Array("a \(text)".utf8))
    }

    private static func parsed(_ bytes: [UInt8]) -> TaggedCommand? {
        var fragmenter = CommandFragmenter(limits: .afterAuthentication)
        let line = bytes + [0x0D, 0x0A]
        var offset = 0
        while true {
            switch fragmenter.feed(line.span, from: &offset) {
            case .command: return try? CommandParser.parse(fragmenter.command)
            case .literal(let header):
                switch CommandParser.atLiteral(fragmenter.command, header: header) {
                case .argument: fragmenter.collectLiteral()
                case .message(let tagged): return tagged
                case .malformed: return nil
                }
            default: return nil
            }
        }
    }

    private static func written(_ command: Command, _ literals: BackendLiterals) -> [UInt8] {
        var buffer = Buffer()
        _ = command.encode(tag: 7, literals: literals, into: &buffer)
        return Array(buffer.bytes.dropLast(2))
    }

    @Test("a command is the same at every cut", arguments: Grammar.commandForms)
    func isSameAtEveryCut(form: String) throws {
        var heading = Heading()
        heading.state = .selected("INBOX")
        let settings = try heading.settings()
        for text in Self.texts(of: form, 3) where !form.hasPrefix("LOGOUT") {
            let message = Self.takesMessage(form) ? "\r\nhello" : ""
            let octets = Array("a \(text)\(message)\r\n".utf8)
            let whole = Scene.begun(heading, settings)
            whole.client(octets)
            for cut in octets.indices {
                let parted = Scene.begun(heading, settings)
                parted.client(octets[..<cut])
                parted.client(octets[cut...])
                #expect(parted.toBackend == whole.toBackend, "\(text) cut at \(cut)")
                #expect(parted.toClient == whole.toClient, "\(text) cut at \(cut)")
            }
        }
    }

    private static let asked = [
        "LIST \"\" *", "LSUB \"\" *", "STATUS Work (MESSAGES)", "SELECT Work", "DELETE Work",
        "RENAME Work Play", "UID FETCH 1:* FLAGS", "SEARCH RETURN (ALL) ALL", "NOOP", "IDLE",
        "CREATE New/Deep", "UID MOVE 1:3 Work", "ENABLE QRESYNC", "APPEND Work {5+}\r\nhello",
        "NAMESPACE", "CAPABILITY", "SUBSCRIBE Work", "SELECT Secret", "CLOSE",
        "LIST (SUBSCRIBED) \"\" * RETURN (CHILDREN STATUS (MESSAGES))",
        "NOTIFY SET STATUS (personal (MessageNew MessageExpunge MailboxName))",
        "NOTIFY SET (selected (MessageNew (BODY[]) MessageExpunge)) (subtree Secret (MailboxName))",
    ]

    @Test(
        "no hostile backend gets a denied name to the client",
        arguments: 0..<300 as Range<UInt64>
    )
    func tellsNoDeniedName(seed: UInt64) throws {
        var dice = Dice(seed: seed)
        var heading = Heading()
        heading.state = .selected("INBOX")
        heading.rules = Grammar.hostileRules
        let scene = Scene.begun(heading, try heading.settings())
        let start = scene.toClient.count
        for number in 0..<12 where !scene.isClosed {
            scene.client(Array("t\(number) \(dice.pick(Self.asked))\r\n".utf8))
            for _ in 0..<dice.below(4) {
                let response = Grammar.responses.text(of: "response", &dice) + "\r\n"
                scene.backend(response.utf8.flatMap { $0 == 1 ? scene.lastTag : [$0] })
            }
        }
        let heard = Array(scene.toClient[start...])
        let complaints = ClientOracle.complaints(about: heard, denied: Grammar.deniedNames)
        #expect(complaints == [], "seed \(seed): \(readable(heard))")
        #expect(BackendOracle.complaints(about: scene.backendWire) == [], "seed \(seed)")
    }
}

extension Scene {
    /// The tag of the last command that the backend got.
    fileprivate var lastTag: [UInt8] {
        let lines = toBackend.split(separator: 0x0A)
        let line = lines.last { $0.first == UInt8(ascii: "g") } ?? []
        return Array(line.prefix { $0 != UInt8(ascii: " ") })
    }
}
