// Strangers at the gate: what they may cost, what they may learn, and how often they may try.
import Audit
import Authentication
import Bytes
import Proxy
import Testing

@Suite("Strangers")
struct GateAttackTests {
    @Test(
        "are cut off when they say too much",
        arguments: [
            ["a AUTHENTICATE PLAIN " + String(repeating: "A", count: 9000)],
            ["a AUTHENTICATE PLAIN\n", String(repeating: "A", count: 9000)],
            ["a LOGIN {5000+}\n"], ["a LOGIN {99999999999999999999}\n"],
            ["a APPEND x {5}\n"], ["a XYZZY {3+}\nabc\n"], ["a NOOP\rb\n"], ["a NO\0OP\n"],
            ["a AUTHENTICATE PLAIN\n", "A\0\n"], ["a AUTHENTICATE PLAIN\n", "A\rB\n"],
            ["a LOGIN" + String(repeating: " {1+}\nx", count: 20) + "\n"],
        ]
    )
    func areCutOff(lines: [String]) {
        let talk = Conversation()
        for line in lines { talk.client(line) }
        #expect(talk.isClosed)
        #expect(talk.clientHeard.components(of: "* BYE") == 1)
        #expect(!talk.clientHeard.contains("+ Ready"))
    }

    @Test(
        "are asked for no literal that is refused",
        arguments: ["XYZZY {3}", "LOGIN {5000}", "LOGIN {9000}", "LOGIN ann {4294967296}"]
    )
    func areNotAsked(command: String) {
        let talk = Conversation()
        #expect(talk.client("a \(command)\n").contains("a BAD "))
        #expect(!talk.clientHeard.contains("+ Ready"))
        #expect(talk.client("b NOOP\n") == "b OK NOOP completed\n")
    }

    @Test func haveNoLiteralsInAnExchange() {
        let talk = Conversation()
        talk.client("a AUTHENTICATE PLAIN\n")
        #expect(talk.client("{28}\n") == "a BAD Malformed authentication response\n")
        #expect(talk.client("b NOOP\n") == "b OK NOOP completed\n")
    }

    @Test(
        "do not break the exchange by nonsense",
        arguments: [
            "=", "AGFubg==", "AGFubgBzZWNyZXQ", "AGFubgBzZWNyZXQ= ", "AGFubgBzAHQ=", "!", "",
        ]
    )
    func doNotBreak(response: String) {
        let talk = Conversation()
        talk.client("a AUTHENTICATE PLAIN\n")
        #expect(talk.client("\(response)\n") == "a BAD Malformed authentication response\n")
        #expect(talk.takeEffects().isEmpty)
    }

    @Test func mayCancelAtEveryStep() {
        let talk = Conversation()
        talk.client("a AUTHENTICATE LOGIN\nYW5u\n")
        #expect(talk.client("*\n") == "a BAD Authentication cancelled\n")
        #expect(talk.records.contains { $0.event == .authenticationCancel })
        #expect(talk.takeEffects().isEmpty)
    }

    @Test func actForNobodyElse() {
        let talk = Conversation()
        // bob NUL ann NUL secret
        talk.client("a AUTHENTICATE PLAIN Ym9iAGFubgBzZWNyZXQ=\n")
        #expect(talk.clientHeard.hasSuffix("a NO [AUTHORIZATIONFAILED] Not authorized\r\n"))
        #expect(!talk.takeEffects().contains { if case .authenticate = $0 { true } else { false } })
    }

    @Test func whoAreThrottledAreNotAskedAbout() {
        let talk = Conversation()
        talk.client("a LOGIN ann secret\n")
        _ = talk.takeEffects()
        talk.admit(false)
        #expect(
            talk.clientHeard.hasSuffix("a NO [LIMIT] Too many failed logins, try again later\r\n")
        )
        #expect(talk.takeEffects().isEmpty)
        talk.pam(.accepted)
        #expect(talk.takeEffects().isEmpty)
    }

    @Test func countTheirFailuresWhateverTheWay() {
        let talk = Conversation()
        talk.client("a LOGIN \"ann*master\" secret\n")
        talk.client("b AUTHENTICATE PLAIN AGFubgBzZWNyZXQ=\n")
        talk.admit()
        talk.pam(.rejected)
        #expect(!talk.isClosed)
        talk.client("c LOGIN ../ann x\n")
        #expect(talk.isClosed)
        let ended = talk.takeEffects().filter {
            if case .loginEnded(_, succeeded: false) = $0 { true } else { false }
        }
        #expect(ended.count == 3)
    }

    @Test func forgetWhatWasSaidBeforeTLS() {
        let talk = Conversation(tls: nil, offersStartTLS: true)
        talk.client("a AUTHENTICATE PLAIN AGFubgBzZWNyZXQ=\n")
        talk.client("b STARTTLS\n")
        talk.secured(.plainUser)
        _ = talk.heardByClient()
        #expect(talk.client("c NOOP\n") == "c OK NOOP completed\n")
        #expect(talk.client("d STARTTLS\n").hasPrefix("d BAD"))
        #expect(talk.takeEffects().filter { $0 == .startClientTLS }.count == 1)
    }

    @Test func waitWithWhatTheySayBehindALogin() {
        let talk = Conversation(settings: .sample(emulations: .none))
        talk.client("a LOGIN ann secret\nb LOGIN bob@example.org secret\nc CAPABILITY\n")
        #expect(talk.takeEffects() == [.admitLogin(user: "ann")])
        talk.admit()
        talk.pam(.accepted)
        talk.backend("* OK [CAPABILITY IMAP4rev1] ready\n")
        talk.backend("g1 OK [CAPABILITY IMAP4rev1] in\n* LIST () \"/\" \"\"\n")
        talk.backend("g2 OK\n")
        #expect(
            talk.clientHeard.hasSuffix(
                "Logged in\r\nb BAD Command is not allowed in this state\r\n"
                    + "* CAPABILITY IMAP4rev1 LITERAL- ID ENABLE APPENDLIMIT=67108864 UTF8=ACCEPT ACL "
                    + "RIGHTS=texk COMPRESS=DEFLATE\r\n"
                    + "c OK CAPABILITY completed\r\n"
            )
        )
    }

    @Test(
        "need the right certificate",
        arguments: [
            AuthenticationSettings.CertificateUse.off, .withPassword,
        ]
    )
    func needTheRight(use: AuthenticationSettings.CertificateUse) {
        var facts = CertificateFacts()
        facts.emailAddresses = ["ann"]
        let talk = Conversation(tls: .holding(facts), settings: .sample(certificate: use))
        #expect(talk.client("a AUTHENTICATE EXTERNAL =\n").contains("a NO [CANNOT]"))
        #expect(talk.takeEffects().isEmpty)
    }

    @Test func withoutACertificateHaveNoPasswordEither() {
        let talk = Conversation(settings: .sample(certificate: .withPassword))
        #expect(talk.client("a LOGIN ann secret\n").contains("a NO [AUTHENTICATIONFAILED]"))
    }

    @Test func aBackendCannotAnswerBeforeItIsAsked() {
        let talk = Conversation()
        talk.client("a LOGIN ann secret\n")
        talk.admit()
        talk.acknowledges = false
        talk.pam(.accepted)
        talk.backend("* OK [CAPABILITY IMAP4rev1] ready\ng1 OK in\n")
        talk.acknowledge()
        #expect(
            talk.clientHeard.hasSuffix("a NO [UNAVAILABLE] Service is temporarily unavailable\r\n")
        )
        #expect(!talk.backendHeard.contains("LOGIN"))
    }
}
