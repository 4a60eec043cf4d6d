// Sessions in bad weather: whatever happens, and in whatever order, the promises are kept.
import Chance
import Testing

@Suite("Simulation")
struct SimulationTests {
    private static let seeds: Range<UInt64> = 0..<200
    private static let steps = 1500

    @Test("a session survives any seed", arguments: seeds)
    func survives(seed: UInt64) {
        let storm = Storm(seed: seed)
        storm.blow(steps: Self.steps)
        #expect(storm.complaints.isEmpty)
    }

    /// A storm in which nobody comes through proves nothing.
    @Test func reachesEveryCommand() {
        var verbs: Set<String> = []
        var answers = ""
        for seed in Self.seeds {
            let storm = Storm(seed: seed)
            storm.blow(steps: Self.steps)
            for line in String(decoding: storm.backendHeard, as: UTF8.self).split(separator: "\r\n")
            {
                let words = line.split(separator: " ").map(String.init)
                if words.count > 1 { verbs.insert(words[1] == "UID" ? words[2] : words[1]) }
            }
            answers += String(decoding: storm.clientHeard, as: UTF8.self)
        }
        let wanted: Set = [
            "NOOP", "LIST", "LSUB", "STATUS", "SELECT", "EXAMINE", "CREATE", "DELETE", "RENAME",
            "SUBSCRIBE", "UNSUBSCRIBE", "APPEND", "CLOSE", "UNSELECT", "EXPUNGE", "FETCH", "SEARCH",
            "STORE", "COPY", "MOVE", "IDLE", "ENABLE", "LOGOUT",
        ]
        #expect(wanted.subtracting(verbs).isEmpty)
        for text in [
            "[NONEXISTENT] Mailbox does not exist", "Access denied by policy",
            "Invalid mailbox name",
            "Mailbox is read-only by policy", "OK [READ-ONLY] SELECT", "OK IDLE", "OK STORE",
            " MOVE completed",
            "BAD Malformed", "BAD Unknown", "NO [UNAVAILABLE]", "BYE Server is shutting down",
            "BYE Mail server broke the protocol", "BYE Connection to the mail server was lost",
            "BYE Idle for too long", "BYE Malformed command",
        ] {
            #expect(answers.contains(text), "nobody heard '\(text)'")
        }
    }

    @Test("cuts change nothing", arguments: 0..<40 as Range<UInt64>)
    func cuts(seed: UInt64) {
        let script = """
            a LOGIN {3+}
            ann secret
            b SELECT INBOX
            c FETCH 1:* (UID BODY[])
            d STORE 1 +FLAGS (\\Seen)
            e APPEND Work (\\Seen) {12+}
            f LOGOUT
            ab
            g SELECT Secret
            h LIST "" *
            i XYZZY {6+}
            j NOOP
            k SELECT {7+}
            Archive
            l FETCH 1:* RFC822
            m SEARCH CHARSET UTF-8 TEXT {2+}
            \u{E9} SEEN
            n IDLE
            DONE
            o RENAME Work Play
            p COPY 1 Work
            q LOGOUT

            """
        let whole = Rehearsal(script: script, seed: seed, cuts: nil)
        let parted = Rehearsal(script: script, seed: seed, cuts: Dice(seed: seed))
        #expect(whole.clientHeard.hasSuffix("q OK LOGOUT completed\r\n"))
        #expect(parted.clientHeard == whole.clientHeard)
        #expect(parted.backendHeard == whole.backendHeard)
    }
}
