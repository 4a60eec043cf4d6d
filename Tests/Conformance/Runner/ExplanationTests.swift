// What `postern policy explain` and `test` say is what the gateway does: both are asked.
import Audit
import Chance
import Configuration
import Policy
import Proxy
import Testing

@testable import Postern

@Suite("Explanations")
struct ExplanationTests {
    private static let limits = [
        "deny", "list-only", "read-only", "read-and-mark", "drop-box", "no-delete",
        "{ rights: lrswit }", "{ rights: lre }", "{ rights: lrswipkte }",
    ]
    private static let mailboxes = [
        "\"**\"", "INBOX", "Work/**", "Secret/**", "Archive", "\"*\"", "\"W*\"", "\"é\"",
    ]
    private static let conditions = [
        "networks: [192.0.2.0/24]", "networks: [198.51.100.0/24]", "listeners: [imaps]",
        "except-networks: [192.0.2.7]", "authentication: [certificate]", "tls: [TLSv1.3]",
        "from: 1970-01-01", "from: 2030-01-01", "until: 1970-01-02",
    ]

    /// The lines of a policy of up to four rules.
    private static func policy(_ dice: inout Dice) -> [String] {
        let rules = (0..<1 + dice.below(4)).map { number in
            let who = dice.pick(["everyone", "{ users: [ann] }", "{ except: { users: [ann] } }"])
            let when = dice.hits(40) ? "when: { \(dice.pick(conditions)) }, " : ""
            return "  - { id: r\(number), who: \(who), mailboxes: [\(dice.pick(mailboxes))], "
                + "\(when)limit: \(dice.pick(limits)) }"
        }
        return ["policy: 1", "rules:"] + rules
    }

    private static let circumstances: Circumstances = {
        var subject = Subject(user: "ann")
        subject.address = NetworkAddress("192.0.2.7")
        subject.tlsVersion = .tls13
        subject.listener = "imaps"
        var circumstances = Circumstances(subject)
        // The scene's clock.
        circumstances.time = 1
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
            if dice.hits(70) { heading.state = .selected(dice.pick(["INBOX", "Work", "Archive"])) }
            let text = Grammar.commands.text(from: form, &dice)
            let settings = try heading.settings()

            let scene = Scene.begun(heading, settings)
            let (clientHeard, backendHeard) = (scene.toClient.count, scene.toBackend.count)
            scene.client(Array("a \(text)\r\n".utf8))
            scene.answerEverything(heading, from: backendHeard)
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
        for mailbox in ["INBOX", "Work", "Work/Plan", "Secret", "Archive", "é", "x/y"] {
            let left = policy.policy(for: subject, at: 1).decide(Array(mailbox.utf8))
            #expect(trial.decision(on: mailbox)?.rights == left.rights)
            #expect(trial.decision(on: mailbox)?.forbidden == left.forbidden)
        }
    }
}
