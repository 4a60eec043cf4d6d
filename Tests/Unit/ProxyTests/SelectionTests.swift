// What is selected: both ends must agree on it, whatever is refused, closed or answered.
import Audit
import Bytes
import Proxy
import Testing

@Suite("The selected mailbox")
struct SelectionTests {
    /// A session with `mailbox` selected, at a backend that has no UNSELECT.
    private static func old(_ mailbox: String) -> Conversation {
        let talk = Conversation.loggedIn(capabilities: "IMAP4rev1")
        talk.client("s SELECT \(mailbox)\n")
        talk.backend("g16 OK\n")
        _ = talk.heardByBackend()
        return talk
    }

    @Test(
        "is left without UNSELECT only after it is examined",
        arguments: [
            ("CLOSE", "x OK CLOSE completed\n"),
            ("SELECT Secret", "x NO [NONEXISTENT] Mailbox does not exist\n"),
            ("EXAMINE a//b", "x NO [CANNOT] Invalid mailbox name\n"),
        ]
    )
    func isExaminedFirst(command: String, answer: String) {
        let talk = Self.old("Marked")
        talk.client("x \(command)\nb FETCH 1 UID\n")
        #expect(talk.heardByBackend() == "g17 EXAMINE \"Marked\"\n")
        _ = talk.heardByClient()
        #expect(talk.backend("* 3 EXISTS\n* OK [UIDNEXT 9] x\ng17 OK [READ-ONLY]\n").isEmpty)
        #expect(talk.heardByBackend() == "g18 CLOSE\n")
        #expect(talk.backend("g18 OK\n") == answer + "b BAD No mailbox selected\n")
        #expect(talk.records.filter { $0.tag.text == "x" && $0.phase == .decision }.count == 1)
    }

    @Test func isNotClosedWhenItCannotBeExamined() {
        let refused = Self.old("Marked")
        refused.client("a SELECT Secret\n")
        #expect(refused.backend("g17 NO gone\n") == "a NO [NONEXISTENT] Mailbox does not exist\n")
        #expect(!refused.backendHeard.contains("CLOSE"))
        let confused = Self.old("Marked")
        confused.client("a CLOSE\n")
        confused.backend("g17 BAD what\n")
        #expect(confused.isClosed)
        #expect(!confused.backendHeard.contains("CLOSE"))
    }

    @Test func isSaidToBeClosedWhereAClientReliesOnIt() {
        let talk = Conversation.loggedIn()
        talk.client("e ENABLE QRESYNC\n")
        talk.backend("* ENABLED QRESYNC CONDSTORE\ng16 OK\n")
        talk.client("s SELECT INBOX\n")
        talk.backend("g17 OK\n")
        _ = talk.heardByClient()
        talk.client("a SELECT Secret\n")
        #expect(
            talk.backend("g18 OK\n")
                == "* OK [CLOSED] Noted\na NO [NONEXISTENT] Mailbox does not exist\n"
        )
    }

    @Test(
        "keeps every later command waiting",
        arguments: ["SELECT INBOX", "EXAMINE Work", "SELECT Secret"]
    )
    func keepsWaiting(command: String) {
        let talk = Conversation.selected("Marked")
        talk.client("a \(command)\nb STORE 1 +FLAGS (\\Seen)\nc FETCH 1 BODY[]\nd CLOSE\n")
        #expect(!talk.heardByBackend().contains("STORE"))
        talk.backend("g17 OK\n")
        let next = talk.heardByBackend()
        #expect(command.hasSuffix("Secret") ? next == "" : next.hasPrefix("g18 STORE"))
    }

    @Test func isNoneAfterARefusalByTheBackend() {
        let talk = Conversation.selected("INBOX")
        talk.client("a SELECT Gone\nb STORE 1 +FLAGS (\\Seen)\n")
        let heard = talk.backend("g17 NO [NONEXISTENT] no Secret here\n")
        #expect(heard.hasSuffix("b BAD No mailbox selected\n"))
    }

    @Test func isUncertainAfterBADAndSoTheSessionEnds() {
        let talk = Conversation.selected("INBOX")
        talk.client("a SELECT Work\n")
        talk.backend("g17 BAD what\n")
        #expect(talk.isClosed)
    }

    @Test(
        "is not synchronized under QRESYNC that was not enabled",
        arguments: ["SELECT INBOX (QRESYNC (1 2))", "EXAMINE INBOX (QRESYNC (1 2 1:3))"]
    )
    func needsEnabling(command: String) {
        let talk = Conversation.loggedIn()
        #expect(talk.client("a \(command)\n").hasPrefix("a BAD"))
        #expect(talk.heardByBackend() == "")
        talk.client("e ENABLE QRESYNC\n")
        // The backend did not agree.
        talk.backend("* ENABLED\ng16 OK\n")
        #expect(talk.client("b \(command)\n").hasPrefix("b BAD"))
    }

    @Test func mapsTheTagOfASearch() {
        let talk = Conversation.selected("INBOX")
        talk.client("g99 SEARCH RETURN (ALL) ALL\n")
        #expect(talk.heardByBackend() == "g17 SEARCH RETURN (ALL) ALL\n")
        #expect(
            talk.backend("* ESEARCH (TAG \"g17\") ALL 1:3\n") == "* ESEARCH (TAG \"g99\") ALL 1:3\n"
        )
        talk.backend("* ESEARCH (TAG \"g16\") ALL 1:3\n")
        #expect(talk.isClosed)
    }
}

@Suite("Messages under attack")
struct MessageAttackTests {
    @Test func twoFetchesUnderTwoNamesAreKeptApart() {
        let talk = Conversation.selected("Archive/2019")
        talk.client("a FETCH 1 RFC822\nb FETCH 1 BODY.PEEK[]\n")
        #expect(talk.heardByBackend() == "g17 FETCH 1 (BODY.PEEK[])\n")
        let first = talk.backend("* 1 FETCH (BODY[] {2}\nhi)\ng17 OK\n")
        #expect(first == "* 1 FETCH (RFC822 {2}\nhi)\na OK FETCH completed\n")
        #expect(talk.heardByBackend() == "g18 FETCH 1 (BODY.PEEK[])\n")
        let second = talk.backend("* 1 FETCH (BODY[] {2}\nhi)\ng18 OK\n")
        #expect(second == "* 1 FETCH (BODY[] {2}\nhi)\nb OK FETCH completed\n")
    }

    @Test func aRenamingFetchWaitsForOneUnderWay() {
        let talk = Conversation.selected("Archive/2019")
        talk.client("a FETCH 1 BODY.PEEK[]\nb FETCH 1 RFC822\n")
        #expect(talk.heardByBackend() == "g17 FETCH 1 (BODY.PEEK[])\n")
        talk.backend("g17 OK\n")
        #expect(talk.heardByBackend() == "g18 FETCH 1 (BODY.PEEK[])\n")
        #expect(talk.records.filter { $0.tag.text == "b" && $0.phase == .decision }.count == 1)
    }

    @Test func aReplacementIsDoneWhenBothHalvesAre() {
        let rules = Settings.sampleRules + [.sample("half", ["Half"], "lrst")]
        let talk = Conversation.selected("Half", settings: .sample(rules: rules))
        talk.client("a STORE 1 FLAGS (\\Seen \\Flagged)\n")
        #expect(talk.heardByBackend() == "g17 STORE 1 -FLAGS (\\Deleted)\n")
        talk.backend("g17 OK\n")
        #expect(talk.heardByBackend() == "g18 STORE 1 +FLAGS (\\Seen)\n")
        #expect(talk.backend("g18 OK\n") == "a OK STORE completed\n")
        talk.client("b STORE 1 FLAGS (\\Seen)\n")
        #expect(talk.backend("g19 NO no\n") == "b NO STORE refused by the mail server\n")
        #expect(talk.heardByBackend() == "g19 STORE 1 -FLAGS (\\Deleted)\n")
    }

    @Test(
        "sets no flag that the policy withholds",
        arguments: [
            ("STORE 1 FLAGS (\\Seen)", "STORE 1 +FLAGS (\\Seen)"),
            ("STORE 1 FLAGS ()", "STORE 1 -FLAGS (\\Seen)"),
            (
                "UID STORE 1:* -FLAGS.SILENT (\\Seen \\Answered)",
                "UID STORE 1:* -FLAGS.SILENT (\\Seen)"
            ),
            ("STORE 1 +FLAGS \\Seen", "STORE 1 +FLAGS (\\Seen)"),
            (
                "STORE 1 (UNCHANGEDSINCE 5) +FLAGS (\\Seen $Junk)",
                "STORE 1 (UNCHANGEDSINCE 5) +FLAGS (\\Seen)"
            ),
            ("STORE 1 +FLAGS (\\Deleted)", ""), ("STORE 1 +FLAGS ($Junk)", ""),
            ("STORE 1 (UNCHANGEDSINCE 5) FLAGS (\\Seen)", ""),
        ]
    )
    func setsNoFlag(command: String, sent: String) {
        let talk = Conversation.selected("Marked")
        talk.client("a \(command)\n")
        #expect(talk.heardByBackend() == (sent.isEmpty ? "" : "g17 \(sent)\n"))
        if sent.isEmpty { #expect(talk.clientHeard.contains("a NO [NOPERM]")) }
    }

    @Test(
        "no way of reading marks a message where marking is denied",
        arguments: [
            ("FETCH 1 BODY[]", "FETCH 1 (BODY.PEEK[])"),
            ("FETCH 1 (BODY[1.2]<0.10> UID)", "FETCH 1 (BODY.PEEK[1.2]<0.10> UID)"),
            ("FETCH 1 RFC822.TEXT", "FETCH 1 (BODY.PEEK[TEXT])"),
            ("FETCH 1 RFC822.HEADER", "FETCH 1 (RFC822.HEADER)"),
            ("UID FETCH 1 BODY[HEADER.FIELDS (To)]", "UID FETCH 1 (BODY.PEEK[HEADER.FIELDS (To)])"),
            ("FETCH 1 (RFC822 BODY.PEEK[])", ""),
        ]
    )
    func marksNothing(command: String, sent: String) {
        let talk = Conversation.selected("Archive/2019")
        talk.client("a \(command)\n")
        #expect(talk.heardByBackend() == (sent.isEmpty ? "" : "g17 \(sent)\n"))
    }

    @Test func aFetchThatMarksIsWrittenDownFirst() {
        let talk = Conversation.selected("INBOX")
        talk.acknowledges = false
        talk.client("a FETCH 1 BODY[]\n")
        #expect(talk.heardByBackend() == "")
        talk.acknowledge()
        #expect(talk.heardByBackend() == "g17 FETCH 1 (BODY[])\n")
        talk.backend("g17 OK\n")
        talk.client("b FETCH 1 BODY.PEEK[]\n")
        #expect(talk.heardByBackend() == "g18 FETCH 1 (BODY.PEEK[])\n")
    }

    @Test(
        "bodies that nobody asked for do not pass",
        arguments: [
            ("* 1 FETCH (BODY[] {2}\nhi)\n", ""),
            (
                "* 1 FETCH (FLAGS (\\Seen) RFC822 {2}\nhi UID 3)\n",
                "* 1 FETCH (FLAGS (\\Seen) UID 3)\n"
            ),
            ("* 1 FETCH (ENVELOPE (\"x\" \"Secret\" NIL NIL NIL NIL NIL NIL NIL NIL))\n", ""),
        ]
    )
    func nothingUnasked(response: String, heard: String) {
        let talk = Conversation.selected("INBOX")
        talk.client("a NOOP\n")
        #expect(talk.backend(response) == heard)
    }

    @Test func idleIsRefused() {
        let talk = Conversation.selected("INBOX")
        talk.client("a IDLE\n")
        #expect(talk.backend("g17 NO not now\n") == "a NO IDLE refused by the mail server\n")
        talk.client("b NOOP\n")
        #expect(talk.heardByBackend().hasSuffix("g18 NOOP\n"))
    }

    @Test func anIdleThatEndsByItselfEndsTheSession() {
        let talk = Conversation.selected("INBOX")
        talk.client("a IDLE\n")
        talk.backend("+ idling\n")
        talk.backend("g17 OK over\n")
        #expect(talk.isClosed)
    }

    @Test func doneIsReadInAnyCaseAndAnyPieces() {
        let talk = Conversation.selected("INBOX")
        talk.client("a IDLE\n")
        talk.backend("+ idling\n")
        for byte in ["d", "O", "n", "E", "\n"] { talk.client(byte) }
        #expect(talk.heardByBackend() == "g17 IDLE\nDONE\n")
        talk.client("b NOOP\n")
        #expect(talk.backend("g17 OK\n") == "a OK IDLE completed\n")
    }
}
