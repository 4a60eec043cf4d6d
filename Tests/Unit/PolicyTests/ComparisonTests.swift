// What a new policy changes: every change is found, and each that is found is true.
import Chance
import Policy
import Testing

@Suite struct ComparisonTests {
    private static let users = ["ann", "bob", "box", "carl"]
    private static let names = [
        "INBOX", "Archive", "ARCHIVE", "Archive/2019", "Archive/2019/q1", "Secret", "Secret/Plans",
        "secret", "S", "x", "x/2019",
    ]
    private static let patterns = [
        "**", "*", "Archive/**", "Archive/*", "**/Secret/**", "Secret", "S*", "INBOX", "*/2019",
        "A*e",
    ]
    private static let addresses = ["192.0.2.1", "192.0.3.1", "10.1.2.3", "2001:db8::1"]
    private static let networks = ["192.0.2.0/24", "192.0.0.0/16", "10.0.0.0/8", "2001:db8::/32"]
    private static let times: [UnixTime] = [0, 100, 86_400 * 4 + 9 * 3600, 86_400 * 6 + 9 * 3600]

    private static func policySet(_ generator: inout Dice) throws -> PolicySet {
        let rules = try (0..<4).map { number in
            var new = try rule(
                "rule-\(number)",
                users: generator.pick(["ann", "bob", "*", "b*"], atMost: 2),
                groups: generator.pick(["g"], atMost: 1),
                exceptUsers: generator.pick(["ann", "b*"], atMost: 1),
                generator.pick(patterns, atMost: 2),
                except: generator.pick(patterns, atMost: 1),
                limit: Rights(rawValue: UInt16.random(in: 0...1023, using: &generator))
            )
            new.when.networks = try generator.pick(networks, atMost: 1).map { try Network($0) }
            new.when.exceptNetworks = try generator.pick(networks, atMost: 1).map {
                try Network($0)
            }
            new.when.methods = Set(generator.pick(AuthenticationMethod.allCases, atMost: 2))
            new.when.from = generator.pick([50 as UnixTime], atMost: 1).first
            if Bool.random(using: &generator) {
                new.when.hours = Schedule(
                    windows: [.init(days: [.mon, .tue, .wed], start: 480, end: 600)],
                    zone: .utc
                )
            }
            if Bool.random(using: &generator) {
                let words: [Policy.Operation] = [.expunge, .searchAll, .notify]
                new.forbidden = Operations(generator.pick(words))
            }
            if generator.hits(20) { new.specialUses = SpecialUses(.trash) }
            if generator.hits(20) { new.who.unixGroups = ["staff"] }
            if generator.hits(20) { new.except.unixGroups = ["staff"] }
            if generator.hits(20) {
                new.volume = Volume(messages: generator.pick([5, 10]), bytes: nil, period: .day)
            }
            if Int.random(in: 0..<4, using: &generator) == 0 { new.mode = .report }
            return new
        }
        return PolicySet(
            rules: rules,
            groups: ["g": Members(users: ["carl", "bo*"], unixGroups: ["temps"])],
            revision: ""
        )
    }

    private struct Case: Hashable {
        let before: String
        let after: String
    }

    @Test("finds what trying everything finds, and nothing else", arguments: 0..<60)
    func agreesWithBruteForce(seed: UInt64) throws {
        var generator = Dice(seed: seed)
        let old = try Self.policySet(&generator)
        let new = try Self.policySet(&generator)
        let found = try old.differences(to: new)
        for difference in found {
            let name = Array(difference.mailbox.utf8)
            let uses = difference.specialUses
            let before = old.policy(for: difference.subject, at: difference.time)
                .decide(name, uses: uses)
            let after = new.policy(for: difference.subject, at: difference.time)
                .decide(name, uses: uses)
            #expect(before.rights == difference.before.rights)
            #expect(after.rights == difference.after.rights)
            #expect(after.forbidden == difference.after.forbidden)
            #expect(difference.before.volumes.first?.messages == Self.bound(before))
            #expect(difference.after.volumes.first?.messages == Self.bound(after))
            #expect(Self.change(before, after) != nil)
        }
        let changes = Set(
            found.map { difference in
                [difference.before, difference.after].map {
                    Self.words($0.rights, $0.forbidden, $0.volumes.first?.messages)
                }.joined(separator: " ")
            }
        )
        for subject in Self.subjects {
            for time in Self.times {
                let before = old.policy(for: subject, at: time)
                let after = new.policy(for: subject, at: time)
                for name in Self.names.map({ Array($0.utf8) }) {
                    for uses in [SpecialUses.none, SpecialUses(.trash)] {
                        let here = Self.change(
                            before.decide(name, uses: uses),
                            after.decide(name, uses: uses)
                        )
                        guard let here else { continue }
                        let place = "\(subject) \(String(decoding: name, as: UTF8.self)) \(time)"
                        #expect(changes.contains(here), "\(place): \(here)")
                    }
                }
            }
        }
    }

    @Test(
        "what is taken away is no widening, whatever no longer needs to be forbidden",
        arguments: [
            (Rights.none, false), (.lookup, false), (.expunge, true), (.read, true), (.full, true),
        ]
    )
    func widens(limit: Rights, _ isWidening: Bool) throws {
        var before = try rule("a", ["Plans"], limit: .full)
        before.forbidden = Operations(.expunge)
        before.volume = Volume(messages: 10, bytes: nil, period: .day)
        let after = try rule("a", ["Plans"], limit: limit)
        let found = try policy([before]).differences(to: policy([after]))
        #expect(found.map(\.isWidening) == [isWidening])
    }

    /// Everyone who could come, in every way.
    private static let subjects: [Subject] = users.flatMap { user in
        addresses.flatMap { address in
            AuthenticationMethod.allCases.flatMap { method in
                [[], ["staff"], ["temps"], ["staff", "temps"]].map { (groups: Set<String>) in
                    var subject = Subject(user: user)
                    subject.address = NetworkAddress(address)
                    subject.method = method
                    subject.unixGroups = groups
                    return subject
                }
            }
        }
    }

    /// The strictest of the volumes that bound a decision.
    private static func bound(_ decision: Decision) -> UInt64? {
        decision.meters.compactMap(\.volume?.messages).min()
    }

    private static func change(_ before: Decision, _ after: Decision) -> String? {
        let earlier = words(before.rights, before.forbidden, bound(before))
        let later = words(after.rights, after.forbidden, bound(after))
        return earlier == later ? nil : "\(earlier) \(later)"
    }

    private static func words(_ rights: Rights, _ no: Operations, _ bound: UInt64?) -> String {
        "\(rights.letters) \(no.rawValue) \(bound.map(String.init) ?? "any")"
    }

    @Test func aPolicyDoesNotDifferFromItself() throws {
        for seed in 0..<20 as Range<UInt64> {
            var generator = Dice(seed: seed)
            let set = try Self.policySet(&generator)
            #expect(try set.differences(to: set).isEmpty)
        }
    }

    @Test func tellsWideningFromNarrowing() throws {
        let strict = try policy([rule("a", ["Archive/**"], limit: [.lookup])])
        let wider = try policy([rule("a", ["Archive/**"], limit: [.lookup, .read])])
        #expect(try strict.differences(to: wider).map(\.isWidening) == [true])
        #expect(try wider.differences(to: strict).map(\.isWidening) == [false])
        let difference = try #require(try strict.differences(to: wider).first)
        #expect(difference.mailbox == "Archive")
    }

    @Test func seesTheOneNameThatAnExceptionSpares() throws {
        let all = try policy([rule("a", ["Box*"], limit: .none)])
        let spared = try policy([rule("a", ["Box*"], except: ["BoxQ7"], limit: .none)])
        let found = try all.differences(to: spared)
        #expect(found.map(\.mailbox) == ["BoxQ7"])
    }

    @Test("shows a change at a moment to come, or else at the last one that is past")
    func namesATimeOfUse() throws {
        let now: UnixTime = 1_800_000_000
        func shownAt(_ set: (inout Conditions) -> Void) throws -> [UnixTime] {
            var timed = try rule("a", ["Box"], limit: .none)
            set(&timed.when)
            return try policy([]).differences(to: policy([timed]), near: now).map(\.time)
        }
        #expect(try shownAt { $0.until = now + 5 } == [now])
        #expect(try shownAt { $0.from = now - 5 } == [now])
        #expect(try shownAt { $0.from = now + 5 } == [now + 5])
        let past = try shownAt { $0.until = now - 5 }
        #expect(past.allSatisfy { 0 < $0 && $0 < now - 5 } && past.count == 1)
        #expect(try shownAt { $0.tlsVersions = [.tls12] } == [0])
    }

    @Test func comparesVolumes() throws {
        var bounded = try rule("a", ["**"], limit: .full)
        bounded.volume = Volume(messages: 10, bytes: nil, period: .hour)
        var wider = bounded
        wider.volume = Volume(messages: 20, bytes: nil, period: .hour)
        let found = try policy([bounded]).differences(to: policy([wider]))
        #expect(found.map(\.isWidening) == [true])
        #expect(try policy([wider]).differences(to: policy([bounded])).map(\.isWidening) == [false])
    }
}
