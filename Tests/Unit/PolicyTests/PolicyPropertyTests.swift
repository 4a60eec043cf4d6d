// What must hold for every policy: a rule never gives, and the order never matters.
import Chance
import Policy
import Testing

@Suite struct PolicyPropertyTests {
    private static let users = ["ann", "bob", "carl"]
    private static let names = [
        "INBOX", "Archive", "Archive/2019", "archive/2019/q1", "Secret", "Secret/Plans", "SECRET/x",
        "a/Secret", "Straße", "STRASSE/b",
    ]
    private static let patterns = [
        "**", "*", "Archive/**", "Archive/*", "**/Secret/**", "Secret", "S*", "INBOX", "Straße/**",
        "*/2019",
    ]

    private static func rules(_ generator: inout Dice) throws -> [Rule] {
        try (0..<8).map { number in
            var made = try rule(
                "rule-\(number)",
                users: generator.pick(users + ["*", "a*"], atMost: 2),
                groups: generator.pick(["g", "h"], atMost: 1),
                exceptUsers: generator.pick(users, atMost: 1),
                exceptGroups: generator.pick(["g", "h"], atMost: 1),
                generator.pick(patterns, atMost: 3),
                except: generator.pick(patterns, atMost: 1),
                limit: Rights(rawValue: UInt16.random(in: 0...2047, using: &generator))
            )
            made.forbidden = generator.pick(Policy.Operation.allCases, atMost: 3)
                .reduce(into: .none) { $0.formUnion(Operations($1)) }
            made.specialUses = generator.hits(20) ? SpecialUses(.trash) : .none
            if generator.hits(20) { made.who.unixGroups = ["staff"] }
            if generator.hits(20) { made.except.unixGroups = ["staff"] }
            made.volume =
                generator.hits(20) ? Volume(messages: 5, bytes: nil, period: .day) : nil
            made.mode = generator.hits(20) ? .report : .enforce
            return made
        }
    }

    @Test(
        "never gives more with one more rule, whatever the order",
        arguments: 0..<200 as Range<UInt64>
    )
    func onlyTakes(seed: UInt64) throws {
        var generator = Dice(seed: seed)
        let rules = try Self.rules(&generator)
        let groups = ["g": ["ann"], "h": ["bob", "c*"]]
        let whole = policy(rules, groups: groups)
        let shuffled = policy(rules.shuffled(using: &generator), groups: groups)
        let fewer = policy(rules.dropLast(), groups: groups)
        var uses = MailboxUses()
        uses.note(Array(generator.pick(Self.names).utf8), SpecialUses(.trash))
        let names = BackendNames(user: "", personal: [], others: [], uses: uses)
        for user in Self.users {
            var subject = Subject(user: user)
            if generator.hits(50) { subject.unixGroups = ["staff"] }
            let (whole, shuffled, fewer) = (
                whole.policy(for: subject, at: 0, names),
                shuffled.policy(for: subject, at: 0, names),
                fewer.policy(for: subject, at: 0, names)
            )
            for name in Self.names.map({ Array($0.utf8) }) {
                let decision = whole.decide(name)
                #expect(shuffled.decide(name).rights == decision.rights)
                let before = fewer.decide(name)
                #expect(before.rights.isSuperset(of: decision.rights))
                #expect(before.forbidden.isSubset(of: decision.forbidden))
                #expect(!before.isMetered || decision.isMetered)
                let other = shuffled.decide(name)
                #expect(other.forbidden == decision.forbidden)
                #expect(other.isMetered == decision.isMetered)
                let missing = Rights.full.subtracting(decision.rights)
                #expect(decision.rules(taking: missing).isEmpty == missing.isEmpty)
            }
        }
    }
}
