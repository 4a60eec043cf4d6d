// One session of the sample trail: it logs in, looks into mailboxes, reads, files, and leaves.
import Audit
import Bytes
import Chance

/// What a session writes, record by record.
struct SampleSession {
    private enum Step { case open, login, select, work, outcome, close, end }

    private let user: Users.User
    private var facts: SessionFacts
    private var step = Step.open
    private var commands: Int
    private var command: UInt64 = 0
    private var mailbox = "INBOX"
    private var pending: Record?

    init(_ user: Users.User, _ dice: inout Dice) {
        self.user = user
        commands = 5 + dice.below(60)
        facts = SessionFacts()
        let digits = String(dice.next(), radix: 16)
        facts.session = String(repeating: "0", count: 16 - digits.count) + digits
        facts.listener = "imaps"
        facts.clientAddress = user.address
        facts.clientPort = UInt16(20_000 + dice.below(40_000))
        facts.tlsVersion = "TLSv1.3"
        facts.tlsCipher = "TLS_AES_256_GCM_SHA384"
        facts.serverName = "imap.example.org"
        facts.backend = "main"
        facts.policyRevision = "6d0f1c6a2b9e4f31"
    }

    /// The next record; nil when the session is over.
    mutating func next(_ dice: inout Dice) -> Record? {
        switch step {
        case .open:
            step = .login
            return event(.connectionOpen)
        case .login:
            guard dice.below(40) > 0 else {
                step = .close
                facts.user = user.name
                return event(.authenticationFail)
            }
            facts.user = user.name
            facts.method = "password"
            step = .select
            return event(.authenticationOK)
        case .select:
            mailbox = Self.mailbox(of: user, &dice)
            return decide(.select, "SELECT", "", dice.below(30) == 0)
        case .work: return work(&dice)
        case .outcome:
            step = commands > 0 ? dice.below(12) == 0 ? .select : .work : .close
            return pending
        case .close:
            step = .end
            return event(.connectionClose)
        case .end: return nil
        }
    }

    private static func mailbox(of user: Users.User, _ dice: inout Dice) -> String {
        dice.pick([
            "INBOX", "INBOX", "INBOX", "Sent", "Drafts", "Archive/2025", "Archive/2026", "Trash",
            "Shared/team\(user.number % 50)", "Projects/p\(user.number)",
        ])
    }

    private func event(_ event: Event) -> Record { Record(event, .event, session: facts.encoded) }

    private mutating func work(_ dice: inout Dice) -> Record {
        let uid = 1 + dice.below(20_000)
        switch dice.below(100) {
        case 0..<45:
            return decide(.fetch, "UID FETCH", "\(uid) (BODY.PEEK[])", false, "\(uid)", 1, 40_000)
        case 45..<65:
            let last = uid + 200
            let set = "\(uid):\(last)"
            return decide(.fetch, "UID FETCH", "\(set) (FLAGS)", false, set, 201, 0)
        case 65..<80:
            return decide(.store, "UID STORE", "\(uid) +FLAGS (\\Seen)", false, "\(uid)", 1)
        case 80..<90: return decide(.search, "UID SEARCH", "UNSEEN", false)
        case 90..<97: return decide(.append, "APPEND", "(\\Seen)", false, "", 1, 9000)
        case 97..<99: return decide(.expunge, "UID EXPUNGE", "\(uid)", dice.below(2) == 0)
        default: return decide(.delete, "DELETE", "", true)
        }
    }

    private mutating func decide(
        _ event: Event,
        _ verb: Phrase,
        _ arguments: String,
        _ isRefused: Bool,
        _ uids: String = "",
        _ messages: UInt64 = 0,
        _ bytes: UInt64 = 0
    ) -> Record {
        commands -= 1
        command += 1
        var record = Record(
            event,
            .decision,
            verdict: isRefused ? .deny : .allow,
            session: facts.encoded
        )
        record.sequence = command
        record.tag = ShortBytes("a\(command)")
        record.verb = verb
        record.state = "selected"
        record.mailbox = Record.Mailbox(
            raw: Array(mailbox.utf8),
            canonical: Array(mailbox.utf8),
            needed: "r",
            held: isRefused ? "l" : "lrswipkxte",
            missing: isRefused ? "r" : "",
            rules: isRefused ? ["rule-\(user.number % 20)"] : []
        )
        record.arguments = ShortBytes(arguments)
        if isRefused {
            record.reason = "Access denied by policy"
            record.code = "NOPERM"
            step = commands > 0 ? .work : .close
            return record
        }
        var outcome = Record(event, .outcome, session: facts.encodedIdentity)
        outcome.sequence = command
        outcome.result = .ok
        outcome.state = "selected"
        outcome.arguments = ShortBytes(uids)
        outcome.messages = messages
        outcome.bytes = bytes
        outcome.duration = 1234
        pending = outcome
        step = .outcome
        return record
    }
}
