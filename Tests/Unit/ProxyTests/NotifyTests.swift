// NOTIFY: mailboxes that the user may read are watched by their names, and no others.
import Audit
import Bytes
import Policy
import Proxy
import Testing

@Suite("NOTIFY")
struct NotifyTests {
    private static let messages = "(MESSAGENEW MESSAGEEXPUNGE)"
    private static let capabilities = Conversation.capabilities + " NOTIFY"

    private func notifying() -> Conversation { .loggedIn(capabilities: Self.capabilities) }

    /// A session that watches `filter`, named by the backend's answer to LIST.
    private func watching(_ filter: String, listing names: [String] = []) -> Conversation {
        let talk = notifying()
        talk.client("a NOTIFY SET (\(filter) \(Self.messages))\n")
        for question in talk.heardByBackend().split(separator: "\n") {
            let tag = question.prefix { $0 != " " }
            let listed = names.map { "* LIST () \"/\" \($0)\n" }.joined()
            talk.backend(question.contains("LIST") ? listed + "\(tag) OK\n" : "\(tag) OK\n")
        }
        for question in talk.heardByBackend().split(separator: "\n") {
            talk.backend("\(question.prefix { $0 != " " }) OK\n")
        }
        _ = talk.heardByBackend()
        return talk
    }

    // MARK: What is watched

    @Test(
        "watches what a filter means and the user may read",
        arguments: [
            ("personal", "\"INBOX\" \"Archive/2019\" \"Archive/2019/Q1\""),
            ("subtree Archive", "\"Archive/2019\" \"Archive/2019/Q1\""),
            ("subtree (Secret Archive)", "\"Archive/2019\" \"Archive/2019/Q1\""),
            ("subtree-one Archive", "\"Archive/2019\""),
        ]
    )
    func expands(_ filter: String, _ watched: String) {
        let talk = notifying()
        talk.client("a NOTIFY SET (\(filter) \(Self.messages))\n")
        #expect(talk.heardByBackend() == "g16 LIST \"\" \"*\"\n")
        let heard = talk.backend(
            "* LIST () \"/\" INBOX\n* LIST () \"/\" Secret/Plan\n* LIST () \"/\" Archive/2019\n"
                + "* LIST () \"/\" Archive/2019/Q1\n* LIST (\\Noselect) \"/\" Archive\ng16 OK\n"
        )
        #expect(heard == "")
        #expect(
            talk.heardByBackend()
                == "g17 NOTIFY SET (MAILBOXES (\(watched)) \(Self.messages))\n"
        )
        #expect(talk.backend("g17 OK done\n") == "a OK NOTIFY completed\n")
    }

    @Test func watchesWhatIsSubscribed() {
        let talk = notifying()
        talk.client("a NOTIFY SET (subscribed \(Self.messages))\n")
        #expect(talk.heardByBackend() == "g16 LSUB \"\" \"*\"\n")
        talk.backend(
            "* LSUB () \"/\" Secret\n* LSUB (\\Noselect) \"/\" Archive\n"
                + "* LSUB () \"/\" Archive/2019\ng16 OK\n"
        )
        #expect(
            talk.heardByBackend()
                == "g17 NOTIFY SET (MAILBOXES (\"Archive/2019\") \(Self.messages))\n"
        )
    }

    @Test func leavesOthersMailboxesOutOfThePersonalOnes() {
        let talk = Conversation.loggedIn(
            capabilities: Self.capabilities,
            namespace: #"(("" "/")) (("Others/" "/")) (("Shared/" "/"))"#
        )
        talk.client("a NOTIFY SET (personal \(Self.messages))\n")
        _ = talk.heardByBackend()
        talk.backend(
            "* LIST () \"/\" INBOX\n* LIST () \"/\" Others/bob\n* LIST () \"/\" Shared\n"
                + "* LIST () \"/\" Shared/x\n* LIST () \"/\" Sharedness\ng16 OK\n"
        )
        #expect(
            talk.heardByBackend()
                == "g17 NOTIFY SET (MAILBOXES (\"INBOX\" \"Sharedness\") \(Self.messages))\n"
        )
    }

    @Test func passesOverWhatMayNotBeRead() {
        let talk = notifying()
        talk.client("a NOTIFY SET STATUS (mailboxes (Secret Secret/x) \(Self.messages))\n")
        #expect(talk.heardByBackend() == "g16 NOTIFY NONE\n")
        #expect(talk.backend("g16 OK\n") == "a OK NOTIFY completed\n")
        talk.client("b NOTIFY SET (inboxes \(Self.messages)) (mailboxes Secret NONE)\n")
        #expect(
            talk.heardByBackend() == "g17 NOTIFY SET (MAILBOXES (\"INBOX\") \(Self.messages))\n"
        )
    }

    @Test func namesWhatMayBeSeenAndNotRead() {
        let talk = notifying()
        talk.client("a NOTIFY SET (mailboxes (Listed Secret INBOX Drop) \(Self.messages))\n")
        #expect(
            talk.heardByBackend() == "g16 NOTIFY SET (MAILBOXES (\"INBOX\") \(Self.messages))\n"
        )
        #expect(
            talk.backend("g16 OK\n")
                == "* LIST (\\NoAccess) \"/\" \"Listed\"\n* LIST (\\NoAccess) \"/\" \"Drop\"\n"
                + "a OK NOTIFY completed\n"
        )
    }

    @Test func letsTheFirstGroupHaveAMailbox() {
        let talk = notifying()
        talk.client(
            "a NOTIFY SET (mailboxes (A B) NONE) (mailboxes (B C) (MailboxName)) "
                + "(mailboxes (A C D D) \(Self.messages))\n"
        )
        #expect(
            talk.heardByBackend()
                == "g16 NOTIFY SET (MAILBOXES (\"C\") (MAILBOXNAME)) "
                + "(MAILBOXES (\"D\") \(Self.messages))\n"
        )
    }

    @Test func isRecordedAsAStatusOfEachMailbox() {
        let talk = notifying()
        talk.client("a NOTIFY SET (mailboxes (INBOX Secret Listed) \(Self.messages))\n")
        let written = talk.records.suffix(4)
        #expect(written.map(\.event) == [.notify, .status, .status, .status])
        #expect(written.map(\.verdict) == [.rewrite, .allow, .deny, .deny])
        #expect(written.dropFirst().map { $0.mailbox?.name } == ["INBOX", "Secret", "Listed"])
        #expect(Set(written.map(\.sequence)).count == 1)
    }

    @Test func refusesMoreMailboxesThanItRecords() {
        let names = (0...1000).map { "m\($0)" }.joined(separator: " ")
        let talk = notifying()
        let answer = talk.client("a NOTIFY SET (mailboxes (\(names)) \(Self.messages))\n")
        #expect(answer == "a NO [NOTIFICATIONOVERFLOW] Too many mailboxes to watch\n")
        #expect(talk.heardByBackend() == "")
    }

    @Test func refusesNamesTooLongForOneCommand() {
        let long = String(repeating: "x", count: 500)
        let names = (0..<70).map { "\($0)\(long)" }.joined(separator: " ")
        let talk = notifying()
        let answer = talk.client("a NOTIFY SET (mailboxes (\(names)) \(Self.messages))\n")
        #expect(answer == "a NO [NOTIFICATIONOVERFLOW] Too many mailboxes to watch\n")
    }

    @Test func refusesToLookAtTooManyMailboxes() {
        let talk = notifying()
        talk.client("a NOTIFY SET (subtree Work \(Self.messages))\n")
        for number in 0...10_000 { talk.backend("* LIST () \"/\" m\(number)\n") }
        let answer = talk.backend("g16 OK\n")
        #expect(answer == "a NO [NOTIFICATIONOVERFLOW] Too many mailboxes to watch\n")
        #expect(talk.heardByBackend() == "g16 LIST \"\" \"*\"\n")
    }

    // MARK: What is told

    @Test func tellsOfReadableMailboxesOnly() {
        let talk = watching("mailboxes INBOX")
        let heard = talk.backend(
            "* STATUS INBOX (MESSAGES 4)\n* STATUS Secret (MESSAGES 9)\n* STATUS Drop (MESSAGES 9)\n"
        )
        #expect(heard == "* STATUS \"INBOX\" (MESSAGES 4)\n")
    }

    @Test func letsNewMessagesBeFetchedWithoutMarkingThem() {
        let talk = Conversation.selected("INBOX", capabilities: Self.capabilities)
        talk.client("a NOTIFY SET (selected (MessageNew (UID BODY[HEADER]) MessageExpunge))\n")
        #expect(
            talk.heardByBackend()
                == "g17 NOTIFY SET (SELECTED (MESSAGENEW (UID BODY.PEEK[HEADER]) MESSAGEEXPUNGE))\n"
        )
        talk.backend("g17 OK\n")
        let fetched = "* 4 FETCH (UID 9 BODY[HEADER] {4}\nA: b)\n"
        #expect(talk.backend("* 4 EXISTS\n" + fetched) == "* 4 EXISTS\n" + fetched)
        talk.client("b NOTIFY NONE\n")
        talk.backend("g18 OK\n")
        #expect(!talk.backend(fetched).contains("A: b"))
    }

    @Test func recordsWhatIsPushed() {
        let talk = Conversation.selected("INBOX", capabilities: Self.capabilities)
        talk.client("a NOTIFY SET (selected (MessageNew (UID BODY[HEADER]) MessageExpunge))\n")
        talk.backend("g17 OK\n* 4 FETCH (UID 9 BODY[HEADER] {4}\nA: b)\n")
        let record = talk.records.last
        #expect(record?.event == .fetch)
        #expect(record?.verb == "NOTIFY")
        #expect(record?.mailbox?.name == "INBOX")
        #expect(record?.arguments == ShortBytes("9"))
        #expect(record?.messages == 1 && record?.bytes == 4)
        let count = talk.records.count
        talk.client("b UID FETCH 9 (FLAGS)\n")
        talk.backend("* 4 FETCH (UID 9 FLAGS ())\ng18 OK\n")
        // One for the decision, one for the outcome: what is asked for is counted there.
        #expect(talk.records.count == count + 2)
        #expect(talk.records.last?.messages == 1)
    }

    @Test func tellsThatTheBackendGaveUpWatching() {
        let talk = notifying()
        let overflow = "* OK [NOTIFICATIONOVERFLOW] secret reason\n"
        #expect(talk.backend(overflow) == "")
        talk.client("a NOTIFY SET (inboxes \(Self.messages))\n")
        talk.backend("g16 OK\n")
        #expect(talk.backend(overflow).hasPrefix("* OK [NOTIFICATIONOVERFLOW]"))
        #expect(talk.backend(overflow) == "")
    }

    // MARK: Said anew

    private static let noWork = Settings.sample(
        rules: [.sample("no-work", ["Work/**"], "")],
        revision: "r2"
    )

    @Test func forgetsAMailboxThatAReloadTakesAway() {
        let talk = watching("mailboxes (Work INBOX)")
        talk.reload(Self.noWork)
        #expect(
            talk.heardByBackend() == "g17 NOTIFY SET (MAILBOXES (\"INBOX\") \(Self.messages))\n"
        )
        #expect(talk.backend("* STATUS Work (MESSAGES 4)\n* LIST () \"/\" Work\ng17 OK\n") == "")
    }

    @Test func watchesAMailboxThatAReloadGives() {
        let talk = watching("mailboxes (Secret)")
        talk.reload(Self.noWork)
        #expect(
            talk.heardByBackend() == "g17 NOTIFY SET (MAILBOXES (\"Secret\") \(Self.messages))\n"
        )
        #expect(talk.backend("g17 OK\n") == "")
        #expect(talk.records.contains { $0.mailbox?.name == "Secret" && $0.verdict == .allow })
    }

    @Test func interruptsAnIdleForAReload() {
        let talk = watching("mailboxes (Work INBOX)")
        talk.client("b IDLE\n")
        talk.backend("+ idling\n")
        _ = talk.heardByBackend()
        talk.reload(Self.noWork)
        #expect(talk.heardByBackend() == "DONE\n")
        // What the client says meanwhile waits.
        #expect(talk.client("DONE\n") == "")
        #expect(talk.backend("g17 OK\n") == "")
        #expect(
            talk.heardByBackend() == "g18 NOTIFY SET (MAILBOXES (\"INBOX\") \(Self.messages))\n"
        )
        #expect(talk.backend("g18 OK\n") == "")
        #expect(talk.heardByBackend() == "g19 IDLE\n")
        #expect(talk.backend("+ idling\n") == "")
        #expect(talk.heardByBackend() == "DONE\n")
        #expect(talk.backend("g19 OK\n") == "b OK IDLE completed\n")
    }

    @Test func interruptsAnIdleThatTheBackendHasNotConfirmed() {
        let talk = watching("mailboxes (Work INBOX)")
        talk.client("b IDLE\n")
        _ = talk.heardByBackend()
        talk.reload(Self.noWork)
        #expect(talk.heardByBackend() == "")
        #expect(talk.backend("+ idling\n") == "+ idling\n")
        #expect(talk.heardByBackend() == "DONE\n")
    }

    @Test(
        "asks for the mailboxes again when the session has changed them",
        arguments: ["CREATE New", "SUBSCRIBE New", "UNSUBSCRIBE New"]
    )
    func followsChanges(_ command: String) {
        let talk = watching("personal", listing: ["INBOX"])
        talk.client("b \(command)\nc NOOP\n")
        #expect(talk.heardByBackend() == "g18 \(command.replacing("New", with: "\"New\""))\n")
        #expect(talk.backend("g18 OK\n").hasPrefix("b OK"))
        #expect(talk.heardByBackend() == "g19 LIST \"\" \"*\"\n")
        talk.backend("* LIST () \"/\" INBOX\n* LIST () \"/\" New\ng19 OK\n")
        #expect(
            talk.heardByBackend()
                == "g20 NOTIFY SET (MAILBOXES (\"INBOX\" \"New\") \(Self.messages))\n"
        )
        #expect(talk.backend("g20 OK\n") == "")
        #expect(talk.heardByBackend() == "g21 NOOP\n")
        #expect(talk.backend("g21 OK\n") == "c OK NOOP completed\n")
    }

    @Test func saysThatItWatchesNoMoreWhereTheBackendWillNot() {
        let talk = watching("mailboxes (Work INBOX)")
        talk.reload(Self.noWork)
        #expect(talk.backend("g17 NO too busy\n").hasPrefix("* OK [NOTIFICATIONOVERFLOW]"))
        talk.reload(Settings.sample())
        #expect(talk.heardByBackend().hasPrefix("g17 NOTIFY"))
    }

    @Test func leavesNoOutcomeOpenWhenTheBackendGoesMeanwhile() {
        let talk = watching("mailboxes (Work INBOX)")
        talk.client("b IDLE\n")
        talk.backend("+ idling\n")
        talk.reload(Self.noWork)
        talk.backend("g17 OK\n")
        talk.backendClosed()
        let aborted = talk.records.filter { $0.result == .aborted }
        #expect(aborted.map(\.event) == [.idle])
    }

    // MARK: What is refused

    @Test(
        "refuses",
        arguments: [
            ("SET (inboxes (AnnotationChange))", "NO [BADEVENT (MessageNew "),
            ("SET (inboxes (MessageNew))", "BAD Malformed"),
            ("SET (inboxes (FlagChange))", "BAD Malformed"),
            ("SET (inboxes (MessageNew (UID) MessageExpunge))", "BAD Malformed"),
            ("SET (selected (MailboxName))", "BAD Malformed"),
            ("SET (selected (MessageNew (RFC822) MessageExpunge))", "BAD Malformed"),
            ("SET (selected NONE) (selected-delayed NONE)", "BAD Malformed"),
            ("SET (mailboxes ../x NONE)", "NO [CANNOT]"),
            ("SET (mailboxes {1+}\n* (MailboxName))", "NO [CANNOT]"),
            ("SET (subtree &AOl- (MailboxName))", "NO [CANNOT]"),
            ("SET (subtree (Work Work/) (MailboxName))", "NO [CANNOT]"),
            ("SET", "BAD Malformed"), ("SET ()", "BAD Malformed"), ("NONE x", "BAD Malformed"),
        ]
    )
    func refuses(_ arguments: String, _ answer: String) {
        let talk = notifying()
        #expect(talk.client("a NOTIFY \(arguments)\n").hasPrefix("a \(answer)"))
        #expect(talk.heardByBackend() == "")
    }

    @Test func isNotOfferedWithoutTheBackend() {
        let talk = Conversation.loggedIn()
        #expect(talk.client("a NOTIFY NONE\n") == "a BAD Unknown or disabled command\n")
    }
}

extension Record.Mailbox {
    fileprivate var name: String { String(decoding: raw, as: UTF8.self) }
}
