// The policy at work: each verb against read-only, denied and mixed mailboxes.
import Audit
import Bytes
import Proxy
import Testing

@Suite("Policy")
struct PolicyEnforcementTests {
    @Test(
        "a denied mailbox does not exist, whatever is asked of it",
        arguments: [
            "SELECT Secret", "EXAMINE Secret/Plans", "STATUS Secret (MESSAGES)",
            "CREATE Secret/New",
            "DELETE Secret", "RENAME Secret Open", "RENAME INBOX2 Secret/x", "SUBSCRIBE Secret",
            "UNSUBSCRIBE secret", "SELECT SECRET/plans", "SELECT {6}\nSecret",
        ]
    )
    func doesNotExist(command: String) {
        let talk = Conversation.loggedIn()
        talk.client("a \(command)\n")
        #expect(talk.clientHeard.hasSuffix("a NO [NONEXISTENT] Mailbox does not exist\r\n"))
        #expect(talk.heardByBackend() == "")
        #expect(talk.records.contains { $0.verdict == .deny && $0.isDurable })
    }

    @Test(
        "a name that is not canonical goes nowhere",
        arguments: [
            "SELECT &AOl-", "SELECT ~root", "SELECT a//b", "SELECT ../x", "SELECT \"a%b\"",
            "SELECT #news", "SELECT \\Sent", "DELETE INBOX", "CREATE inbox", "RENAME INBOX x",
        ]
    )
    func goesNowhere(command: String) {
        let talk = Conversation.loggedIn()
        let heard = talk.client("a \(command)\n")
        #expect(heard.hasPrefix("a NO [CANNOT]") || heard.hasPrefix("a BAD"))
        #expect(talk.heardByBackend() == "")
    }

    @Test("a missing mailbox looks like a denied one", arguments: ["", "[NONEXISTENT] "])
    func looksDenied(code: String) {
        let talk = Conversation.loggedIn()
        talk.client("a SELECT Missing\n")
        #expect(
            talk.backend("g16 NO \(code)Mailbox doesn't exist: Missing\n")
                == "a NO [NONEXISTENT] Mailbox does not exist\n"
        )
    }

    @Test func readOnlyIsExamine() {
        let talk = Conversation.loggedIn()
        talk.client("a SELECT Archive/2019\n")
        #expect(talk.heardByBackend() == "g16 EXAMINE \"Archive/2019\"\n")
        let heard = talk.backend(
            "* 3 EXISTS\n* OK [PERMANENTFLAGS (\\Seen \\*)] x\n* OK [UIDVALIDITY 5] y\n"
                + "g16 OK [READ-WRITE] done\n"
        )
        #expect(
            heard == "* 3 EXISTS\n* OK [PERMANENTFLAGS ()] Noted\n* OK [UIDVALIDITY 5] Noted\n"
                + "a OK [READ-ONLY] SELECT completed\n"
        )
    }

    @Test(
        "writes to a read-only mailbox are refused",
        arguments: [
            ("STORE 1 +FLAGS (\\Deleted)", "Mailbox is read-only by policy"),
            ("EXPUNGE", "Mailbox is read-only by policy"),
            ("UID EXPUNGE 1", "Mailbox is read-only by policy"),
            ("MOVE 1 INBOX", "Access denied by policy"),
            ("COPY 1 Archive/2020", "Access denied by policy"),
        ]
    )
    func refusesWrites(command: String, text: String) {
        let talk = Conversation.selected("Archive/2019")
        #expect(talk.client("a \(command)\n") == "a NO [NOPERM] \(text)\n")
        #expect(talk.heardByBackend() == "")
    }

    @Test func compatibleRefusalsSayOK() {
        let talk = Conversation.selected("Archive/2019", settings: .sample(refusals: .compatible))
        #expect(talk.client("a STORE 1 +FLAGS (\\Seen)\n") == "a OK STORE completed\n")
        #expect(talk.client("b EXPUNGE\n") == "b OK EXPUNGE completed\n")
        #expect(talk.heardByBackend() == "")
        #expect(talk.records.filter { $0.verdict == .deny }.count == 2)
    }

    @Test func storesOnlyTheFlagsThatAreAllowed() {
        let talk = Conversation.selected("Marked")
        talk.client("a STORE 1 +FLAGS (\\Seen \\Deleted Junk)\n")
        #expect(talk.heardByBackend() == "g17 STORE 1 +FLAGS (\\Seen)\n")
        talk.backend("g17 OK\n")
        talk.client("b UID STORE 5 FLAGS.SILENT (\\Flagged)\n")
        #expect(talk.heardByBackend() == "g18 UID STORE 5 -FLAGS.SILENT (\\Seen)\n")
        talk.backend("g18 OK\n")
        #expect(talk.client("c EXPUNGE\n").hasPrefix("c NO [NOPERM]"))
    }

    @Test func closesWithoutExpunging() {
        let talk = Conversation.selected("Marked")
        talk.client("a CLOSE\n")
        #expect(talk.heardByBackend() == "g17 UNSELECT\n")
        #expect(talk.backend("g17 OK\n") == "a OK CLOSE completed\n")
        let old = Conversation.loggedIn(capabilities: "IMAP4rev1")
        old.client("s SELECT Marked\n")
        old.backend("g16 OK\n")
        _ = old.heardByBackend()
        old.client("a CLOSE\n")
        #expect(old.heardByBackend() == "g17 EXAMINE \"Marked\"\n")
        old.backend("g17 OK [READ-ONLY]\n")
        #expect(old.heardByBackend() == "g18 CLOSE\n")
        #expect(old.backend("g18 OK\n") == "a OK CLOSE completed\n")
    }

    @Test func aRefusedSelectDeselects() {
        let talk = Conversation.selected("INBOX")
        talk.client("a SELECT Secret\n")
        #expect(talk.heardByBackend() == "g17 UNSELECT\n")
        #expect(talk.backend("g17 OK\n") == "a NO [NONEXISTENT] Mailbox does not exist\n")
        #expect(talk.client("b FETCH 1 UID\n") == "b BAD No mailbox selected\n")
    }

    @Test func hidesDeniedNamesInEveryList() {
        let talk = Conversation.loggedIn()
        talk.client("a LIST \"\" *\n")
        #expect(talk.heardByBackend() == "g16 LIST \"\" \"*\"\n")
        let heard = talk.backend(
            "* LIST (\\HasChildren) \"/\" Secret\n* LIST () \"/\" Secret/Plans\n"
                + "* LIST (\\HasChildren) \"/\" Archive\n* LIST () \"/\" Listed\n"
                + "* STATUS Secret (MESSAGES 3)\n* STATUS Listed (MESSAGES 3)\n"
                + "* LSUB () \"/\" secret\n* LIST () \"/\" &AOl-\ng16 OK Secret done\n"
        )
        #expect(
            heard == "* LIST () \"/\" \"Archive\"\n* LIST (\\Noselect) \"/\" \"Listed\"\n"
                + "a OK LIST completed\n"
        )
    }

    @Test func combinesReferenceAndPattern() {
        let talk = Conversation.loggedIn()
        talk.client("a LIST Archive/ %\n")
        #expect(talk.heardByBackend() == "g16 LIST \"\" \"Archive/%\"\n")
        talk.backend("g16 OK\n")
        #expect(talk.client("b LIST \"\" ~root/*\n").hasPrefix("b NO [CANNOT]"))
    }

    @Test func statusNeedsToRead() {
        let talk = Conversation.loggedIn()
        #expect(talk.client("a STATUS Listed (MESSAGES)\n").hasPrefix("a NO [NOPERM]"))
        #expect(talk.client("b SELECT Drop\n").hasPrefix("b NO [NOPERM]"))
    }

    @Test func tellsNoUIDsOfAMailboxThatMayNotBeRead() {
        let talk = Conversation.selected("INBOX")
        talk.client("a COPY 1 Drop\n")
        #expect(
            talk.backend("g17 OK [COPYUID 9 1 44] done\n") == "a OK COPY completed\n"
        )
    }

    @Test func createsNothingWhereItMayNot() {
        let talk = Conversation.loggedIn()
        #expect(talk.client("a CREATE Archive/2020\n").hasPrefix("a NO [NOPERM]"))
        talk.client("b CREATE Work/Deep/\n")
        #expect(talk.heardByBackend() == "g16 CREATE \"Work/Deep\"\n")
    }

    @Test func looksBelowBeforeItDeletesOrRenames() {
        let rules = Settings.sampleRules + [.sample("inner", ["Work/Inner"], "lr")]
        let talk = Conversation.loggedIn(settings: .sample(rules: rules))
        talk.client("a RENAME Work Play\n")
        #expect(talk.heardByBackend() == "g16 LIST \"\" \"Work/*\"\n")
        #expect(
            talk.backend("* LIST () \"/\" Work/Inner\ng16 OK\n")
                == "a NO [NOPERM] Access denied by policy\n"
        )
        talk.client("b DELETE Other\n")
        #expect(talk.heardByBackend() == "g17 LIST \"\" \"Other/*\"\n")
        talk.backend("g17 OK\n")
        #expect(talk.heardByBackend() == "g18 DELETE \"Other\"\n")
        #expect(talk.backend("g18 OK\n") == "b OK DELETE completed\n")
    }

    @Test func givesNoRightAwayByRenaming() {
        let talk = Conversation.loggedIn()
        #expect(talk.client("a RENAME Keep/x Free\n").hasPrefix("a NO [NOPERM]"))
    }

    @Test func keepsTheSelectedMailboxInPlace() {
        let talk = Conversation.selected("Work/Deep")
        #expect(talk.client("a DELETE Work/Deep\n").hasPrefix("a NO [INUSE]"))
        #expect(talk.client("b RENAME Work Play\n").hasPrefix("b NO [INUSE]"))
    }
}

@Suite("Extensions that the backend has not")
struct StrippedExtensionTests {
    @Test(
        "are refused in every form",
        arguments: [
            "IDLE", "NAMESPACE", "UNSELECT", "UID EXPUNGE 1", "MOVE 1 INBOX",
            "LIST (SUBSCRIBED) \"\" *", "LIST \"\" * RETURN (STATUS (MESSAGES))",
            "STATUS INBOX (HIGHESTMODSEQ)", "SEARCH RETURN (MIN) ALL", "SELECT INBOX (CONDSTORE)",
            "SELECT INBOX (QRESYNC (1 2))", "FETCH 1 MODSEQ", "FETCH 1 UID (CHANGEDSINCE 5)",
            "STORE 1 (UNCHANGEDSINCE 5) +FLAGS (\\Seen)",
        ]
    )
    func refuses(command: String) {
        let settings = Settings.sample(emulations: .none)
        let talk = Conversation.loggedIn(settings: settings, capabilities: "IMAP4rev1")
        talk.client("s SELECT INBOX\n")
        talk.backend("g16 OK\n")
        _ = talk.heardByBackend()
        #expect(talk.client("a \(command)\n") == "a BAD Unknown or disabled command\n")
        #expect(talk.heardByBackend() == "")
    }
}
