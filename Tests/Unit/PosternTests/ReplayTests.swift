// What a policy would have refused of a trail that the gateway itself has written.
import Audit
import Bytes
import Configuration
import Foundation
import Policy
import Proxy
import Testing

@testable import Postern

@Suite struct ReplayTests {
    private static func policy(_ rules: (String, String, Rights)...) throws -> PolicySet {
        let rules = try rules.map { id, mailbox, limit in
            Rule(
                id: id,
                who: .everyone,
                mailboxes: [try Pattern(mailbox)],
                limit: limit,
                position: SourcePosition(file: "policy.yaml", line: 3, column: 5)
            )
        }
        return PolicySet(rules: rules, groups: [:], revision: "new")
    }

    /// Lines of a trail, as the recorder writes them.
    private struct Lines {
        var lines: [[UInt8]] = []
        private var encoder = RecordEncoder()

        mutating func append(_ record: Record, at seconds: UInt64 = 1_770_000_000) {
            var payload = Buffer()
            encoder.encode(
                record,
                at: Moment(utc: seconds * 1_000_000, monotonic: 1),
                into: &payload
            )
            var line = Buffer()
            TrailLine.append(payload.span, sequence: UInt64(lines.count) + 1, to: &line)
            lines.append(Array(line.bytes.dropLast()))
        }
    }

    /// The trail of these commands, each in a session of its own without any policy.
    private static func trail(_ commands: [String], on mailbox: String) throws -> Lines {
        var trail = Lines()
        for (number, command) in commands.enumerated() {
            let trial = try Trial(
                Circumstances(Subject(user: "ann")),
                under: PolicySet(),
                like: nil
            )
            if UsualCommands.needsSelection(command) { _ = trial.select(mailbox) }
            for var record in trial.hear(command).decisions {
                // Which session it was is told by the number of the command here.
                record.sequence = UInt64(number) + 1
                trail.append(record)
            }
        }
        return trail
    }

    private static func replay(_ lines: [[UInt8]], _ policy: PolicySet) -> Replay {
        var replay = Replay(policy, Judge(policy, like: nil), first: 100)
        lines.forEach { replay.read($0) }
        replay.finish()
        return replay
    }

    @Test("nothing is refused by the policy under which it was done")
    func same() throws {
        let lines = try Self.trail(UsualCommands.on("Archive"), on: "Archive").lines
        let replay = Self.replay(lines, PolicySet())
        #expect(replay.commands >= 20)
        #expect(replay.refused == 0)
        #expect(replay.unread == 0)
        #expect(replay.changed == [:])
    }

    static let limits: [Rights] = [
        .none, .lookup, [.lookup, .read], [.lookup, .read, .seen], [.lookup, .insert],
        [.lookup, .read, .seen, .write, .insert, .createMailbox], .full.subtracting(.expunge),
    ]

    @Test("refused is what the gateway would refuse, command by command", arguments: limits)
    func agrees(_ limit: Rights) throws {
        let policy = try Self.policy(("limit", "Archive/**", limit))
        for command in UsualCommands.on("Archive") where !command.hasPrefix("LIST ") {
            let lines = try Self.trail([command], on: "Archive").lines
            let trial = try Trial(Circumstances(Subject(user: "ann")), under: policy, like: nil)
            var isDenied = false
            if UsualCommands.needsSelection(command) {
                isDenied = trial.select("Archive").verdict == .deny
            }
            isDenied = isDenied || trial.hear(command).verdict == .deny
            let replay = Self.replay(lines, policy)
            #expect(replay.refused == (isDenied ? 1 : 0), "\(command)")
            #expect(replay.byRule == (isDenied ? ["limit": 1] : [:]), "\(command)")
        }
    }

    @Test(
        "a search is judged by the keys that it had",
        arguments: [
            "SEARCH ALL", "UID SEARCH 1:*", "SEARCH OR SEEN FUZZY ALL", "UID SEARCH UID 1:*",
            "SEARCH RETURN (COUNT) CHARSET UTF-8 ALL", "SORT (REVERSE DATE) UTF-8 ALL",
            "UID THREAD REFERENCES UTF-8 (ALL)", "SEARCH UNSEEN", "UID SEARCH 7:9",
            "SEARCH FROM x", "SEARCH NOT (SUBJECT x HEADER a b) ALL", "SEARCH KEYWORD TEXT",
            "SEARCH UNKEYWORD BODY ALL", "SEARCH SINCE 1-Jan-2026 LARGER 7",
            "SEARCH OR BODY x (SEEN NOT TEXT y)", "SORT (SUBJECT) US-ASCII TEXT x",
            "UID SORT RETURN (MIN) (ARRIVAL) UTF-8 FROM x", "THREAD ORDEREDSUBJECT UTF-8 TO x",
            "SEARCH MODSEQ \"/flags/\\\\Seen\" all 7", "SEARCH EMAILID M1",
        ]
    )
    func searches(_ command: String) throws {
        var rule = try #require(try Self.policy(("no", "Archive/**", .full)).rules.first)
        for operation in [Policy.Operation.searchAll, .searchText, .sort] {
            rule.forbidden = Operations(operation)
            let policy = PolicySet(rules: [rule], groups: [:], revision: "new")
            let trial = try Trial(Circumstances(Subject(user: "ann")), under: policy, like: nil)
            _ = trial.select("Archive")
            let isDenied = trial.hear(command).verdict == .deny
            let lines = try Self.trail([command], on: "Archive").lines
            let replay = Self.replay(lines, policy)
            #expect(replay.refused == (isDenied ? 1 : 0), "\(operation)")
            #expect(replay.unread == 0)
        }
    }

    @Test(
        "words that the trail has make no difference",
        arguments: [
            (#"FROM "\u{E4} \"(b" TEXT "c \\" SEEN"#, "FROM x TEXT x SEEN"),
            (#"RETURN (ALL) CHARSET UTF-8 HEADER "a" "b (c)""#, "HEADER x x"),
            ("OR (NOT BCC) ((HEADER) ALL)", "OR (NOT BCC x) ((HEADER x x) ALL)"),
            (#"SEEN FROM "unfinished"#, "SEEN FROM x"), ("RETURN (", ""), ("", ""),
        ]
    )
    func words(_ arguments: String, _ keys: String) {
        #expect(RecordedSearch(arguments, of: "SEARCH").keys == keys)
    }

    @Test("what the mail server refused was not done")
    func failed() throws {
        let policy = try Self.policy(("all", "**", .none))
        var trail = try Self.trail(["DELETE Work", "DELETE Play"], on: "INBOX")
        for (command, result) in [(1, Record.Result.no), (2, .ok)] {
            let identity = Array(#""session":"0000000000000000","user":"ann""#.utf8)
            var outcome = Record(.delete, .outcome, session: identity)
            outcome.sequence = UInt64(command)
            outcome.result = result
            trail.append(outcome)
        }
        let replay = Self.replay(trail.lines, policy)
        #expect(replay.commands == 1)
        #expect(replay.refused == 1)
        #expect(replay.first.map(\.mailbox) == ["Play"])
        #expect(replay.byMailbox == ["Play": 1])
        #expect(replay.byUser == ["ann": 1])
    }

    @Test("a rule that ended before a command was given, or begins later, refuses nothing")
    func time() throws {
        var policy = PolicySet()
        func replay(from: UnixTime?, until: UnixTime?) throws -> Int {
            var rule = try #require(try Self.policy(("a", "**", .none)).rules.first)
            rule.when.from = from
            rule.when.until = until
            policy = PolicySet(rules: [rule], groups: [:], revision: "")
            return Self.replay(try Self.trail(["DELETE Work"], on: "INBOX").lines, policy).refused
        }
        #expect(try replay(from: 1_770_000_001, until: nil) == 0)
        #expect(try replay(from: 1_770_000_000, until: nil) == 1)
        #expect(try replay(from: nil, until: 1_770_000_000) == 0)
        #expect(try replay(from: nil, until: 1_770_000_001) == 1)
    }

    @Test("lines that are no records are counted and harm nothing")
    func noise() throws {
        let lines = ["", "{", "[]", #"{"seq":1}"#, #"{"seq":1,"v":2,"time":"x","phase":"event"}"#]
        let replay = Self.replay(lines.map { Array($0.utf8) }, PolicySet())
        #expect(replay.unread == 5)
        #expect(replay.commands == 0)
    }

    @Test("a file that can't be read to its end is no trail without refusals")
    func unreadable() throws {
        let policy = PolicySet()
        var replay = Replay(policy, Judge(policy, like: nil), first: 1)
        // A folder can be opened, and not be read.
        let error = #expect(throws: (any Error).self) { try replay.read(file: "/", nil) }
        #expect(error.map { "\($0)" } == "can't read /: Is a directory")
        #expect(throws: (any Error).self) { try replay.read(file: "/nowhere/trail-1.jsonl", nil) }
    }

    @Test("no word of a stranger steers the terminal")
    func terminal() throws {
        let policy = try Self.policy(("all", "**", .none))
        let trial = try Trial(Circumstances(Subject(user: "ann")), under: PolicySet(), like: nil)
        var record = try #require(trial.hear("DELETE Work").decision)
        record.arguments = ShortBytes("\u{1B}[2J \u{202E}")
        record.mailbox?.canonical = Array("W\u{9B}2J".utf8)
        record.session = Array(#""session":"0","user":"a\u001b[2J","client":"\u0007""#.utf8)
        var trail = Lines()
        trail.append(record)
        let words = Self.replay(trail.lines, policy).words(policy)
        #expect(words.contains("1 commands were done; the policy would have refused 1"))
        #expect(words.contains("\\u{1B}[2J"))
        let dangers: Set<Unicode.Scalar> = ["\u{7}", "\u{1B}", "\u{9B}", "\u{202E}"]
        #expect(!words.unicodeScalars.contains(where: dangers.contains))
    }

    @Test("the result can be read by machines")
    func json() throws {
        let policy = try Self.policy(("all", "**", .none))
        let replay = Self.replay(try Self.trail(["DELETE Work"], on: "INBOX").lines, policy)
        let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(replay))
        let result = try #require(object as? [String: Any])
        #expect(result["refused"] as? Int == 1)
        #expect(result["policy"] as? String == "new")
        #expect((result["first"] as? [[String: Any]])?.first?["verb"] as? String == "DELETE")
    }
}
