// A small IMAP server that trusts nobody: it complains of all that a gateway must never send.
import Chance

/// Answers correctly by default, and says what only a policy can hide.
///
/// What a command may do is judged by the policy that was in force when it came.
final class ModelBackend {
    struct Traits {
        var capabilities = "IMAP4rev1"
        /// The percentage of commands beside which something unsolicited is said.
        var chatter = 0
        /// The percentage of commands that are answered with what no server may say.
        var malice = 0
        var greeting = "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] Secret host7 ready\r\n"
    }

    private(set) var complaints: [String] = []
    /// Bytes on their way to the gateway.
    var outgoing: [UInt8] = []
    private(set) var mailboxes: [String: ModelMailbox] = [:]
    var selected: String?
    var isExamined = false
    private(set) var isClosed = false
    private var hasLied = false

    var dice: Dice
    let traits: Traits
    private var input: [UInt8] = []
    private var parts: [CommandPart] = []
    private var literalBytes: Int?
    /// The policy under which the command under way began.
    private var stamp = 0
    private var waiting: [Job] = []
    private var idleTag: String?
    private var lastNumber = 0
    /// Nothing may come until the work at hand is done.
    private var isAsking = false
    /// The first lines of commands that have begun and were not looked at yet.
    private var heads: [String] = []

    private enum Job {
        case command(String, [Lexeme], policy: Int)
        case askForLiteral(Int)
        case endIdle
    }

    init(_ traits: Traits, dice: Dice) {
        self.traits = traits
        self.dice = dice
        for name in [
            "INBOX", "Work", "Work/Deep", "Archive", "Archive/2019", "Secret", "Secret/Plans",
            "Listed", "Drop", "Marked", "Keep/x",
        ] {
            mailboxes[name] = ModelMailbox(count: self.dice.below(4))
        }
    }

    /// Takes a new connection, whatever became of the last.
    func connect() {
        outgoing = []
        input = []
        parts = []
        literalBytes = nil
        waiting = []
        idleTag = nil
        lastNumber = 0
        isAsking = false
        selected = nil
        isClosed = false
        say(traits.greeting)
    }

    var isBusy: Bool { !waiting.isEmpty }

    /// After a lie the gateway cannot know what is selected, and is not to blame.
    func complain(_ text: String) { if !hasLied { complaints.append(text) } }

    func say(_ text: String) { outgoing += Array(text.utf8) }

    // MARK: Reading

    func takeHeads() -> [String] {
        defer { heads = [] }
        return heads
    }

    func hear(_ bytes: [UInt8], policy: Int) {
        guard !isClosed, !bytes.isEmpty else { return }
        if isAsking { complain("bytes before the continuation request") }
        input += bytes
        while !isAsking, readOne(policy: policy) {}
    }

    /// Reads one line or literal; false when there is none yet.
    private func readOne(policy: Int) -> Bool {
        if let size = literalBytes {
            guard input.count >= size else { return false }
            parts.append(.literal(Array(input.prefix(size))))
            input.removeFirst(size)
            literalBytes = nil
            return true
        }
        guard let end = input.firstIndex(of: 0x0A) else { return false }
        guard end > 0, input[end - 1] == 0x0D else {
            complain("bare line feed")
            return false
        }
        let line = String(decoding: input[..<(end - 1)], as: UTF8.self)
        input.removeFirst(end + 1)
        if parts.isEmpty { stamp = policy }
        take(line)
        return true
    }

    private func take(_ line: String) {
        if idleTag != nil {
            if line != "DONE" { complain("'\(line)' in IDLE") }
            isAsking = true
            return waiting.append(.endIdle)
        }
        if parts.isEmpty { heads.append(line) }
        guard let marker = LiteralMarker(line) else {
            parts.append(.text(line))
            return complete()
        }
        parts.append(.text(marker.before))
        literalBytes = marker.size
        if marker.isNonSynchronizing {
            if !traits.capabilities.contains("LITERAL") { complain("literal nobody asked for") }
        } else {
            isAsking = true
            waiting.append(.askForLiteral(marker.size))
        }
    }

    private func complete() {
        let text = parts
        parts = []
        guard let words = lexemes(of: text), words.count > 1, case .word(let tag) = words[0] else {
            return complain("not canonical: \(text)")
        }
        checkTag(tag)
        if words[1] == .word("IDLE") { isAsking = true }
        waiting.append(.command(tag, Array(words.dropFirst()), policy: stamp))
    }

    private func checkTag(_ tag: String) {
        guard tag.first == "g", let number = Int(tag.dropFirst()), number > lastNumber,
            number == lastNumber + 1 || lastNumber <= 15
        else { return complain("tag \(tag) after g\(lastNumber)") }
        lastNumber = number
    }

    // MARK: Working

    /// Does the next piece of work.
    func work() {
        guard !isClosed, !waiting.isEmpty else { return }
        switch waiting.removeFirst() {
        case .askForLiteral(let size): ask(size)
        case .endIdle:
            isAsking = false
            chat()
            say("\(idleTag ?? "*") OK idle ended\r\n")
            idleTag = nil
        case .command(let tag, let words, let policy): perform(tag, words, policy)
        }
        while !isAsking, readOne(policy: stamp) {}
    }

    private func ask(_ size: Int) {
        isAsking = false
        if let refusal = refusedAppend() {
            parts = []
            literalBytes = nil
            return say(refusal)
        }
        say("+ Secret host7 wants \(size)\r\n")
    }

    /// The answer to an APPEND whose mailbox is not there, instead of a continuation request.
    private func refusedAppend() -> String? {
        guard let words = lexemes(of: parts), words.count > 2, words[1] == .word("APPEND"),
            mailboxes[words[2].text] == nil || dice.hits(10)
        else { return nil }
        return "\(words[0].text) NO [TRYCREATE] No mailbox Secret or such\r\n"
    }

    private func perform(_ tag: String, _ words: [Lexeme], _ policy: Int) {
        chat()
        if dice.hits(traits.malice) { misbehave(tag) }
        if words[0] == .word("IDLE") {
            isAsking = false
            if dice.hits(10) { return say("\(tag) NO not now, Secret\r\n") }
            idleTag = tag
            return say("+ idling with Secret\r\n")
        }
        if words[0] == .word("LOGOUT") { isClosed = true }
        var command = ModelCommand(words, policy: policy)
        let answer = command.run(on: self)
        say("\(tag) \(answer) Secret host7 says so\r\n")
    }

    // MARK: Talking out of turn

    /// Says what any server may say at any time.
    private func chat() {
        guard dice.hits(traits.chatter) else { return }
        let anyTime = [
            "* LIST () \"/\" \"Secret/Plans\"\r\n", "* STATUS Secret (MESSAGES 2)\r\n",
            "* OK Secret is here\r\n", "* NO Secret is full\r\n", "* X-SECRET Secret 12\r\n",
            "* OK [ALERT] Secret\r\n", "* CAPABILITY IMAP4rev1 XSECRET\r\n",
            "* LSUB () \"/\" secret\r\n", "* OK [REFERRAL imap://secret/Secret] x\r\n",
        ]
        say(dice.pick(anyTime))
        guard let selected, let box = mailboxes[selected], !box.messages.isEmpty else { return }
        if dice.hits(50) {
            say("* \(1 + dice.below(box.messages.count)) FETCH (FLAGS (\\Answered))\r\n")
        }
    }

    private func misbehave(_ tag: String) {
        hasLied = true
        let illegal = [
            "g9999 OK Secret\r\n", "* PREAUTH Secret\r\n", "+ Secret out of turn\r\n",
            "Secret garbage\r\n", "* 1 FETCH (BODY[] {5+}\r\n", "* SEARCH Secret\r\n",
            "* BYE Secret\r\n", "* 0 FETCH (UID 1)\r\n", "* 1 EXPUNGE\r\n", "\(tag) OK twice\r\n",
            "* ESEARCH (TAG \"Secret\") UID ALL 1\r\n", "* LIST () \"/\" &AOl-Secret\r\n",
            "* ENABLED QRESYNC\r\n", "* 3 FETCH (X-SECRET {6}\r\nSecret UID 3)\r\n",
            "* VANISHED 1:3\r\n", "* 7 EXISTS\r\n", "* 2 FETCH (BODY[] {6}\r\nSecret)\r\n",
        ]
        say(dice.pick(illegal))
    }

    func update(_ name: String, _ change: (inout ModelMailbox) -> Void) {
        guard var box = mailboxes[name] else { return }
        change(&box)
        mailboxes[name] = box
    }

    func set(_ name: String, _ box: ModelMailbox?) { mailboxes[name] = box }
}

/// `{5}` or `{5+}` at the end of a line.
struct LiteralMarker {
    let before: String
    let size: Int
    let isNonSynchronizing: Bool

    init?(_ line: String) {
        guard line.hasSuffix("}"), let open = line.lastIndex(of: "{") else { return nil }
        var digits = line[line.index(after: open)...].dropLast()
        isNonSynchronizing = digits.last == "+"
        if isNonSynchronizing { digits = digits.dropLast() }
        guard let size = Int(digits) else { return nil }
        self.size = size
        before = String(line[..<open])
    }
}
