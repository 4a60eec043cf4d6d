// Every phase of a session, and whatever can break in it: nobody hears half a thing, or two ends.
import Chance
import Audit
import Authentication
import Bytes
import Proxy
import Testing

/// A moment in a session's life.
enum Phase: String, CaseIterable, CustomTestStringConvertible {
    case greeted, halfCommand, halfLiteral, challenged, admitting, verifying, identityUnwritten
    case refusalUnwritten, handshaking, backendSilent, backendAsked, backendLoggingIn, namesAsked
    case quiet, asked, halfRelayed, heldForDisk, heldAtMessage, refusalHeld, barrier, probing
    case selecting, leaving, keepingBack
    case messageAsked, messageStreaming, messageEnding, passingBy, idleAsked, idling, idleEnding
    case halfResponse

    var testDescription: String { rawValue }

    var isBeforeLogin: Bool { Self.before.contains(self) }

    private static let before: [Phase] = [
        .greeted, .halfCommand, .halfLiteral, .challenged, .admitting, .verifying,
        .identityUnwritten, .refusalUnwritten, .handshaking, .backendSilent, .backendAsked,
        .backendLoggingIn, .namesAsked,
    ]

    /// A session at this moment.
    func reached() -> Conversation {
        isBeforeLogin ? reachedBeforeLogin() : reachedAfterLogin()
    }

    private func reachedBeforeLogin() -> Conversation {
        if self == .handshaking {
            let talk = Conversation(tls: nil, offersStartTLS: true)
            talk.client("a STARTTLS\n")
            return talk
        }
        let talk = Conversation()
        let steps: [(Phase, () -> Void)] = [
            (.admitting, { talk.client("a LOGIN ann hunter2\n") }), (.verifying, { talk.admit() }),
            (
                .identityUnwritten,
                {
                    talk.acknowledges = false
                    talk.pam(.accepted)
                }
            ),
            (
                .backendSilent,
                {
                    talk.acknowledges = true
                    talk.acknowledge()
                }
            ),
            (.backendAsked, { talk.backend("* OK ready\n") }),
            (.backendLoggingIn, { talk.backend("* CAPABILITY IMAP4rev1\ng1 OK\n") }),
            (.namesAsked, { talk.backend("g2 OK [CAPABILITY IMAP4rev1 NAMESPACE] in\n") }),
        ]
        switch self {
        case .greeted: break
        case .halfCommand: talk.client("a LOG")
        case .halfLiteral: talk.client("a LOGIN {3}\nan")
        case .challenged: talk.client("a AUTHENTICATE PLAIN\n")
        case .refusalUnwritten:
            talk.client("a LOGIN ann wrong\n")
            talk.admit()
            talk.acknowledges = false
            talk.pam(.rejected)
        default:
            for (phase, step) in steps {
                step()
                if phase == self { break }
            }
        }
        return talk
    }

    private func reachedAfterLogin() -> Conversation {
        let capabilities = self == .keepingBack ? "IMAP4rev1 UNSELECT" : Conversation.capabilities
        let talk = Conversation.loggedIn(capabilities: capabilities)
        talk.client("s SELECT INBOX\n")
        talk.backend("g16 OK\n")
        talk.acknowledges = self != .heldForDisk && self != .heldAtMessage && self != .refusalHeld
        switch self {
        case .asked: talk.client("a NOOP\n")
        case .halfRelayed: talk.client("a FETCH 1 UID\nb FET")
        case .heldForDisk: talk.client("a STORE 1 +FLAGS (\\Seen)\n")
        case .heldAtMessage: talk.client("a APPEND INBOX {5}\n")
        case .refusalHeld: talk.client("a STATUS Secret (MESSAGES)\n")
        case .barrier: talk.client("a CREATE New\nb NOOP\n")
        case .probing: talk.client("a DELETE Work\n")
        case .selecting: talk.client("a SELECT Work\nb STORE 1 +FLAGS (\\Seen)\n")
        case .leaving: talk.client("a SELECT Secret\n")
        case .keepingBack: talk.client("a SEARCH CHARSET UTF-8 TEXT {2+}\n\u{E9}\n")
        case .messageAsked: talk.client("a APPEND INBOX {5}\n")
        case .messageStreaming:
            talk.client("a APPEND INBOX {5}\n")
            talk.backend("+ go\n")
            talk.client("he")
        case .messageEnding:
            talk.client("a APPEND INBOX {5}\n")
            talk.backend("+ go\n")
            talk.client("hello")
        case .passingBy: talk.client("a APPEND Secret {5+}\nhe")
        case .idleAsked: talk.client("a IDLE\n")
        case .idling, .idleEnding:
            talk.client("a IDLE\n")
            talk.backend("+ idling\n")
            if self == .idleEnding { talk.client("DONE\n") }
        case .halfResponse:
            talk.client("a FETCH 1 BODY.PEEK[]\n")
            talk.backend("* 1 FETCH (BODY[] {10}\n01234")
        default: break
        }
        return talk
    }
}

/// Something that breaks.
enum Mishap: String, CaseIterable, CustomTestStringConvertible {
    case backendCloses, backendSaysBye, backendRaves, backendAsksForMore, clientCloses, deadline
    case recorderGoes, recorderFlaps, drained, reloaded, lateAnswers

    var testDescription: String { rawValue }

    func strike(_ talk: Conversation) {
        switch self {
        case .backendCloses: talk.backendClosed()
        case .backendSaysBye: talk.backend("* BYE Secret is going\n")
        case .backendRaves: talk.backend("Secret \u{1}\n")
        case .backendAsksForMore: talk.backend("+ Secret\n")
        case .clientCloses: talk.clientClosed()
        case .deadline: talk.waitForDeadline()
        case .recorderGoes: talk.recorder(isAvailable: false)
        case .recorderFlaps:
            talk.recorder(isAvailable: false)
            talk.recorder(isAvailable: true)
        case .drained: talk.drain()
        case .reloaded: talk.reload(.sample(rules: [.sample("all", ["**"], "l")]))
        case .lateAnswers:
            talk.admit()
            talk.pam(.accepted)
            talk.backendSecured()
            talk.secured(.plainUser)
        }
    }
}

@Suite("Every phase")
struct PhaseTests {
    @Test("breaks cleanly", arguments: Phase.allCases, Mishap.allCases)
    func breaks(phase: Phase, mishap: Mishap) {
        for seed in 0..<4 as Range<UInt64> {
            var dice = Dice(seed: seed)
            let talk = phase.reached()
            mishap.strike(talk)
            // Whatever else comes after it may not bring the dead to life.
            for other in Mishap.allCases.shuffled(using: &dice) { other.strike(talk) }
            talk.acknowledge()
            talk.client("z NOOP\n")
            checkOneEnd(of: talk)
        }
    }

    private func checkOneEnd(of talk: Conversation) {
        #expect(talk.takeEffects().filter { $0 == .closeClient }.count == 1)
        var ear = ClientEar()
        ear.hear(Array(talk.clientHeard.utf8))
        #expect(ear.complaints.isEmpty)
        #expect(talk.clientHeard.components(of: "* BYE") <= 1)
        // The login and the command of the phase have the same tag.
        #expect(talk.clientHeard.components(of: "\r\na ") <= 2)
        #expect(talk.records.filter { $0.event == .connectionClose }.count == 1)
    }

    @Test(
        "a login that loses its backend is answered",
        arguments: [
            Phase.identityUnwritten, .backendSilent, .backendAsked, .backendLoggingIn, .namesAsked,
        ]
    )
    func isAnswered(phase: Phase) {
        for mishap in [Mishap.backendCloses, .backendSaysBye, .backendRaves, .backendAsksForMore] {
            let talk = phase.reached()
            mishap.strike(talk)
            talk.acknowledge()
            #expect(
                talk.clientHeard.hasSuffix(
                    "a NO [UNAVAILABLE] Service is temporarily unavailable\r\n"
                )
            )
            // The door is open for another attempt, with nothing left of the first.
            talk.acknowledges = true
            talk.client("b LOGIN ann hunter2\n")
            talk.admit()
            talk.pam(.accepted)
            talk.backend("* OK [CAPABILITY IMAP4rev1] ready\n")
            #expect(talk.backendHeard.hasSuffix("g1 LOGIN \"ann\" \"hunter2\"\r\n"))
        }
    }

    @Test(
        "no slow backend costs a client its session",
        arguments: [
            Phase.asked, .heldForDisk, .heldAtMessage, .refusalHeld, .barrier, .probing, .selecting,
            .leaving, .keepingBack, .messageAsked, .idleAsked, .idleEnding, .halfResponse,
        ]
    )
    func isPatient(phase: Phase) {
        let talk = phase.reached()
        for _ in 0..<10 { talk.waitForDeadline() }
        #expect(!talk.isClosed)
    }

    @Test(
        "a stalling client is shown out",
        arguments: [
            Phase.greeted, .halfCommand, .halfLiteral, .challenged, .quiet, .halfRelayed,
            .messageStreaming, .messageEnding, .passingBy, .idling,
        ]
    )
    func isShownOut(phase: Phase) {
        let talk = phase.reached()
        talk.waitForDeadline()
        // In IDLE the backend is asked anew first.
        if phase == .idling { talk.waitForDeadline() }
        #expect(talk.isClosed)
        #expect(talk.clientHeard.components(of: "* BYE") == 1)
    }
}

extension String {
    /// How often `text` stands in it.
    func components(of text: String) -> Int {
        var count = 0
        var rest = self[...]
        while let range = rest.firstRange(of: text) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
