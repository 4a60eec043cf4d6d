// Attacks by literals: what is refused must neither be run, nor shift the next command's border.
import Proxy
import Testing

@Suite("Literals as weapons")
struct SmugglingTests {
    @Test(
        "a refused command with literals is answered once, and the next is read whole",
        arguments: [
            "APPEND Secret {8+}\nb NOOP\n\n", "APPEND Secret {8+}\nb NOOP\n {2+}\nab\n",
            "XYZZY {8+}\nb NOOP\n\n", "XYZZY {3+}\nabc {8+}\nb NOOP\n\n",
            "SELECT {6+}\nSecret {4+}\nabcd\n", "NOOP {8+}\nb NOOP\n\n",
            "FETCH {8+}\nb NOOP\n x\n", "STORE 1 FLAGS {8+}\nb NOOP\n {8+}\nb NOOP\n\n",
        ]
    )
    func isAnsweredOnce(command: String) {
        let talk = Conversation.loggedIn()
        talk.client("a \(command)c LIST \"\" %\n")
        let answers = talk.clientHeard.split(separator: "\r\n").filter { $0.hasPrefix("a ") }
        // The first is the login's.
        #expect(answers.count == 2)
        #expect(!talk.backendHeard.contains("NOOP"))
        #expect(talk.heardByBackend() == "g16 LIST \"\" \"%\"\n")
    }

    @Test(
        "a synchronizing literal of a refused command is refused instead of asked for",
        arguments: [
            "XYZZY {5}\n", "XYZZY {3+}\nabc {5}\n", "APPEND Secret {5}\n", "NOOP {5}\n",
            "APPEND Secret {3+}\nabc {5}\n", "SELECT {6+}\nSecret {5}\n", "LIST {2+}\nab {5}\n\n",
        ]
    )
    func isNotAskedFor(command: String) {
        let talk = Conversation.loggedIn()
        let heard = talk.client("a \(command)")
        guard !command.hasPrefix("LIST") else { return }
        #expect(heard.hasPrefix("a NO ") || heard.hasPrefix("a BAD "))
        #expect(!heard.contains("+ "))
        talk.client("b NOOP\n")
        #expect(talk.heardByBackend() == "g16 NOOP\n")
        #expect(talk.backend("g16 OK\n") == "b OK NOOP completed\n")
    }

    @Test func aRefusedMessageIsAnsweredOnceThoughItWasSentUnasked() {
        let talk = Conversation.loggedIn()
        talk.client("a APPEND New {8+}\n")
        _ = talk.heardByBackend()
        let heard = talk.backend("g16 NO [TRYCREATE] no\n") + talk.client("b NOOP\n\nc NOOP\n")
        #expect(heard == "a NO [TRYCREATE] APPEND refused by the mail server\n")
        #expect(talk.heardByBackend() == "g17 NOOP\n")
        #expect(talk.backend("g17 OK\n") == "c OK NOOP completed\n")
    }

    @Test func nothingButTheEndMayFollowAMessage() {
        let talk = Conversation.loggedIn()
        talk.client("a APPEND INBOX {5}\n")
        talk.backend("+ go\n")
        talk.client("hello {3}\n")
        #expect(talk.isClosed)
        #expect(!talk.clientHeard.contains("* BAD"))
    }

    @Test func aLiteralKeptBackSurvivesOtherAnswers() {
        let talk = Conversation.loggedIn(capabilities: "IMAP4rev1")
        talk.client("s SELECT INBOX\n")
        talk.backend("g16 OK\n")
        _ = talk.heardByBackend()
        talk.client("a FETCH 1 UID\nb SEARCH CHARSET UTF-8 TEXT {2+}\n\u{E9}\n")
        #expect(talk.heardByBackend() == "g17 FETCH 1 (UID)\ng18 SEARCH CHARSET UTF-8 TEXT {2}\n")
        talk.backend("g17 OK\n+ go\n")
        #expect(talk.heardByBackend() == "\u{E9}\n")
        #expect(talk.backend("g18 OK\n") == "b OK SEARCH completed\n")
    }

    @Test func aLiteralKeptBackIsNotSentWhenItsCommandIsRefused() {
        let talk = Conversation.loggedIn(capabilities: "IMAP4rev1")
        talk.client("s SELECT INBOX\n")
        talk.backend("g16 OK\n")
        _ = talk.heardByBackend()
        talk.client("b SEARCH CHARSET UTF-8 TEXT {2+}\n\u{E9}\nc NOOP\n")
        talk.backend("g17 BAD no such charset\n")
        #expect(talk.heardByBackend() == "g17 SEARCH CHARSET UTF-8 TEXT {2}\ng18 NOOP\n")
    }

    @Test func longLinesEndTheSession() {
        let talk = Conversation.loggedIn()
        talk.client("a LIST \"\" " + String(repeating: "x", count: 70_000))
        #expect(talk.isClosed)
        let many = Conversation.loggedIn()
        many.client("a SEARCH" + String(repeating: " TEXT {1+}\nx", count: 100) + "\n")
        #expect(many.isClosed)
        let large = Conversation.loggedIn()
        #expect(large.client("a LIST \"\" {300000}\n") == "a BAD [TOOBIG] Literal is too large\n")
    }
}
