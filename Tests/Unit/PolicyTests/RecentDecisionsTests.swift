// A session that asks again is told the same, however many mailboxes it has asked for between.
import Chance
import Policy
import Testing

@Suite struct RecentDecisionsTests {
    /// Names of which many have their length and end in common.
    private static let names = (0..<40).map { "Box \($0 / 2)/\($0 % 2 == 0 ? "a" : "b") 2026-2026" }

    @Test("what is kept in mind is what would be decided anew", arguments: 0..<20 as Range<UInt64>)
    func agrees(seed: UInt64) throws {
        var dice = Dice(seed: seed)
        let rules = try (0..<12).map { number in
            var new = try rule(
                "rule-\(number)",
                ["Box \(dice.below(20))/\(dice.pick(["**", "a*", "b*"]))"],
                limit: Rights(rawValue: UInt16.random(in: 0...1023, using: &dice))
            )
            if dice.hits(30) { new.specialUses = SpecialUses(.trash) }
            return new
        }
        let set = policy(rules)
        let session = set.policy(for: Subject(user: "ann"), at: 0)
        for _ in 0..<400 {
            let name = Array(dice.pick(Self.names).utf8)
            let uses = dice.hits(20) ? SpecialUses(.trash) : .none
            let fresh = set.policy(for: Subject(user: "ann"), at: 0)
            #expect(session.decide(name, uses: uses) == fresh.decide(name, uses: uses))
        }
    }
}
