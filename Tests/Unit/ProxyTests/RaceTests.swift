// Races: a reload, a lost recorder, a drain or a late answer at the worst moment.
import Audit
import Authentication
import Bytes
import Policy
import Proxy
import Testing

@Suite("Races")
struct RaceTests {
    private static let readOnlyInbox = Settings.sample(
        rules: Settings.sampleRules + [.sample("inbox", ["INBOX"], "lr")]
    )
    private static let noInbox = Settings.sample(
        rules: Settings.sampleRules + [.sample("inbox", ["INBOX"], "")]
    )

    @Test func aReloadCountsForASelectUnderWay() {
        let talk = Conversation.loggedIn()
        talk.client("a SELECT INBOX\n")
        talk.reload(Self.readOnlyInbox)
        talk.backend("* 3 EXISTS\n* OK [PERMANENTFLAGS (\\Seen \\*)] x\ng16 OK [READ-WRITE]\n")
        #expect(talk.clientHeard.contains("[PERMANENTFLAGS ()]"))
        _ = talk.heardByBackend()
        #expect(talk.client("b STORE 1 +FLAGS (\\Seen)\n").hasPrefix("b NO [NOPERM]"))
        #expect(talk.client("c EXPUNGE\n").hasPrefix("c NO [NOPERM]"))
        #expect(talk.heardByBackend() == "")
        talk.client("d FETCH 1 BODY[]\n")
        #expect(talk.heardByBackend() == "g17 FETCH 1 (BODY.PEEK[])\n")
    }

    @Test func aReloadThatHidesTheMailboxEndsASelectUnderWay() {
        let talk = Conversation.loggedIn()
        talk.client("a SELECT INBOX\n")
        talk.reload(Self.noInbox)
        talk.backend("g16 OK [READ-WRITE]\n")
        #expect(talk.isClosed)
    }

    @Test func aReloadWhileTheDiskIsWrittenDecidesAnew() {
        let talk = Conversation.selected("INBOX")
        talk.acknowledges = false
        talk.client("a STORE 1 +FLAGS (\\Seen)\n")
        talk.reload(Self.readOnlyInbox)
        let told = "* OK [READ-ONLY] Mailbox is read-only by policy\n"
        #expect(talk.heardByClient() == told)
        talk.acknowledge()
        #expect(talk.heardByClient() == "")
        talk.acknowledge()
        #expect(talk.heardByClient() == "a NO [NOPERM] Mailbox is read-only by policy\n")
        #expect(talk.heardByBackend() == "")
    }

    @Test func aReloadWhileNamesAreAskedForDecidesAnew() {
        let talk = Conversation.loggedIn()
        talk.client("a DELETE Work\n")
        #expect(talk.heardByBackend() == "g16 LIST \"\" \"Work/*\"\n")
        talk.reload(.sample(rules: Settings.sampleRules + [.sample("deep", ["Work/Deep"], "lr")]))
        let heard = talk.backend("* LIST () \"/\" Work/Deep\ng16 OK\n")
        #expect(heard.hasPrefix("a NO [HASCHILDREN]"))
        #expect(talk.heardByBackend() == "")
    }

    // MARK: Time

    @Test func whoWaitsForASlowBackendIsNotIdle() {
        let talk = Conversation.loggedIn()
        talk.client("a APPEND INBOX {5}\n")
        for _ in 0..<5 { talk.waitForDeadline() }
        #expect(!talk.isClosed)
        // Asked at last, the client has its whole time to answer.
        #expect(talk.backend("+ go\n") == "+ Ready\n")
        talk.pass(.seconds(50))
        #expect(!talk.isClosed)
        talk.client("hello\n")
        talk.waitForDeadline()
        #expect(!talk.isClosed)
        #expect(talk.backend("g16 OK\n") == "a OK APPEND completed\n")
        talk.waitForDeadline()
        #expect(talk.clientHeard.hasSuffix("* BYE Idle for too long\r\n"))
    }

    @Test func whoWaitsForTheDiskIsNotIdle() {
        let talk = Conversation.selected("INBOX")
        talk.acknowledges = false
        talk.client("a STORE 1 +FLAGS (\\Seen)\n")
        for _ in 0..<5 { talk.waitForDeadline() }
        #expect(!talk.isClosed)
        talk.acknowledge()
        #expect(talk.heardByBackend() == "g17 STORE 1 +FLAGS (\\Seen)\n")
    }

    @Test func whoStopsInTheMiddleOfACommandIsThrownOut() {
        let talk = Conversation.selected("INBOX")
        talk.client("a FETCH 1 UID\nb FET")
        talk.waitForDeadline()
        #expect(talk.isClosed)
        let upload = Conversation.loggedIn()
        upload.client("a APPEND INBOX {5}\n")
        upload.backend("+ go\n")
        upload.client("he")
        upload.waitForDeadline()
        #expect(upload.isClosed)
    }

    // MARK: Draining

    @Test func drainsAfterTheCommandThatWaitsForTheDisk() {
        let talk = Conversation.selected("INBOX")
        talk.acknowledges = false
        talk.client("a STORE 1 +FLAGS (\\Seen)\n")
        talk.drain()
        #expect(!talk.isClosed)
        talk.acknowledge()
        talk.backend("g17 OK\n")
        #expect(
            talk.clientHeard.hasSuffix("a OK STORE completed\r\n* BYE Server is shutting down\r\n")
        )
        let refused = Conversation.loggedIn()
        refused.acknowledges = false
        refused.client("a SELECT Secret\n")
        refused.drain()
        refused.acknowledge()
        #expect(
            refused.clientHeard.hasSuffix("does not exist\r\n* BYE Server is shutting down\r\n")
        )
    }

    @Test func drainsAnIdlingClientAtOnce() {
        let talk = Conversation.selected("INBOX")
        talk.client("a IDLE\n")
        talk.backend("+ idling\n")
        talk.drain()
        #expect(talk.isClosed)
    }

    @Test func drainsAfterAMessageUnderWay() {
        let talk = Conversation.loggedIn()
        talk.client("a APPEND INBOX {5}\n")
        talk.backend("+ go\n")
        talk.drain()
        #expect(!talk.isClosed)
        talk.client("hello\n")
        talk.backend("g16 OK\n")
        #expect(
            talk.clientHeard.hasSuffix("a OK APPEND completed\r\n* BYE Server is shutting down\r\n")
        )
    }

    @Test func drainsAfterALoginThatIsRefused() {
        let talk = Conversation()
        talk.client("a LOGIN ann wrong\n")
        talk.admit()
        talk.drain()
        #expect(!talk.isClosed)
        talk.pam(.rejected)
        #expect(
            talk.clientHeard.hasSuffix("Authentication failed\r\n* BYE Server is shutting down\r\n")
        )
    }

    @Test func drainsAfterAHandshake() {
        let talk = Conversation(tls: nil, offersStartTLS: true)
        talk.client("a STARTTLS\n")
        talk.drain()
        talk.secured(.plainUser)
        #expect(talk.isClosed)
    }

    // MARK: Answers that come too late

    @Test func aLateAnswerOfPAMIsNotTheNextAttempts() {
        let talk = Conversation()
        talk.client("a LOGIN ann right\n")
        talk.admit()
        talk.waitForDeadline()
        talk.client("b LOGIN bob@example.org wrong\n")
        talk.admit()
        talk.pam(.accepted)
        #expect(!talk.takeEffects().contains(.connectBackend(0)))
        #expect(talk.clientHeard.contains("a NO [UNAVAILABLE]"))
    }

    @Test("a login that PAM forgets is answered once", arguments: [true, false])
    func isAnsweredOnce(hasRecorder: Bool) {
        let talk = Conversation()
        talk.client("a LOGIN ann right\n")
        talk.admit()
        talk.recorder(isAvailable: hasRecorder)
        talk.waitForDeadline()
        #expect(talk.clientHeard.components(of: "a NO [UNAVAILABLE]") == 1)
        #expect(talk.isClosed)
    }

    @Test func nothingIsSaidAfterTheEnd() {
        let talk = Conversation()
        talk.client("a LOGOUT\n")
        let heard = talk.clientHeard
        talk.waitForDeadline()
        talk.drain()
        talk.backendClosed()
        #expect(talk.clientHeard == heard)
        #expect(talk.takeEffects().filter { $0 == .closeClient }.count == 1)
        let relay = Conversation.loggedIn()
        relay.client("a LOGOUT\n")
        let said = relay.clientHeard
        relay.waitForDeadline()
        relay.drain()
        relay.backendClosed()
        relay.recorder(isAvailable: false)
        relay.recorder(isAvailable: true)
        #expect(relay.clientHeard == said)
        #expect(relay.takeEffects().filter { $0 == .closeClient }.count == 1)
    }

    // MARK: A recorder that goes away

    @Test func aLoginLosesItsNameWithTheRecorder() {
        let talk = Conversation()
        talk.acknowledges = false
        talk.client("a LOGIN ann secret\n")
        talk.admit()
        talk.pam(.accepted)
        talk.recorder(isAvailable: false)
        #expect(
            talk.heardByClient().hasSuffix(
                "a NO [UNAVAILABLE] Service is temporarily unavailable\n"
            )
        )
        #expect(talk.takeEffects().contains(.closeBackend))
        talk.recorder(isAvailable: true)
        talk.client("b NOOP\n")
        #expect(
            talk.records.last.map { String(decoding: $0.session, as: UTF8.self).contains("ann") }
                == false
        )
    }

    @Test func aNewPolicysRevisionStandsInTheRecordsOfALoginUnderWay() {
        let talk = Conversation()
        talk.client("a LOGIN ann secret\n")
        talk.reload(.sample(revision: "r2"))
        talk.admit()
        #expect(talk.records.isEmpty == false)
        talk.pam(.accepted)
        #expect(
            talk.records.last.map { String(decoding: $0.session, as: UTF8.self).contains("r2") }
                == true
        )
    }

    @Test func halfAResponseIsNotInterruptedByARecorderThatComesBack() {
        let talk = Conversation.selected("INBOX")
        talk.client("a FETCH 1 BODY.PEEK[]\n")
        talk.backend("* 1 FETCH (BODY[] {10}\n01234")
        talk.recorder(isAvailable: false)
        talk.client("b CREATE Archive/x\n")
        talk.recorder(isAvailable: true)
        talk.acknowledge()
        #expect(!talk.clientHeard.contains("b NO"))
        talk.backend("56789)\ng17 OK\n")
        #expect(
            talk.clientHeard.hasSuffix(
                "0123456789)\r\na OK FETCH completed\r\nb NO [NOPERM] Access denied by policy\r\n"
            )
        )
    }

    private static func inbox(_ letters: String, _ others: Rule...) -> Settings {
        .sample(rules: [.sample("inbox", ["INBOX"], letters)] + others)
    }

    @Test func aPlanGoesOnUnderAPolicyThatLeavesItAsItWas() {
        let talk = Conversation.selected("INBOX", settings: Self.inbox("lrst"))
        talk.client("a STORE 1 FLAGS (\\Deleted)\n")
        _ = talk.heardByBackend()
        talk.reload(Self.inbox("lrst", .sample("work", ["Work"], "lr")))
        talk.backend("g17 OK\n")
        #expect(talk.heardByBackend() == "g18 STORE 1 +FLAGS (\\Deleted)\n")
    }

    @Test func whatAStoreHasStillToSetIsWhatMayBeSetByNow() {
        let talk = Conversation.selected("INBOX", settings: Self.inbox("lrst"))
        talk.client("a STORE 1 FLAGS (\\Deleted)\n")
        _ = talk.heardByBackend()
        talk.reload(Self.inbox("lrs"))
        #expect(talk.backend("g17 OK\n") == "a NO [NOPERM] Access denied by policy\n")
        #expect(!talk.heardByBackend().contains("Deleted"))
    }

    @Test func ofMoreNamesThanAreKeptNoStatusIsAsked() {
        let talk = Conversation.loggedIn(
            settings: .sample(rules: []),
            capabilities: "IMAP4rev1 UNSELECT LIST-EXTENDED"
        )
        talk.client("a LIST \"\" * RETURN (STATUS (MESSAGES))\n")
        _ = talk.heardByBackend()
        for number in 0...10_000 { talk.backend("* LIST () \"/\" m\(number)\n") }
        #expect(talk.backend("g16 OK\n").hasPrefix("a NO [LIMIT]"))
        #expect(talk.heardByBackend() == "")
    }
}
