// A policy in report mode shows nowhere: every transcript's two sides, with it and without any.
import Audit
import Policy
import Proxy
import Testing

@Suite("Policies under rehearsal")
struct PolicyRehearsalTests {
    /// Where what is said depends on the moment at which a rule begins.
    private static let timed = ["policy-hours.imap"]
    /// Where the backend answers a question that only rules make.
    private static let asked = ["virtual-by-use.imap"]
    /// Where it refuses to answer one.
    private static let unanswered = ["virtual-by-use-untold.imap"]
    /// Where it answers the same one again and again.
    private static let askedAgain = ["policy-special-use.imap"]

    /// What the gateway asks at the login for the sake of rules, those in report mode included:
    /// the one thing that a backend sees of them.
    private static let question = Array(#"g3 LIST (SPECIAL-USE) "" "*"\#r\#n"#.utf8)

    private static let strictest = [
        "policy: 1", "rules:",
        "  - { id: all, who: everyone, mailboxes: \"**\", limit: deny, mode: report, because: x,",
        "      message: Never heard, operations: { no: [search, fetch-text, append] } }",
    ]

    /// A transcript's own policy and the strictest one, both in report mode.
    private static func rehearsals(of transcript: Transcript) -> [Heading] {
        var own = transcript.heading
        own.settings.append("rehearse: true")
        return [own, transcript.heading.under(strictest)]
    }

    @Test(
        "are indistinguishable from none",
        arguments: Corpus.files.filter {
            !(timed + asked + unanswered + askedAgain).contains($0)
        }
    )
    func isHidden(file: String) throws {
        let transcript = try Corpus.transcript(file)
        let bare = transcript.heading.under([])
        let none = try play(transcript, bare, reloading: false)
        for heading in Self.rehearsals(of: transcript) {
            let scene = try play(transcript, heading, reloading: heading.policy != Self.strictest)
            #expect(scene.toClient == none.toClient)
            #expect(scene.toBackend.removing(first: Self.question) == none.toBackend)
            #expect(scene.isClosed == none.isClosed)
        }
    }

    @Test("leave open what shows the messages of others", arguments: asked)
    func leavesOpen(file: String) throws {
        let transcript = try Corpus.transcript(file)
        for heading in Self.rehearsals(of: transcript) {
            let scene = try play(transcript, heading, reloading: false)
            #expect(scene.toBackend.removing(first: Self.question) != scene.toBackend)
            let selected = Array(#" SELECT "Alle Nachrichten"\#r\#n"#.utf8)
            #expect(scene.toBackend.removing(first: selected) != scene.toBackend)
            #expect(scene.records.contains { $0.verdict == .wouldDeny && $0.event == .select })
        }
    }

    @Test("let in whom the backend tells nothing of mailboxes", arguments: unanswered)
    func letsIn(file: String) throws {
        let transcript = try Corpus.transcript(file)
        for heading in Self.rehearsals(of: transcript) {
            let scene = try play(transcript, heading, reloading: false)
            let welcome = Array("] Logged in\r\n".utf8)
            #expect(scene.toClient.removing(first: welcome) != scene.toClient)
            #expect(!scene.isClosed)
        }
    }

    @Test("refuse nothing for what the backend says of mailboxes", arguments: askedAgain)
    func refusesNothing(file: String) throws {
        let transcript = try Corpus.transcript(file)
        var own = transcript.heading
        own.settings.append("rehearse: true")
        let scene = try play(transcript, own, reloading: false)
        #expect(scene.toBackend.removing(first: Self.question) != scene.toBackend)
        #expect(scene.records.contains { $0.verdict == .wouldDeny })
        #expect(!scene.records.contains { $0.verdict == .deny })
        #expect(!scene.isClosed)
    }

    @Test func whatWouldBeRefusedIsWritten() throws {
        let transcript = try Corpus.transcript("store.imap")
        let heading = transcript.heading.under(Self.strictest)
        let records = try play(transcript, heading, reloading: false).records
        let would = records.filter { $0.verdict == .wouldDeny }
        #expect(!would.isEmpty)
        #expect(would.allSatisfy { $0.mailbox?.rules == ["all"] })
        #expect(!records.contains { $0.verdict == .deny })
    }

    /// Says what the transcript's parties say, whatever comes of it.
    private func play(
        _ transcript: Transcript,
        _ heading: Heading,
        reloading: Bool
    ) throws -> Scene {
        let scene = Scene.begun(heading, try heading.settings())
        let start = heading.state == .greeting ? 0 : scene.toBackend.count
        for happening in transcript.turns.flatMap(\.happenings) where !scene.isClosed {
            switch happening {
            case .client(let pieces): scene.client(pieces.octets([:]) ?? [])
            case .backend(let pieces):
                if let octets = pieces.octets(Self.tags(in: scene.toBackend[start...])) {
                    scene.backend(octets)
                }
            case .event(.rules(let rules)): try scene.direct(.rules(reloading ? rules : []))
            case .event(let direction): try scene.direct(direction)
            }
        }
        return scene
    }

    /// The gateway's tags in the order in which they came, by the numbers of transcripts.
    private static func tags(in heard: ArraySlice<UInt8>) -> [Int: [UInt8]] {
        var tags: [Int: [UInt8]] = [:]
        for line in heard.split(separator: UInt8(ascii: "\n")) {
            let tag = Array(line.prefix { $0 != UInt8(ascii: " ") })
            let isOurs =
                tag.first == UInt8(ascii: "g") && tag.dropFirst().allSatisfy { 48...57 ~= $0 }
            if isOurs && !tags.values.contains(tag) { tags[tags.count + 1] = tag }
        }
        return tags
    }
}

extension [UInt8] {
    /// Without the first of these runs in it; as it is where there is none.
    fileprivate func removing(first run: [UInt8]) -> [UInt8] {
        guard let start = indices.first(where: { self[$0...].starts(with: run) }) else {
            return self
        }
        return Array(self[..<start] + self[(start + run.count)...])
    }
}

extension Heading {
    /// The same world under this policy file alone; without lines under none.
    fileprivate func under(_ policy: [String]) -> Heading {
        var heading = self
        heading.rules = []
        heading.policy = policy
        return heading
    }
}
