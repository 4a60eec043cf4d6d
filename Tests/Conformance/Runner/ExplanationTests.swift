// What `postern policy explain` and `test` say is what the gateway does: both are asked.
import Audit
import Bytes
import Chance
import Configuration
import Policy
import Proxy
import Testing

@testable import Postern

@Suite("Explanations")
struct ExplanationTests {
    private static let limits = [
        "full", "deny", "list-only", "read-only", "read-and-mark", "drop-box", "no-delete",
        "{ rights: lrswit }", "{ rights: lre }", "{ rights: lrswipkte }",
    ]
    private static let mailboxes = [
        "\"**\"", "INBOX", "Work/**", "Secret/**", "Archive", "\"*\"", "\"W*\"", "\"é\"",
    ]
    private static let operations = Policy.Operation.allCases.map(\.name)
    private static let conditions = [
        "networks: [192.0.2.0/24]", "networks: [198.51.100.0/24]", "listeners: [imaps]",
        "except-networks: [192.0.2.7]", "authentication: [certificate]", "tls: [TLSv1.3]",
        "from: 1970-01-01", "from: 2030-01-01", "until: 1970-01-02",
    ]

    /// The lines of a policy of up to four rules; `forReplay` without what no trail tells.
    private static func policy(_ dice: inout Dice, forReplay: Bool = false) -> [String] {
        let rules = (0..<1 + dice.below(4)).map { number in
            var people = ["everyone", "{ users: [ann] }", "{ except: { users: [ann] } }"]
            var places = mailboxes.map { "[\($0)]" }
            if !forReplay {
                people += ["{ unix-groups: staff }", "{ except: { unix-groups: [staff, x] } }"]
                places += [
                    "{ special-use: [Archive, Sent] }", "{ names: INBOX, special-use: Junk }",
                ]
            }
            let who = dice.pick(people)
            let volume =
                dice.hits(20) && !forReplay
                ? "at-most: { messages: \(dice.pick([0, 2])), per: day }, " : ""
            let when = dice.hits(40) ? "when: { \(dice.pick(conditions)) }, " : ""
            let operations =
                dice.hits(30) ? "operations: { no: [\(dice.pick(Self.operations))] }, " : ""
            let others = dice.hits(30) ? dice.pick(["mode: report, ", "message: Ask, "]) : ""
            return "  - { id: r\(number), who: \(who), mailboxes: \(dice.pick(places)), "
                + "\(when)\(operations)\(volume)\(others)limit: \(dice.pick(limits)) }"
        }
        return ["policy: 1", "rules:"] + rules
    }

    private static let circumstances: Circumstances = {
        var subject = Subject(user: "ann")
        subject.address = NetworkAddress("192.0.2.7")
        subject.tlsVersion = .tls13
        subject.listener = "imaps"
        subject.unixGroups = ["staff"]
        var circumstances = Circumstances(subject)
        // The scene's clock.
        circumstances.time = 1
        circumstances.mailboxes = ["Archive": SpecialUses(.archive), "Work": SpecialUses(.junk)]
        return circumstances
    }()

    @Test(
        "say what the gateway does with every form of a command, under made-up policies",
        arguments: Grammar.commandForms
    )
    func agree(form: String) throws {
        for seed in 0..<12 as Range<UInt64> {
            var dice = Dice(seed: seed &* 7919 &+ UInt64(form.utf8.count))
            var heading = Heading()
            heading.capabilities = AgreeableBackend.capabilities
            heading.policy = Self.policy(&dice)
            heading.unixGroups = ["staff"]
            heading.marks = [#"(\Archive) "/" Archive"#, #"(\Junk) "/" Work"#]
            if dice.hits(70) { heading.state = .selected(dice.pick(["INBOX", "Work", "Archive"])) }
            let text = Grammar.commands.text(from: form, &dice)
            let settings = try heading.settings()

            let scene = Scene.begun(heading, settings)
            let (clientHeard, backendHeard) = (scene.toClient.count, scene.toBackend.count)
            scene.client(Array("a \(text)\r\n".utf8))
            scene.agree(from: backendHeard, Self.circumstances.mailboxes)
            let real = Hearing(
                scene.records,
                toClient: Array(scene.toClient[clientHeard...]),
                toBackend: Array(scene.toBackend[backendHeard...]),
                tag: "a"
            )

            let trial = try Trial(Self.circumstances, under: settings.policy, like: settings)
            if case .selected(let mailbox) = heading.state { _ = trial.select(mailbox) }
            let said = trial.hear(text)
            let place = "seed \(seed): \(text) under \(heading.policy.joined(separator: "\n"))"
            #expect(said.decisions.map(\.shown) == real.decisions.map(\.shown), "\(place)")
            #expect(said.toBackend == real.toBackend, "\(place)")
            if said.verdict != .allow && said.verdict != .rewrite {
                #expect(said.toClient == real.toClient, "\(place)")
            }
        }
    }

    @Test("say of the rights what the policy leaves", arguments: 0..<100 as Range<UInt64>)
    func agreeOnRights(seed: UInt64) throws {
        var dice = Dice(seed: seed)
        var heading = Heading()
        heading.policy = Self.policy(&dice)
        let policy = try heading.settings().policy
        let subject = Self.circumstances.subject
        let trial = try Trial(Self.circumstances, under: policy, like: nil)
        var uses = MailboxUses()
        for (mailbox, marks) in Self.circumstances.mailboxes {
            uses.note(Array(mailbox.utf8), marks)
        }
        let names = BackendNames(user: "ann", personal: [], others: [], uses: uses)
        for mailbox in ["INBOX", "Work", "Work/Plan", "Secret", "Archive", "é", "x/y"] {
            let left = policy.policy(for: subject, at: 1, names).decide(Array(mailbox.utf8))
            #expect(trial.decision(on: mailbox)?.rights == left.rights)
            #expect(trial.decision(on: mailbox)?.forbidden == left.forbidden)
        }
    }

    @Test(
        "a replayed trail is judged as its commands would have been",
        arguments: Grammar.commandForms
    )
    func replay(form: String) throws {
        for seed in 0..<12 as Range<UInt64> {
            var dice = Dice(seed: seed &* 104_729 &+ UInt64(form.utf8.count))
            let text = Grammar.commands.text(from: form, &dice)
            var heading = Heading()
            heading.policy = Self.policy(&dice, forReplay: true)
            let policy = try heading.settings().policy
            let mailbox = dice.pick(["INBOX", "Work", "Archive"])

            let done = try Trial(Self.circumstances, under: PolicySet(), like: nil)
            _ = done.select(mailbox)
            let hearing = done.hear(text)
            // What was refused without any policy was not done.
            guard let record = hearing.decision,
                hearing.verdict == .allow || hearing.verdict == .rewrite
            else { continue }
            let judged = Trial.judge(record, under: policy)

            let trial = try Trial(Self.circumstances, under: policy, like: nil)
            let selecting = trial.select(mailbox)
            let isSelected = selecting.answer.hasPrefix("OK ")
            let needs = UsualCommands.needsSelection(text)
            let said = needs && !isSelected ? selecting : trial.hear(text)
            let place = "seed \(seed): \(text) under \(heading.policy.joined(separator: "\n"))"
            let isRefused = if case .refused? = judged { true } else { false }
            #expect(isRefused == (said.verdict == .deny), "\(place): \(said.answer)")
            #expect(judged != .unclear, "\(place)")
        }
    }
}

extension Scene {
    /// Has the trial's backend answer what this one is sent from the octet `start` on.
    fileprivate func agree(from start: Int, _ mailboxes: [String: SpecialUses]) {
        var backend = AgreeableBackend(mailboxes)
        var heard = start
        while heard < toBackend.count {
            let asked = Array(toBackend[heard...])
            heard = toBackend.count
            self.backend(Array(backend.answer(asked).utf8))
        }
    }
}

extension Trial {
    /// What a replay makes of a record, by way of the trail's own form.
    fileprivate static func judge(_ record: Record, under policy: PolicySet) -> Judge.Sentence? {
        var encoder = RecordEncoder()
        var payload = Buffer()
        encoder.encode(record, at: Moment(utc: 1_000_000, monotonic: 1), into: &payload)
        var line = Buffer()
        TrailLine.append(payload.span, sequence: 1, to: &line)
        guard let entry = TrailEntry(line.bytes) else { return .unclear }
        var judge = Judge(policy, like: nil)
        return judge.judge(entry)
    }
}
