// A client of the simulation: plausible, sometimes clumsy, and strict about what it hears.
import Chance

/// Says commands, waits where it must, and keeps account of what it is owed.
struct ScriptedClient {
    /// Something to send, or a `+` to wait for.
    enum Step: Equatable {
        case say(String)
        case waitForContinuation
    }

    struct Traits {
        var pipelines = false
        /// The percentage of commands that are none.
        var clumsiness = 0
    }

    private(set) var complaints: [String] = []
    private let traits: Traits
    private var dice: Dice
    private var steps: [Step] = []
    private var tag = ""
    private var commands = 0
    /// Commands of which at least a part was said, and that are not answered.
    private(set) var unanswered: Set<String> = []
    private(set) var isLoggedIn = false
    private var isStopping = false
    private(set) var isIdling = false

    init(_ traits: Traits, dice: Dice) {
        self.traits = traits
        self.dice = dice
    }

    /// Whether a command is begun and not finished.
    var isInsideCommand: Bool { !steps.isEmpty }

    /// Commands that were said whole and not answered.
    var owed: [String] { unanswered.filter { $0 != tag || steps.isEmpty }.sorted() }

    /// Begins no more commands; the one under way is finished.
    mutating func stop() { isStopping = true }

    /// What the client says next; nil while it waits or has said all.
    mutating func nextWords() -> String? {
        if steps.isEmpty { begin() }
        guard case .say(let words)? = steps.first else { return nil }
        steps.removeFirst()
        return words
    }

    mutating func hear(_ heard: ClientEar.Heard) {
        switch heard {
        case .untagged: break
        case .continuation:
            guard steps.first == .waitForContinuation else {
                return complaints.append("+ when nothing is owed")
            }
            steps.removeFirst()
        case .tagged(let tag, let text):
            if unanswered.remove(tag) == nil {
                complaints.append("\(tag) answered twice or never asked: \(text)")
            }
            if text.hasSuffix("Logged in") { isLoggedIn = true }
            // The literal was refused instead of asked for: the rest is not said.
            if tag == self.tag && steps.contains(.waitForContinuation) { steps = [] }
            if tag == self.tag { isIdling = false }
        }
    }

    // MARK: Commands

    private mutating func begin() {
        guard !isStopping else { return }
        let isWaiting = !unanswered.isEmpty && (!traits.pipelines || !isLoggedIn)
        guard !isWaiting, unanswered.count < 6 else { return }
        commands += 1
        tag = "c\(commands)"
        if isLoggedIn && dice.hits(traits.clumsiness) { return stumble() }
        unanswered.insert(tag)
        steps = [.say("\(tag) ")]
        if isLoggedIn || dice.hits(15) { add(command()) } else { logIn() }
        add(.say("\r\n"))
        if isIdling { steps += [.waitForContinuation, .say("DONE\r\n")] }
        join()
    }

    private mutating func logIn() {
        switch dice.below(3) {
        case 0: add([.say("LOGIN ann ")] + string("hunter2"))
        case 1: add([.say("AUTHENTICATE PLAIN AGFubgBodW50ZXIy")])
        default:
            add([
                .say("AUTHENTICATE PLAIN\r\n"), .waitForContinuation, .say("AGFubgBodW50ZXIy"),
            ])
        }
    }

    /// What a client must not say, but may survive.
    private mutating func stumble() {
        let harmless = [
            "", "FETCH", "XYZZY one", "UID NOOP", "SELECT", "STORE 1 \\Seen", "STARTTLS",
            "LOGIN ann hunter2", "SETACL INBOX ann lr", "FETCH 0 FLAGS", "LIST (\"\" *",
            "XYZZY {5+}\r\nhello", "XYZZY {3+}\r\nabc {4+}\r\nc1 x",
            "APPEND {6+}\r\nSecret {2+}\r\nab x",
            "SELECT {6+}\r\nSecret {4+}\r\nabcd", "NOOP {2+}\r\n\r\n",
            "APPEND INBOX {3+}\r\nabc {2+}\r\nxy",
        ]
        unanswered.insert(tag)
        if dice.hits(90) {
            return steps = [.say("\(tag) \(dice.pick(harmless))\r\n")]
        }
        unanswered.remove(tag)
        let fatal = [
            "\u{1}\u{2}garbage\r\n", "\r\n", "+ x\r\n", "{5+}\r\nhello\r\n", "a\rb\r\n", "a\n",
            "a\0\r\n",
        ]
        steps = [.say(dice.pick(fatal))]
    }

    private mutating func add(_ more: [Step]) { steps += more }
    private mutating func add(_ step: Step) { steps.append(step) }

    /// Joins neighbours, so that a pause stands only where the client waits.
    private mutating func join() {
        var joined: [Step] = []
        for step in steps {
            if case .say(let words) = step, case .say(let before)? = joined.last {
                joined[joined.count - 1] = .say(before + words)
            } else {
                joined.append(step)
            }
        }
        steps = joined
    }

    private mutating func command() -> [Step] {
        switch dice.below(10) {
        case 0, 1: [.say(dice.pick(Self.plain))]
        case 2, 3: [.say(dice.pick(["SELECT ", "EXAMINE "]))] + mailbox()
        case 4: onMailbox()
        case 5, 6: [.say(dice.pick(Self.reading))]
        case 7: [.say(dice.pick(Self.changing))]
        case 8: append()
        default: rarely()
        }
    }

    private static let plain = [
        "NOOP", "CHECK", "CAPABILITY", "ID NIL", "NAMESPACE", "LIST \"\" *", "LIST \"\" %",
        "LIST Work/ *", "LSUB \"\" *", "LIST \"\" (\"%\" Secret/*) RETURN (CHILDREN)",
        "LIST (SUBSCRIBED) \"\" (Work/* %) RETURN (STATUS (MESSAGES))",
        "LIST \"\" \"\"", "CLOSE", "UNSELECT", "ENABLE CONDSTORE", "ENABLE QRESYNC X",
    ]
    private static let reading = [
        "FETCH 1:* (UID FLAGS)", "FETCH 1 BODY[]", "UID FETCH 1:3 (RFC822 UID)",
        "FETCH 1:2 BODY.PEEK[TEXT]", "FETCH 2 (RFC822.TEXT RFC822.SIZE)", "FETCH * RFC822.SIZE",
        "SEARCH ALL", "UID SEARCH SEEN", "FETCH 1:* BODY.PEEK[HEADER.FIELDS (SUBJECT)]",
        "SEARCH RETURN (ALL) ALL", "UID SEARCH RETURN (MIN COUNT) ALL",
    ]
    private static let changing = [
        "STORE 1 +FLAGS (\\Seen)", "STORE 1:* FLAGS (\\Flagged)",
        "STORE 1 +FLAGS.SILENT (\\Deleted)",
        "UID STORE 1:3 -FLAGS (\\Seen Junk)", "EXPUNGE", "UID EXPUNGE 1:3",
        "STORE 1 FLAGS (\\Seen)",
        "STORE 2 +FLAGS (\\Deleted \\Seen)", "MOVE 1 Work", "UID MOVE 1:* INBOX", "COPY 1 Drop",
        "MOVE 1 INBOX", "MOVE 1:* Work",
    ]

    private mutating func onMailbox() -> [Step] {
        switch dice.below(6) {
        case 0: [.say("STATUS ")] + mailbox() + [.say(" (MESSAGES UIDNEXT)")]
        case 1: [.say("CREATE ")] + mailbox()
        case 2: [.say("DELETE ")] + mailbox()
        case 3: [.say("RENAME ")] + mailbox() + [.say(" ")] + mailbox()
        case 4: [.say(dice.pick(["SUBSCRIBE ", "UNSUBSCRIBE "]))] + mailbox()
        default:
            [.say(dice.pick(["COPY 1 ", "MOVE 1:2 ", "UID COPY 1:3 ", "UID MOVE 1 "]))] + mailbox()
        }
    }

    private mutating func append() -> [Step] {
        let flags = dice.pick(["", "(\\Seen) ", "(\\Deleted \\Flagged Junk) ", "() "])
        let body = String(repeating: "c9 LOGOUT\r\n", count: dice.below(5))
        return [.say("APPEND ")] + mailbox() + [.say(" \(flags)")] + literal(body)
    }

    private mutating func rarely() -> [Step] {
        switch dice.below(8) {
        case 0: return [.say("LOGOUT")]
        case 1, 2: return [.say("SEARCH SUBJECT ")] + literal("gr\u{FC}n")
        case 3:
            return [.say("SEARCH CHARSET UTF-8 TEXT ")] + literal("\u{E9}t\u{E9}") + [.say(" SEEN")]
        default:
            isIdling = true
            return [.say("IDLE")]
        }
    }

    private mutating func mailbox() -> [Step] {
        string(
            dice.pick([
                "INBOX", "inbox", "Work", "Work/Deep", "Archive", "Archive/2019", "Secret",
                "Secret/Plans", "SECRET", "Listed", "Drop", "Marked", "Keep/x", "Nope", "a//b",
                "&AOl-", "New", "Work/New", "~root", "Work",
            ])
        )
    }

    private mutating func string(_ text: String) -> [Step] {
        switch dice.below(4) {
        case 0: literal(text)
        case 1: [.say("\"\(text)\"")]
        default: [.say(text)]
        }
    }

    private mutating func literal(_ text: String) -> [Step] {
        let size = text.utf8.count
        if dice.hits(50) { return [.say("{\(size)+}\r\n\(text)")] }
        return [.say("{\(size)}\r\n"), .waitForContinuation, .say(text)]
    }
}
