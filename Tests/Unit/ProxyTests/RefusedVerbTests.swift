// Verbs of other servers: refused like unknown ones, named in the trail, their literals harmless.
import Audit
import IMAP
import Testing

@Suite("Refused verbs")
struct RefusedVerbTests {
    private static let answer = "a BAD Unknown or disabled command\n"

    @Test("are answered like unknown ones and recorded", arguments: RefusedVerb.allCases)
    func areRecorded(verb: RefusedVerb) {
        let talk = Conversation.selected("INBOX")
        _ = talk.heardByBackend()
        #expect(talk.client("a \(verb.spelling) INBOX x\n") == Self.answer)
        #expect(talk.client("a \(verb.spelling)\n".lowercased()) == Self.answer)
        let record = talk.records.last
        #expect(record?.event == .vendorRefused && record?.verdict == .bad)
        #expect(record?.verb == Phrase(verb.spelling))
        #expect(talk.heardByBackend() == "")
    }

    @Test(
        "hold no commands in their literals",
        arguments: ["LOCALDELETE", "WHATEVER", "UID CONVERT"]
    )
    func holdNoCommands(verb: String) {
        let talk = Conversation.loggedIn()
        let heard = talk.client("a \(verb) {17+}\nb DELETE INBOX2\n {3+}\nxyz\nc NOOP\n")
        #expect(heard == Self.answer)
        #expect(talk.heardByBackend() == "g16 NOOP\n")
        let asked = talk.client("a \(verb) {17}\n")
        #expect(asked == Self.answer)
    }

    @Test("are refused before the login, too")
    func beforeTheLogin() {
        let talk = Conversation()
        _ = talk.heardByClient()
        #expect(talk.client("a XAPPLEPUSHSERVICE mailboxes (INBOX)\n") == Self.answer)
        #expect(talk.records.last?.event == .vendorRefused)
        #expect(talk.records.last?.verb == "XAPPLEPUSHSERVICE")
    }

    @Test("are no more than their whole names", arguments: ["SCANNER", "XFER~", "ACL-X"])
    func areWhole(word: String) {
        let talk = Conversation.loggedIn()
        talk.client("a \(word) x\n")
        #expect(talk.records.last?.event == .vendorRefused)
        #expect(talk.records.last?.verb == nil)
    }
}
