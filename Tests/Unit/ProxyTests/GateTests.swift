// Before the login: what is offered, what is refused, and what a login must have gone through.
import Audit
import Authentication
import Bytes
import Proxy
import Testing

@Suite("Before the login")
struct GateTests {
    @Test func greetsWithWhatItOffers() {
        let talk = Conversation()
        #expect(
            talk.heardByClient()
                == "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=LOGIN LITERAL- ID] Postern ready\n"
        )
    }

    @Test func offersNothingButTLSBeforeTLS() {
        let talk = Conversation(tls: nil, offersStartTLS: true)
        #expect(talk.heardByClient().contains("[CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED ID]"))
        #expect(talk.client("a LOGIN ann secret\n").hasPrefix("a NO [PRIVACYREQUIRED]"))
        #expect(talk.client("b AUTHENTICATE PLAIN\n").hasPrefix("b NO [PRIVACYREQUIRED]"))
        #expect(talk.client("c SELECT INBOX\n").hasPrefix("c BAD"))
        #expect(talk.client("d STARTTLS\n") == "d OK Begin TLS\n")
        #expect(talk.takeEffects() == [.startClientTLS])
        talk.secured(.plainUser)
        #expect(talk.client("e CAPABILITY\n").contains("AUTH=PLAIN"))
    }

    @Test func closesOnPlaintextBehindStartTLS() {
        let talk = Conversation(tls: nil, offersStartTLS: true)
        talk.client("d STARTTLS\ne NOOP\n")
        #expect(talk.isClosed)
        #expect(!talk.takeEffects().contains(.startClientTLS))
        #expect(talk.records.contains { $0.event == .smuggling })
    }

    @Test func refusesStartTLSUnderTLS() {
        #expect(
            Conversation().client("a STARTTLS\n").hasSuffix("a BAD Unknown or disabled command\n")
        )
    }

    @Test func logsInWithRecordBeforeCredentials() {
        let talk = Conversation(settings: .sample(emulations: .none))
        talk.acknowledges = false
        talk.client("a LOGIN ann secret\n")
        #expect(talk.takeEffects() == [.admitLogin(user: "ann")])
        talk.admit()
        let credentials = Credentials(
            user: "ann",
            password: Secret("secret"),
            host: "192.0.2.7"
        )
        #expect(talk.takeEffects() == [.authenticate(credentials)])
        talk.pam(.accepted)
        #expect(talk.takeEffects().contains(.connectBackend(0)))
        talk.backend("* OK [CAPABILITY IMAP4rev1] ready\n")
        #expect(talk.heardByBackend() == "")
        talk.acknowledge()
        #expect(talk.heardByBackend() == "g1 LOGIN \"ann\" \"secret\"\n")
        talk.backend("g1 OK [CAPABILITY IMAP4rev1 NAMESPACE IDLE XHIDDEN] hello\n")
        #expect(talk.heardByBackend() == "g2 NAMESPACE\n")
        talk.backend("* NAMESPACE ((\"\" \"/\")) NIL NIL\n")
        #expect(
            talk.backend("g2 OK x\n")
                == "a OK [CAPABILITY IMAP4rev1 LITERAL- ID ENABLE IDLE NAMESPACE "
                + "APPENDLIMIT=67108864 UTF8=ACCEPT ACL RIGHTS=texk COMPRESS=DEFLATE] Logged in\n"
        )
        #expect(talk.takeEffects() == [.sendTicket])
    }

    @Test(
        "asks for the delimiter by LIST where NAMESPACE doesn't tell it",
        arguments: [
            ("IMAP4rev1 NAMESPACE", ["* NAMESPACE NIL NIL NIL\ng2 OK x\n"]),
            ("IMAP4rev1 NAMESPACE", ["* NAMESPACE ((\"\" NIL)) NIL NIL\ng2 OK x\n"]),
            ("IMAP4rev1 NAMESPACE", ["g2 BAD x\n"]),
            ("IMAP4rev1", []),
        ]
    )
    func asksForDelimiter(capabilities: String, answers: [String]) {
        let talk = Conversation()
        talk.client("a LOGIN ann secret\n")
        talk.admit()
        talk.pam(.accepted)
        talk.backend("* OK [CAPABILITY IMAP4rev1] ready\n")
        talk.backend("g1 OK [CAPABILITY \(capabilities)] hello\n")
        for answer in answers {
            #expect(talk.heardByBackend().hasSuffix("g2 NAMESPACE\n"))
            talk.backend(answer)
        }
        let tag = "g\(2 + answers.count)"
        #expect(talk.heardByBackend().hasSuffix("\(tag) LIST \"\" \"\"\n"))
        #expect(talk.backend("* LIST () \".\" \"\"\n\(tag) OK x\n").contains("a OK"))
        #expect(talk.client("b LIST \"\" \"\"\n").contains("\".\""))
    }

    @Test(
        "tells the client why, and no more",
        arguments: [
            (AuthenticationAnswer.rejected, "a NO [AUTHENTICATIONFAILED] Authentication failed\n"),
            (.expired, "a NO [EXPIRED] Password or account has expired\n"),
            (.forbidden, "a NO [CONTACTADMIN] Account is disabled\n"),
            (.unavailable, "a NO [UNAVAILABLE] Service is temporarily unavailable\n"),
        ]
    )
    func refuses(answer: AuthenticationAnswer, text: String) {
        let talk = Conversation()
        talk.acknowledges = false
        talk.client("a LOGIN ann wrong\n")
        talk.admit()
        talk.pam(answer)
        #expect(!talk.heardByClient().contains("a NO"))
        talk.acknowledge()
        #expect(talk.heardByClient() == text)
        #expect(talk.records.last?.event == .authenticationFail)
    }

    @Test(
        "takes SASL in every form",
        arguments: [
            ["a AUTHENTICATE PLAIN AGFubgBzZWNyZXQ=\n"],
            ["a AUTHENTICATE PLAIN\n", "AGFubgBzZWNyZXQ=\n"],
            ["a AUTHENTICATE LOGIN\n", "YW5u\n", "c2VjcmV0\n"],
            ["a AUTHENTICATE LOGIN YW5u\n", "c2VjcmV0\n"],
            ["a LOGIN {3}\n", "ann {6}\n", "secret\n"],
            ["a login {3+}\nann \"secret\"\n"],
        ]
    )
    func takes(lines: [String]) {
        let talk = Conversation()
        for line in lines { talk.client(line) }
        #expect(talk.takeEffects() == [.admitLogin(user: "ann")])
        talk.admit()
        let credentials = Credentials(user: "ann", password: Secret("secret"), host: "192.0.2.7")
        #expect(talk.takeEffects() == [.authenticate(credentials)])
    }

    @Test func cancelsAnExchange() {
        let talk = Conversation()
        talk.client("a AUTHENTICATE PLAIN\n")
        #expect(talk.client("*\n") == "a BAD Authentication cancelled\n")
        #expect(talk.client("b NOOP\n") == "b OK NOOP completed\n")
    }

    @Test(
        "refuses names that mean something to a server behind",
        arguments: ["ann*master", "dom/ann/box", "ann+x", "a%b", "anyone", "ann box", "-ann"]
    )
    func refusesName(name: String) {
        let talk = Conversation()
        talk.client("a LOGIN \"\(name)\" secret\n")
        #expect(talk.takeEffects().allSatisfy { $0 == .loginEnded(user: "", succeeded: false) })
        #expect(talk.clientHeard.contains("a NO [AUTHENTICATIONFAILED]"))
    }

    @Test func refusesAUserWithoutARoute() {
        let talk = Conversation()
        talk.client("a LOGIN zoe secret\n")
        talk.admit()
        talk.pam(.accepted)
        #expect(talk.clientHeard.hasSuffix("a NO [AUTHORIZATIONFAILED] Not authorized\r\n"))
        #expect(!talk.takeEffects().contains(.connectBackend(0)))
    }

    @Test func closesAfterThreeFailedLogins() {
        let talk = Conversation()
        for tag in ["a", "b", "c"] {
            talk.client("\(tag) LOGIN ann wrong\n")
            talk.admit()
            talk.pam(.rejected)
        }
        #expect(talk.clientHeard.hasSuffix("* BYE Too many failed logins\r\n"))
        #expect(talk.isClosed)
    }

    @Test func closesOnMoreThanEightKiB() {
        let talk = Conversation()
        for number in 0..<400 { talk.client("t\(number) NOOP 0123456789012345\n") }
        #expect(talk.isClosed)
        let long = Conversation()
        long.client("a LOGIN ann \"" + String(repeating: "x", count: 9000))
        #expect(long.isClosed)
    }

    @Test func closesOnTheSlow() {
        let talk = Conversation()
        talk.waitForDeadline()
        #expect(talk.isClosed)
        #expect(talk.clientHeard.hasSuffix("* BYE Too slow\r\n"))
    }

    @Test("turns other protocols away", arguments: ["GET / HTTP/1.1\n", "POST / HTTP/1.1\n"])
    func turnsAway(line: String) {
        let talk = Conversation()
        talk.client(line)
        #expect(talk.isClosed)
    }

    @Test func hasNoLoginWithoutARecorder() {
        let talk = Conversation()
        talk.recorder(isAvailable: false)
        #expect(
            talk.client("a LOGIN ann secret\n").hasSuffix(
                "a NO [UNAVAILABLE] Service is temporarily unavailable\n"
            )
        )
        #expect(talk.takeEffects().isEmpty)
        talk.recorder(isAvailable: true)
        talk.client("b LOGIN ann secret\n")
        #expect(talk.takeEffects() == [.admitLogin(user: "ann")])
    }

    @Test func keepsPasswordsOutOfRecords() {
        let talk = Conversation.loggedIn()
        #expect(!talk.records.contains { "\($0)".contains("secret\"") })
    }
}

@Suite("Certificates")
struct CertificateLoginTests {
    private var ann: CertificateFacts {
        var facts = CertificateFacts()
        facts.emailAddresses = ["ann"]
        return facts
    }

    @Test func logInAlone() {
        let settings = Settings.sample(
            login: .plainProxy(user: "gate", password: Secret("pw")),
            certificate: .alone
        )
        let talk = Conversation(tls: .holding(ann), settings: settings)
        #expect(talk.heardByClient().contains("AUTH=EXTERNAL"))
        talk.client("a AUTHENTICATE EXTERNAL =\n")
        talk.admit()
        #expect(talk.takeEffects().contains(.connectBackend(0)))
        talk.backend("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hi\n")
        #expect(talk.heardByBackend() == "g1 AUTHENTICATE PLAIN YW5uAGdhdGUAcHc=\n")
    }

    @Test func speakForNobodyElse() {
        let settings = Settings.sample(certificate: .alone)
        let talk = Conversation(tls: .holding(ann), settings: settings)
        talk.client("a AUTHENTICATE EXTERNAL Ym9i\n")
        #expect(talk.clientHeard.hasSuffix("a NO [AUTHORIZATIONFAILED] Not authorized\r\n"))
    }

    @Test func withTwoNamesAreRefused() {
        var two = ann
        two.emailAddresses.append("bob")
        let talk = Conversation(tls: .holding(two), settings: .sample(certificate: .alone))
        talk.client("a AUTHENTICATE EXTERNAL =\n")
        #expect(talk.clientHeard.contains("a NO [AUTHENTICATIONFAILED]"))
    }

    @Test func areNotOfferedWithoutOne() {
        let talk = Conversation(settings: .sample(certificate: .alone))
        #expect(!talk.heardByClient().contains("AUTH=EXTERNAL"))
        #expect(talk.client("a AUTHENTICATE EXTERNAL =\n").hasPrefix("a NO"))
    }

    @Test(
        "must match the password's user",
        arguments: [AuthenticationSettings.CertificateUse.withPassword, .alone]
    )
    func mustMatch(use: AuthenticationSettings.CertificateUse) {
        let settings = Settings.sample(certificate: use)
        let talk = Conversation(tls: .holding(ann), settings: settings)
        talk.client("a LOGIN bob@example.org secret\n")
        #expect(talk.clientHeard.contains("a NO [AUTHENTICATIONFAILED]"))
        talk.client("b LOGIN ann secret\n")
        #expect(talk.takeEffects().contains(.admitLogin(user: "ann")))
    }
}

@Suite("Towards the backend")
struct BackendLoginTests {
    private func reach(_ settings: Settings) -> Conversation {
        let talk = Conversation(settings: settings)
        talk.client("a LOGIN ann secret\n")
        talk.admit()
        talk.pam(.accepted)
        return talk
    }

    @Test(
        "a backend that cannot be trusted is no backend",
        arguments: [
            "* PREAUTH hello\n", "* BYE go away\n", "* NO busy\n", "hello\n", "* 5 EXISTS\n",
            "SSH-2.0-OpenSSH\n",
        ]
    )
    func refuses(greeting: String) {
        let talk = reach(.sample())
        let heard = talk.backend(greeting)
        #expect(heard.hasSuffix("a NO [UNAVAILABLE] Service is temporarily unavailable\n"))
        #expect(talk.takeEffects().contains(.closeBackend))
    }

    @Test func itsRefusalIsNotTold() {
        let talk = reach(.sample())
        talk.backend("* OK [CAPABILITY IMAP4rev1] ready\n")
        let heard = talk.backend("g1 NO [ALERT] user ann is banned on host mail7\n")
        #expect(heard == "a NO [UNAVAILABLE] Service is temporarily unavailable\n")
    }

    @Test func slownessEndsInUnavailable() {
        let talk = reach(.sample())
        talk.waitForDeadline()
        #expect(talk.clientHeard.contains("a NO [UNAVAILABLE]"))
    }

    @Test func startsTLSAndForgetsWhatCameBefore() {
        let talk = reach(.sample(security: .startTLS))
        talk.backend("* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN SASL-IR] ready\n")
        #expect(talk.heardByBackend() == "g1 STARTTLS\n")
        talk.backend("g1 OK go\n")
        #expect(talk.takeEffects().contains(.startBackendTLS))
        talk.backendSecured()
        #expect(talk.heardByBackend() == "g2 CAPABILITY\n")
        talk.backend("* CAPABILITY IMAP4rev1\ng2 OK\n")
        #expect(talk.heardByBackend() == "g3 LOGIN \"ann\" \"secret\"\n")
    }

    @Test func whatWasReachedStandsInTheTrail() throws {
        let talk = reach(.sample())
        let refusal = BackendReach.Failure("the backend can't be connected to", "refused")
        talk.backendReached(
            BackendReach(address: "192.0.2.1", port: 993, duration: 7, failure: refusal)
        )
        let tls = BackendReach.TLS(version: "TLSv1.3", cipher: "suite", fingerprint: "00ff")
        talk.backendReached(BackendReach(address: "::1", port: 993, tls: tls, duration: 8))
        let records = talk.records.filter { $0.event == .backendConnect }
        #expect(records.map(\.verdict) == [.disconnect, .allow])
        #expect(records.map(\.isDurable) == [false, false])
        #expect(records[0].reason == "the backend can't be connected to")
        #expect(records[0].arguments == ShortBytes("refused"))
        #expect(records[1].duration == 8)
        #expect(records[1].details.contains(.text("backend_cert_sha256", Array("00ff".utf8))))
        #expect(String(decoding: records[1].session, as: UTF8.self).contains(#""user":"ann""#))
    }

    @Test func injectionBeforeTLSIsRefused() {
        let talk = reach(.sample(security: .startTLS))
        talk.backend("* OK ready\n")
        let heard = talk.backend("g1 OK go\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\n")
        #expect(heard.contains("a NO [UNAVAILABLE]"))
        #expect(!talk.takeEffects().contains(.startBackendTLS))
    }

    @Test func masterAndExternalAndID() {
        let master = reach(
            .sample(
                login: .master(user: "gate", separator: "*", password: Secret("pw")),
                sendsID: true
            )
        )
        master.backend("* OK [CAPABILITY IMAP4rev1 ID] ready\n")
        let heard = master.heardByBackend()
        #expect(heard.hasPrefix("g1 ID (\"name\" \"Postern\" \"x-originating-ip\" \"192.0.2.7\""))
        #expect(heard.hasSuffix("g2 LOGIN \"ann*gate\" \"pw\"\n"))
        let external = reach(.sample(login: .external))
        external.backend("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=EXTERNAL] ready\n")
        #expect(external.heardByBackend() == "g1 AUTHENTICATE EXTERNAL YW5u\n")
    }
}

@Suite("Deadlines of a login")
struct LoginDeadlineTests {
    @Test func aBackendHasItsOwnTimeoutFromTheMomentItIsAsked() {
        var limits = Limits()
        limits.backendTimeout = .seconds(3)
        let talk = Conversation(settings: .sample(limits: limits))
        talk.client("a LOGIN ann secret\n")
        talk.admit()
        let asked = talk.now
        talk.pam(.accepted)
        talk.waitForDeadline()
        #expect(talk.clientHeard.contains("a NO [UNAVAILABLE]"))
        #expect(talk.now - asked <= 3_000_001)
    }
}
