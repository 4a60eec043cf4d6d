// NOTIFY: mailboxes that the user may read are watched by their names, and no others.
import Bytes
import Proxy
import Testing

@Suite("NOTIFY")
struct NotifyTests {
    private static let messages = "(MESSAGENEW MESSAGEEXPUNGE)"

    private func notifying() -> Conversation {
        .loggedIn(capabilities: Conversation.capabilities + " NOTIFY")
    }

    @Test(
        "watches what a filter means and the user may read",
        arguments: [
            ("personal", "\"INBOX\" \"Archive/2019\""),
            ("subscribed", "\"Archive/2019\""),
            ("subtree Archive", "\"Archive/2019\""),
        ]
    )
    func expands(_ filter: String, _ watched: String) {
        let talk = notifying()
        talk.client("a NOTIFY SET (\(filter) \(Self.messages))\n")
        #expect(talk.heardByBackend() == "g16 LIST \"\" \"*\"\ng17 LSUB \"\" \"*\"\n")
        let heard = talk.backend(
            "* LIST () \"/\" INBOX\n* LIST () \"/\" Secret/Plan\n* LIST () \"/\" Archive/2019\n"
                + "* LIST () \"/\" Drop\n* LIST (\\Noselect) \"/\" Archive\ng16 OK\n"
                + "* LSUB () \"/\" Secret\n* LSUB () \"/\" Archive/2019\ng17 OK\n"
        )
        #expect(heard == "")
        #expect(
            talk.heardByBackend()
                == "g18 NOTIFY SET (MAILBOXES (\(watched)) \(Self.messages))\n"
        )
        #expect(talk.backend("g18 OK done\n") == "a OK NOTIFY completed\n")
    }

    @Test func passesOverWhatMayNotBeRead() {
        let talk = notifying()
        talk.client("a NOTIFY SET STATUS (mailboxes (Secret Drop) \(Self.messages))\n")
        #expect(talk.heardByBackend() == "g16 NOTIFY NONE\n")
        talk.backend("g16 OK\n")
        talk.client("b NOTIFY SET (inboxes \(Self.messages)) (mailboxes Secret NONE)\n")
        #expect(
            talk.heardByBackend() == "g17 NOTIFY SET (MAILBOXES (\"INBOX\") \(Self.messages))\n"
        )
    }

    @Test func tellsOfReadableMailboxesOnly() {
        let talk = notifying()
        talk.client("a NOTIFY SET (mailboxes INBOX \(Self.messages))\n")
        talk.backend("g16 OK\n")
        let heard = talk.backend(
            "* STATUS INBOX (MESSAGES 4)\n* STATUS Secret (MESSAGES 9)\n* STATUS Drop (MESSAGES 9)\n"
        )
        #expect(heard == "* STATUS \"INBOX\" (MESSAGES 4)\n")
    }

    @Test func forgetsAMailboxThatAReloadTakesAway() {
        let talk = notifying()
        talk.client("a NOTIFY SET (mailboxes Work \(Self.messages))\n")
        talk.backend("g16 OK\n")
        talk.reload(.sample(rules: [.sample("no-work", ["Work"], "")], revision: "r2"))
        #expect(talk.backend("* STATUS Work (MESSAGES 4)\n* LIST () \"/\" Work\n") == "")
    }

    @Test func letsNewMessagesBeFetchedWithoutMarkingThem() {
        let talk = Conversation.selected(
            "INBOX",
            capabilities: Conversation.capabilities + " NOTIFY"
        )
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

    @Test func tellsThatTheBackendGaveUpWatching() {
        let talk = notifying()
        let overflow = "* OK [NOTIFICATIONOVERFLOW] secret reason\n"
        #expect(talk.backend(overflow) == "")
        talk.client("a NOTIFY SET (inboxes \(Self.messages))\n")
        talk.backend("g16 OK\n")
        #expect(talk.backend(overflow).hasPrefix("* OK [NOTIFICATIONOVERFLOW]"))
        #expect(talk.backend(overflow) == "")
    }

    @Test(
        "refuses",
        arguments: [
            ("SET (inboxes (AnnotationChange))", "NO [BADEVENT (MessageNew "),
            ("SET (inboxes (MessageNew))", "BAD Malformed"),
            ("SET (inboxes (FlagChange))", "BAD Malformed"),
            ("SET (selected (MailboxName))", "BAD Malformed"),
            ("SET (selected (MessageNew (RFC822) MessageExpunge))", "BAD Malformed"),
            ("SET (selected NONE) (selected-delayed NONE)", "BAD Malformed"),
            ("SET (mailboxes ../x NONE)", "NO [CANNOT]"),
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
