// After the login: what passes, in which form, and what is filtered on the way back.
import Audit
import Bytes
import Proxy
import Testing

@Suite("Relaying")
struct RelayTests {
    @Test func usesTagsOfItsOwn() {
        let talk = Conversation.loggedIn()
        talk.client("g1 NOOP\n")
        #expect(talk.heardByBackend() == "g16 NOOP\n")
        #expect(talk.backend("g16 OK whatever host7 said\n") == "g1 OK NOOP completed\n")
    }

    @Test func answersByItselfWhatIsItsOwn() {
        let talk = Conversation.loggedIn()
        let heard = talk.client(
            "a CAPABILITY\nb ID (\"name\" \"x\")\nc LIST \"\" \"\"\nd NAMESPACE\n"
        )
        #expect(heard.contains("* CAPABILITY IMAP4rev1"))
        #expect(heard.contains("* LIST (\\Noselect) \"/\" \"\"\nc OK LIST completed\n"))
        #expect(heard.contains("* NAMESPACE ((\"\" \"/\")) NIL NIL\n"))
        #expect(talk.heardByBackend() == "")
    }

    @Test func logsOutAtBothEnds() {
        let talk = Conversation.loggedIn()
        #expect(talk.client("a LOGOUT\n") == "* BYE Logging out\na OK LOGOUT completed\n")
        #expect(talk.heardByBackend() == "g16 LOGOUT\n")
        #expect(talk.takeEffects() == [.closeBackend, .closeClient])
    }

    @Test func recordsBeforeItSends() {
        let talk = Conversation.loggedIn()
        talk.client("a NOOP\n")
        #expect(talk.records.last?.event == .noop)
        #expect(talk.records.last?.phase == .decision)
        talk.backend("g16 OK\n")
        #expect(talk.records.last?.phase == .outcome)
        #expect(talk.records.last?.result == .ok)
    }

    @Test func writesWaitForTheDisk() {
        let talk = Conversation.selected("INBOX")
        talk.acknowledges = false
        talk.client("a STORE 1 +FLAGS (\\Seen)\n")
        #expect(talk.heardByBackend() == "")
        talk.acknowledge()
        #expect(talk.heardByBackend() == "g17 STORE 1 +FLAGS (\\Seen)\n")
    }

    @Test func refusalsWaitForTheDisk() {
        let talk = Conversation.loggedIn()
        talk.acknowledges = false
        #expect(talk.client("a SELECT Secret\n") == "")
        talk.acknowledge()
        #expect(talk.heardByClient() == "a NO [NONEXISTENT] Mailbox does not exist\n")
    }

    @Test func stopsWithoutARecorderAndGoesOnAfterwards() {
        let talk = Conversation.loggedIn()
        talk.recorder(isAvailable: false)
        #expect(talk.client("a NOOP\n") == "")
        #expect(talk.heardByBackend() == "")
        talk.recorder(isAvailable: true)
        #expect(talk.heardByBackend() == "g16 NOOP\n")
    }

    @Test("keeps barriers", arguments: ["SELECT INBOX", "CREATE New", "ENABLE CONDSTORE"])
    func keeps(barrier: String) {
        let talk = Conversation.loggedIn()
        talk.client("a \(barrier)\nb NOOP\n")
        #expect(!talk.heardByBackend().contains("NOOP"))
        talk.backend("g16 OK done\n")
        #expect(talk.heardByBackend() == "g17 NOOP\n")
    }

    @Test func pipelinesWhatMayBePipelined() {
        let talk = Conversation.selected("INBOX")
        talk.client("a FETCH 1 UID\nb FETCH 2 UID\nc NOOP\nd FETCH 3 UID\n")
        #expect(talk.heardByBackend() == "g17 FETCH 1 (UID)\ng18 FETCH 2 (UID)\ng19 NOOP\n")
        talk.backend("g17 OK\ng18 OK\ng19 OK\n")
        #expect(talk.heardByBackend() == "g20 FETCH 3 (UID)\n")
    }

    @Test func refusesATagInUse() {
        let talk = Conversation.loggedIn()
        talk.client("a NOOP\na NOOP\n")
        #expect(talk.heardByBackend() == "g16 NOOP\n")
        #expect(talk.heardByClient() == "" || talk.clientHeard.contains("a BAD Tag is in use"))
    }

    @Test(
        "refuses what it does not know",
        arguments: [
            "XYZZY", "SETACL INBOX ann LR", "COMPRESS LZ", "UID NOOP", "GETMETADATA INBOX /x",
            "CREATE x (USE (\\Sent))", "UNAUTHENTICATE", "SELECT", "STARTTLS", "LOGIN a b",
        ]
    )
    func refuses(command: String) {
        let talk = Conversation.loggedIn()
        #expect(talk.client("a \(command)\n").hasPrefix("a BAD"))
        #expect(talk.heardByBackend() == "")
    }

    @Test(
        "refuses what it has not offered",
        arguments: [
            "FETCH 1 MODSEQ", "FETCH 1 FLAGS (CHANGEDSINCE 5)", "UID EXPUNGE 1", "MOVE 1 Work",
            "UID FETCH 1 FLAGS (CHANGEDSINCE 5 VANISHED)", "SEARCH RETURN (ALL) ALL", "IDLE",
            "STORE 1 (UNCHANGEDSINCE 5) +FLAGS (\\Seen)", "UNSELECT",
            "LIST (SUBSCRIBED) \"\" *", "SELECT INBOX (CONDSTORE)", "NAMESPACE",
        ]
    )
    func refusesUnoffered(command: String) {
        let settings = Settings.sample(emulations: .none)
        let talk = Conversation.loggedIn(settings: settings, capabilities: "IMAP4rev1")
        talk.client("s SELECT INBOX\n")
        talk.backend("g16 OK\n")
        _ = talk.heardByBackend()
        #expect(talk.client("a \(command)\n").hasPrefix("a BAD"))
        #expect(talk.heardByBackend() == "")
    }

    @Test func aTrickledCommandIsNotWaitedFor() {
        let talk = Conversation.loggedIn()
        for letter in "a NOOP" {
            talk.client(String(letter))
            talk.pass(.seconds(15))
        }
        #expect(talk.clientHeard.contains("* BYE Idle for too long"))
    }

    @Test func aMessageThatComesOnIsWaitedFor() {
        let talk = Conversation.loggedIn()
        talk.client("a APPEND INBOX {163840}\n")
        talk.backend("+ go\n")
        for letter in "12345678" {
            talk.client(String(repeating: letter, count: 20_480))
            talk.pass(.seconds(15))
        }
        talk.client("\n")
        #expect(!talk.isClosed)
    }

    @Test func aMessageThatTricklesIsNotWaitedFor() {
        let talk = Conversation.loggedIn()
        talk.client("a APPEND INBOX {80}\n")
        talk.backend("+ go\n")
        for _ in 0..<4 {
            talk.client("x")
            #expect(!talk.isClosed)
            talk.pass(.seconds(15))
        }
        talk.client("x")
        talk.pass(.seconds(1))
        #expect(talk.clientHeard.hasSuffix("* BYE Idle for too long\r\n"))
    }

    @Test func aMessageThatWasFastHasNoMinuteToSpareAtItsEnd() {
        let talk = Conversation.loggedIn()
        talk.client("a APPEND INBOX {1048577}\n")
        talk.backend("+ go\n")
        talk.client(String(repeating: "x", count: 1_048_576))
        talk.pass(.seconds(59))
        #expect(!talk.isClosed)
        talk.pass(.seconds(2))
        #expect(talk.isClosed)
    }

    @Test("what is between and behind messages is not waited for either", arguments: ["", "("])
    func aTrickledRestIsNotWaitedFor(catenate: String) {
        let talk = Conversation.loggedIn(
            capabilities: Conversation.capabilities + " MULTIAPPEND CATENATE"
        )
        let words = catenate.isEmpty ? "" : "CATENATE (TEXT "
        talk.client("a APPEND INBOX \(words){2}\n")
        talk.backend("+ go\n")
        talk.client("hi")
        for letter in " (\\Seen)" where !talk.isClosed {
            talk.client(String(letter))
            talk.pass(.seconds(15))
        }
        #expect(talk.clientHeard.hasSuffix("* BYE Idle for too long\r\n"))
    }

    @Test func aRefusedLiteralThatTricklesIsNotWaitedFor() {
        let talk = Conversation.loggedIn()
        talk.client("a APPEND Archive/x {80+}\n")
        for _ in 0..<5 {
            talk.client("x")
            talk.pass(.seconds(15))
        }
        #expect(talk.clientHeard.contains("* BYE Idle for too long"))
    }

    @Test func closesAfterTenMalformedCommands() {
        let talk = Conversation.loggedIn()
        for _ in 0..<10 { talk.client("a  NOOP\n") }
        #expect(talk.isClosed)
    }

    @Test("refuses smuggling", arguments: ["a NOOP\rb NOOP\n", "a NO\0OP\n"])
    func refusesSmuggling(text: String) {
        let talk = Conversation.loggedIn()
        talk.client(text)
        #expect(talk.isClosed)
        #expect(talk.heardByBackend() == "")
    }

    @Test func idlesAndIsDone() {
        let talk = Conversation.selected("INBOX")
        talk.client("a IDLE\nDONE\nb NOOP\n")
        #expect(talk.heardByBackend() == "g17 IDLE\n")
        #expect(talk.backend("+ idling\n") == "+ idling\n")
        #expect(talk.heardByBackend() == "DONE\n")
        #expect(talk.backend("* 4 EXISTS\ng17 OK\n") == "* 4 EXISTS\na OK IDLE completed\n")
        #expect(talk.heardByBackend() == "g18 NOOP\n")
    }

    @Test func endsAnIdleThatIsNotEndedByDone() {
        let talk = Conversation.selected("INBOX")
        talk.client("a IDLE\n")
        talk.backend("+ idling\n")
        talk.client("b NOOP\n")
        #expect(talk.heardByBackend().hasSuffix("DONE\n"))
        #expect(talk.backend("g17 OK\n") == "a BAD Expected DONE\n")
    }

    @Test func endsWhenTheBackendEnds() {
        let talk = Conversation.loggedIn()
        talk.backend("* BYE maintenance on host7\n")
        #expect(talk.clientHeard.hasSuffix("* BYE Mail server closed the connection\r\n"))
        #expect(talk.isClosed)
        let lost = Conversation.loggedIn()
        lost.backendClosed()
        #expect(lost.isClosed)
    }

    @Test(
        "ends with a backend that breaks the protocol",
        arguments: [
            "g99 OK\n", "* PREAUTH x\n", "+ go\n", "* SEARCH 1\n", "garbage\n", "* 1 EXISTS\rx\n",
            "* 1 FETCH (BODY[] {3+}\n",
        ]
    )
    func ends(response: String) {
        let talk = Conversation.selected("INBOX")
        talk.backend(response)
        #expect(talk.isClosed)
        #expect(talk.records.contains { $0.event == .backendDesync })
    }

    @Test func drainsBetweenCommands() {
        let talk = Conversation.loggedIn()
        talk.client("a NOOP\n")
        talk.drain()
        #expect(!talk.isClosed)
        talk.backend("g16 OK\n")
        #expect(talk.clientHeard.hasSuffix("* BYE Server is shutting down\r\n"))
        #expect(talk.isClosed)
    }

    @Test func decidesByTheNewPolicyAfterAReload() {
        let talk = Conversation.selected("INBOX")
        talk.reload(.sample(rules: [.sample("none", ["INBOX"], "")]))
        #expect(talk.isClosed)
    }
}

@Suite("Messages")
struct MessageTests {
    @Test func streamsALiteralByCount() {
        let talk = Conversation.selected("INBOX")
        talk.client("a FETCH 1 BODY.PEEK[]\n")
        let body = "g17 OK done\n* LIST () \"/\" Secret\n"
        let heard = talk.backend(
            "* 1 FETCH (BODY[] {\(body.wire.count)}\n\(body) UID 7)\ng17 OK done\n"
        )
        #expect(
            heard
                == "* 1 FETCH (BODY[] {\(body.wire.count)}\n\(body) UID 7)\na OK FETCH completed\n"
        )
        #expect(talk.records.last?.bytes == UInt64(body.wire.count))
        #expect(talk.records.last?.messages == 1)
    }

    @Test func dropsWhatNobodyMaySee() {
        let talk = Conversation.selected("INBOX")
        talk.client("a FETCH 1 UID\n")
        let heard = talk.backend(
            "* 1 FETCH (X-MAILBOX \"Secret\" UID 7 BODY[] {3}\nabc)\ng17 OK\n"
        )
        #expect(heard == "* 1 FETCH (UID 7)\na OK FETCH completed\n")
    }

    @Test func asksWithoutSettingSeenWhereSeenIsDenied() {
        let talk = Conversation.selected("Archive/2019")
        talk.client("a UID FETCH 7 (RFC822 UID)\n")
        #expect(talk.heardByBackend() == "g17 UID FETCH 7 (BODY.PEEK[] UID)\n")
        let heard = talk.backend("* 1 FETCH (BODY[] {2}\nhi UID 7)\ng17 OK\n")
        #expect(heard == "* 1 FETCH (RFC822 {2}\nhi UID 7)\na OK UID FETCH completed\n")
    }

    /// A gap in the numbers would look like a record that was taken away.
    @Test func numbersACommandOnceHoweverOftenItIsJudged() throws {
        let talk = Conversation.selected("Archive/2019")
        talk.client("a UID FETCH 7 (RFC822)\nb UID FETCH 8 (FLAGS)\nc UID FETCH 9 (FLAGS)\n")
        talk.backend("g17 OK\n")
        talk.backend("g18 OK\ng19 OK\n")
        let decisions = talk.records.filter { $0.phase == .decision && $0.verb == "UID FETCH" }
        let first = try #require(decisions.first?.sequence)
        #expect(decisions.map(\.sequence) == [first, first + 1, first + 2])
    }

    @Test func appendsOnlyAfterEveryoneAgrees() {
        let talk = Conversation.loggedIn()
        talk.acknowledges = false
        #expect(talk.client("a APPEND INBOX (\\Seen) {5}\n") == "")
        talk.acknowledge()
        #expect(talk.heardByBackend() == "g16 APPEND \"INBOX\" (\\Seen) {5}\n")
        #expect(talk.backend("+ go\n") == "+ Ready\n")
        talk.client("hello\n")
        #expect(talk.heardByBackend() == "hello\n")
        #expect(
            talk.backend("g16 OK [APPENDUID 1 9] done\n")
                == "a OK [APPENDUID 1 9] APPEND completed\n"
        )
    }

    @Test func refusesAnAppendInsteadOfAskingForIt() {
        let talk = Conversation.loggedIn()
        #expect(
            talk.client("a APPEND Archive/2019 {5}\n")
                == "a NO [NOPERM] Access denied by policy\n"
        )
        #expect(talk.client("b NOOP\n") == "")
        #expect(talk.heardByBackend() == "g16 NOOP\n")
    }

    @Test func countsARefusedUnaskedLiteralAway() {
        let talk = Conversation.loggedIn()
        talk.client("a APPEND Secret {8+}\nb NOOP\n\nc NOOP\n")
        #expect(talk.clientHeard.contains("a NO [NONEXISTENT] Mailbox does not exist\r\n"))
        #expect(talk.heardByBackend() == "g16 NOOP\n")
    }

    @Test func takesNoMessageThatIsTooBig() {
        var limits = Limits()
        limits.messageBytesMax = 10
        let talk = Conversation.loggedIn(settings: .sample(limits: limits))
        #expect(talk.client("a APPEND INBOX {11}\n").hasPrefix("a NO [TOOBIG]"))
    }

    @Test func endsAnAppendWithSomethingBehindItsMessage() {
        let talk = Conversation.loggedIn()
        talk.client("a APPEND INBOX {5}\n")
        talk.backend("+ go\n")
        talk.client("hello {3}\nabc\n")
        #expect(talk.isClosed)
        #expect(!talk.backendHeard.contains("hello\r\n"))
    }

    @Test func relaysABackendsRefusalOfAnAppend() {
        let talk = Conversation.loggedIn()
        talk.client("a APPEND New {5}\n")
        #expect(
            talk.backend("g16 NO [TRYCREATE] Mailbox New on host7 does not exist\n")
                == "a NO [TRYCREATE] APPEND refused by the mail server\n"
        )
        talk.client("b NOOP\n")
        #expect(talk.heardByBackend().hasSuffix("g17 NOOP\n"))
    }
}

@Suite("Literals in arguments")
struct ArgumentLiteralTests {
    @Test func unaskedAndLongEndsTheSession() {
        let talk = Conversation.loggedIn()
        talk.client("a SELECT {5000+}\n")
        #expect(talk.isClosed)
    }

    @Test func tooLongIsRefusedUnderItsTag() {
        let talk = Conversation.selected("INBOX")
        let text = String(repeating: "x", count: 250_000)
        talk.client("a SEARCH TEXT {250000}\n")
        for _ in 0..<3 { talk.client("\(text) TEXT {250000}\n") }
        #expect(
            talk.client("\(text) TEXT {250000}\n") == "a BAD [TOOBIG] Literal is too large\n"
        )
        talk.client("b NOOP\n")
        #expect(talk.heardByBackend() == "g17 NOOP\n")
    }
}
