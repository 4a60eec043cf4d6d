// What is denied must not show: in no list, no code, no text, no answer's difference.
import Audit
import Authentication
import Bytes
import Proxy
import Testing

@Suite("Hiding")
struct HidingTests {
    @Test(
        "lists of every kind",
        arguments: [
            "LIST \"\" \"*\"", "LIST \"\" Secret/%", "LIST Secret/ *", "LIST (SUBSCRIBED) \"\" *",
            "LIST (SUBSCRIBED RECURSIVEMATCH) \"\" %", "LIST \"\" (\"Secret\" \"Secret/*\")",
            "LIST \"\" % RETURN (STATUS (MESSAGES) SUBSCRIBED CHILDREN)",
            "LIST (SPECIAL-USE) \"\" *",
            "LSUB \"\" *", "LSUB Secret *", "STATUS INBOX (MESSAGES)", "NOOP",
        ]
    )
    func inLists(command: String) {
        let talk = Conversation.loggedIn()
        talk.client("a \(command)\n")
        talk.backend(
            "* LIST () \"/\" Secret\n* LIST (\\NonExistent) \"/\" \"secret/Plans\"\n"
                + "* LIST (\\Subscribed) \"/\" SECRET (\"CHILDINFO\" (\"SUBSCRIBED\"))\n"
                + "* LIST () \"/\" {12}\nSecret/Plans\n* LSUB () \"/\" Secret\n"
                + "* STATUS Secret (MESSAGES 3)\n* OK Secret\n* NO [ALERT] Secret\n"
        )
        talk.backend("g16 OK [X-SECRET Secret] Secret\n")
        #expect(!talk.clientHeard.lowercased().contains("secret"))
        #expect(!talk.isClosed)
    }

    @Test func inNamespaces() {
        let talk = Conversation()
        talk.client("a LOGIN ann secret\n")
        talk.admit()
        talk.pam(.accepted)
        talk.backend("* OK [CAPABILITY IMAP4rev1] ready\n")
        talk.backend("g1 OK [CAPABILITY IMAP4rev1 NAMESPACE] in\n")
        talk.backend(
            "* NAMESPACE ((\"\" \"/\")) ((\"Secret/\" \"/\")(\"Other/\" \"/\")) ((\"SECRET/x/\" \"/\"))\n"
        )
        talk.backend("g2 OK\n")
        _ = talk.heardByClient()
        let heard = talk.client("b NAMESPACE\n")
        #expect(heard.hasPrefix("* NAMESPACE ((\"\" \"/\")) ((\"Other/\" \"/\")) NIL\n"))
    }

    @Test(
        "codes of the backend",
        arguments: [
            ("NO [REFERRAL imap://secret/] x", "a NO COPY refused by the mail server\n"),
            ("NO [ALERT] Secret", "a NO COPY refused by the mail server\n"),
            ("NO [TRYCREATE] Secret", "a NO [TRYCREATE] COPY refused by the mail server\n"),
            ("NO [X-WHAT Secret] x", "a NO COPY refused by the mail server\n"),
            ("OK [COPYUID 1 2 3] x", "a OK [COPYUID 1 2 3] COPY completed\n"),
            ("NO [AUTHENTICATIONFAILED] x", "a NO COPY refused by the mail server\n"),
        ]
    )
    func inCodes(answer: String, heard: String) {
        let talk = Conversation.selected("INBOX")
        talk.client("a COPY 1 Work\n")
        #expect(talk.backend("g17 \(answer)\n") == heard)
    }

    @Test(
        "whether a denied mailbox exists, in what is refused",
        arguments: [
            "COPY 1 Secret", "MOVE 1 Secret", "UID COPY 1 Secret/x", "STATUS Secret (MESSAGES)",
            "SUBSCRIBE Secret", "DELETE Secret", "RENAME Work Secret/x", "RENAME Secret Work2",
        ]
    )
    func existence(command: String) {
        let talk = Conversation.selected("INBOX")
        #expect(talk.client("a \(command)\n") == "a NO [NONEXISTENT] Mailbox does not exist\n")
        #expect(talk.heardByBackend() == "")
    }

    @Test func noUIDsOfADropBox() {
        let talk = Conversation.loggedIn()
        talk.client("a APPEND Drop {2}\n")
        talk.backend("+ go\n")
        talk.client("hi\n")
        #expect(talk.backend("g16 OK [APPENDUID 1 5] x\n").hasSuffix("a OK APPEND completed\n"))
        let moving = Conversation.selected("INBOX")
        moving.client("a MOVE 1 Drop\n")
        #expect(
            moving.backend("* OK [COPYUID 1 2 3] x\n* 1 EXPUNGE\ng17 OK\n")
                == "* 1 EXPUNGE\na OK MOVE completed\n"
        )
    }

    @Test(
        "a child that cannot be judged stays where it is",
        arguments: ["Work/&AOl-", "Work/a//b", "Work/x%y"]
    )
    func strangeChildren(name: String) {
        let talk = Conversation.loggedIn()
        talk.client("a RENAME Work Play\n")
        let heard = talk.backend("* LIST () \"/\" \"\(name)\"\ng16 OK\n")
        #expect(heard == "a NO [CANNOT] RENAME refused by the mail server\n")
        talk.client("b DELETE Work\n")
        #expect(talk.backend("* LIST () \"/\" \"\(name)\"\ng17 OK\n").hasPrefix("b NO"))
        #expect(!talk.backendHeard.contains("RENAME"))
        #expect(!talk.backendHeard.contains("DELETE"))
    }

    @Test func moreChildrenThanAnybodyHasStayWhereTheyAre() {
        let talk = Conversation.loggedIn()
        talk.client("a RENAME Work Play\n")
        talk.backend((0..<10_001).map { "* LIST () \"/\" Work/\($0)\n" }.joined())
        #expect(talk.backend("g16 OK\n").hasPrefix("a NO [CANNOT]"))
    }

    @Test func namesThatNobodyAskedForDoNotHelpARename() {
        let talk = Conversation.loggedIn()
        talk.client("a RENAME Work Play\n")
        talk.backend("* LIST () \"/\" Other\n* LIST () \"/\" Wo\n* LIST () \"/\" INBOX\ng16 OK\n")
        talk.backend("g17 OK\n")
        #expect(!talk.isClosed)
    }

    @Test func recordsHoldNoSecrets() {
        let talk = Conversation()
        talk.client("a LOGIN ann hunter2\n")
        talk.admit()
        talk.pam(.rejected)
        talk.client("b AUTHENTICATE PLAIN AGFubgBodW50ZXIy\n")
        talk.admit()
        talk.pam(.rejected)
        talk.client("c LOGIN hunter2\n")
        talk.client("d AUTHENTICATE PLAIN\n")
        talk.client("AGFubgBodW50ZXIy!\n")
        for record in talk.records {
            let text = "\(record) \(record.arguments.text)"
            #expect(!text.contains("hunter2") && !text.contains("AGFubgBodW50ZXIy"))
        }
        let relay = Conversation.selected("INBOX")
        relay.client("a SEARCH TEXT hunter2\nb LOGIN ann hunter2\n")
        for record in relay.records { #expect(!record.arguments.text.contains("hunter2")) }
    }
}
