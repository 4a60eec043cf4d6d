// A session that has ended leaves nothing behind.
import Policy
import Proxy
import Testing

@Suite("Lifetimes")
struct LifetimeTests {
    @Test(
        "a session gives everything back",
        arguments: [
            [], ["a NOOP\n"], ["a CAPABILITY\n"], ["a SELECT INBOX\n"], ["a SELECT Secret\n"],
            ["a LIST \"\" *\n"], ["a STATUS INBOX (MESSAGES)\n"], ["a LOGOUT\n"], ["a XYZZY\n"],
            ["a DELETE Work\n"], ["a APPEND INBOX {3}\n"], ["a IDLE\n"],
        ]
    )
    func givesBack(lines: [String]) {
        weak var policy: PolicySet?
        do {
            let settings = Settings.sample()
            policy = settings.policy
            let talk = Conversation.loggedIn(settings: settings)
            for line in lines { talk.client(line) }
        }
        #expect(policy == nil)
    }

    @Test(
        "a session with a selected mailbox gives everything back",
        arguments: [
            "", "a NOOP\n", "a FETCH 1 UID\n", "a STORE 1 +FLAGS (\\Seen)\n", "a CLOSE\n",
            "a SELECT Work\n", "a SELECT Secret\n", "a COPY 1 Work\n", "a EXPUNGE\n",
        ]
    )
    func givesBack(line: String) {
        weak var policy: PolicySet?
        do {
            let settings = Settings.sample()
            policy = settings.policy
            let talk = Conversation.selected("INBOX", settings: settings)
            talk.client(line)
            talk.backend("g17 OK\n")
        }
        #expect(policy == nil)
    }

    @Test func reloadsGiveTheOldPolicyBack() {
        weak var policy: PolicySet?
        let talk: Conversation
        do {
            let settings = Settings.sample()
            policy = settings.policy
            talk = Conversation.selected("INBOX", settings: settings)
        }
        talk.reload(.sample())
        #expect(policy == nil)
    }
}
