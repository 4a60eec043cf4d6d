// COMPRESS as the session sees it: a barrier, behind which the client's bytes wait for the driver.
import Audit
import Bytes
import IMAP
import Proxy
import Testing

@Suite("COMPRESS")
struct CompressionTests {
    @Test func isOfferedUntilItIsActive() {
        let talk = Conversation.loggedIn()
        #expect(talk.client("a CAPABILITY\n").contains(" COMPRESS=DEFLATE"))
        #expect(talk.client("b COMPRESS DEFLATE\n") == "b OK COMPRESS completed\n")
        #expect(talk.takeEffects() == [.startCompression])
        #expect(!talk.client("c CAPABILITY\n").contains("COMPRESS"))
        #expect(
            talk.client("d COMPRESS DEFLATE\n")
                == "d NO [COMPRESSIONACTIVE] Compression is active already\n"
        )
        #expect(talk.takeEffects() == [])
        #expect(talk.heardByBackend() == "")
    }

    @Test func isDoneForNoMoreSessionsThanThereIsRoomFor() {
        let room = CompressionRoom(places: 1)
        var first: Conversation? = .loggedIn(compressionRoom: room)
        let second = Conversation.loggedIn(compressionRoom: room)
        #expect(first?.client("a COMPRESS DEFLATE\n") == "a OK COMPRESS completed\n")
        let refusal = "NO [LIMIT] Too many sessions compress already\n"
        #expect(second.client("a COMPRESS DEFLATE\n") == "a \(refusal)")
        #expect(second.takeEffects() == [])
        #expect(second.records.last?.verdict == .deny)
        // A session that is gone leaves its place.
        first = nil
        #expect(second.client("b COMPRESS DEFLATE\n") == "b OK COMPRESS completed\n")
        #expect(second.takeEffects() == [.startCompression])
    }

    @Test func isNeitherOfferedNorDoneWhereTheAdministratorSaysNo() {
        let talk = Conversation.loggedIn(settings: .sample(offersCompression: false))
        #expect(!talk.client("a CAPABILITY\n").contains("COMPRESS"))
        #expect(talk.client("b COMPRESS DEFLATE\n") == "b BAD Unknown or disabled command\n")
        #expect(talk.takeEffects() == [])
    }

    @Test("takes one mechanism", arguments: ["COMPRESS LZ", "COMPRESS", "COMPRESS DEFLATE x"])
    func refuses(_ command: String) {
        let talk = Conversation.loggedIn()
        #expect(talk.client("a \(command)\n") == "a BAD Malformed command\n")
        #expect(talk.takeEffects() == [])
    }

    @Test func isRefusedBeforeTheLogin() {
        let talk = Conversation()
        #expect(!talk.client("a CAPABILITY\n").contains("COMPRESS"))
        #expect(
            talk.client("b COMPRESS DEFLATE\n") == "b BAD Command is not allowed in this state\n"
        )
        #expect(talk.takeEffects() == [])
    }

    @Test func leavesWhatStandsBehindItUnread() {
        let talk = Conversation.loggedIn()
        let command = "a COMPRESS DEFLATE\n"
        #expect(talk.offer(command + "b NOOP\n") == command.wire.count)
        #expect(talk.takeEffects() == [.startCompression])
        #expect(talk.heardByClient() == "a OK COMPRESS completed\n")
    }

    @Test func waitsForWhatIsUnderWay() {
        let talk = Conversation.loggedIn()
        talk.client("a NOOP\nb COMPRESS DEFLATE\n")
        #expect(talk.takeEffects() == [])
        #expect(talk.backend("g16 OK\n") == "a OK NOOP completed\nb OK COMPRESS completed\n")
        #expect(talk.takeEffects() == [.startCompression])
    }

    @Test func standsInTheTrail() {
        let talk = Conversation.loggedIn()
        talk.client("a COMPRESS DEFLATE\n")
        #expect(talk.records.last?.event == .compress)
        #expect(talk.records.last?.verdict == .local)
    }

    @Test(
        "ends the session when its stream breaks",
        arguments: [
            (StreamFault.malformed, Event.malformed, "* BYE Malformed compressed data\n"),
            (.excessive, .limit, "* BYE Compressed data grows without measure\n"),
        ]
    )
    func breaks(_ fault: StreamFault, _ event: Event, _ farewell: String) {
        let talk = Conversation.loggedIn()
        talk.client("a COMPRESS DEFLATE\n")
        #expect(talk.broke(fault) == farewell)
        #expect(talk.isClosed)
        #expect(talk.records.contains { $0.event == event && $0.verdict == .disconnect })
    }
}
