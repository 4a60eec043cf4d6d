// Guessing gets slow, memory stays bounded, and nobody is locked out by others.
import Chance
import Authentication
import Testing

private let second: UInt64 = 1_000_000
private let home = ClientNetwork.v4(0xC000_0201)
private let elsewhere = ClientNetwork.v4(0xC000_0202)

@Suite("The throttle")
struct ThrottleTests {
    @Test("lets people mistype, then doubles the wait, for a user no longer than the bound")
    func slowsAUser() {
        var throttle = Throttle()
        var verdicts: [Throttle.Verdict] = []
        for number in 0..<8 {
            let address = ClientNetwork.v4(UInt32(number))
            verdicts.append(throttle.admit(address: address, user: "ann", at: 0))
            throttle.failed(address: address, user: "ann", at: 0)
        }
        #expect(
            verdicts == [
                .now, .now, .now, .after(.seconds(1)), .after(.seconds(2)), .after(.seconds(4)),
                .after(.seconds(5)), .after(.seconds(5)),
            ]
        )
        #expect(throttle.admit(address: home, user: "bob", at: 0) == .now)
    }

    @Test("makes attempts of one address queue, and turns away what would wait too long")
    func slowsAnAddress() {
        var throttle = Throttle()
        for number in 0..<11 { throttle.failed(address: home, user: "user\(number)", at: 0) }
        var verdicts: [Throttle.Verdict] = []
        for number in 0..<12 {
            verdicts.append(throttle.admit(address: home, user: "other\(number)", at: 0))
        }
        let waits = (1...10).map { Throttle.Verdict.after(.seconds(2 * $0)) }
        #expect(verdicts == waits + [.refuse, .refuse])
        #expect(throttle.admit(address: elsewhere, user: "ann", at: 0) == .now)
    }

    @Test("forgets one failure in half a minute")
    func forgives() {
        var throttle = Throttle()
        for _ in 0..<4 { throttle.failed(address: home, user: "ann", at: 0) }
        #expect(
            throttle.admit(address: elsewhere, user: "ann", at: 30 * second - 1)
                == .after(.seconds(2))
        )
        #expect(
            throttle.admit(address: elsewhere, user: "ann", at: 30 * second) == .after(.seconds(1))
        )
        #expect(throttle.admit(address: elsewhere, user: "ann", at: 60 * second) == .now)
    }

    @Test("trusts a user who logged in, but not the whole address")
    func forgetsOnSuccess() {
        var throttle = Throttle()
        for _ in 0..<12 { throttle.failed(address: home, user: "ann", at: 0) }
        throttle.succeeded(address: home, user: "ann", at: 0)
        #expect(throttle.admit(address: elsewhere, user: "ann", at: 0) == .now)
        #expect(throttle.admit(address: home, user: "ann", at: 0) == .after(.seconds(2)))
    }

    @Test("takes a /64 for one address, and IPv4 in IPv6 form for IPv4")
    func networks() {
        let prefix: [UInt8] = [0x20, 1, 0x0D, 0xB8, 0, 0, 0, 1]
        let near = ClientNetwork(octets: prefix + [1, 2, 3, 4, 5, 6, 7, 8])
        let far = ClientNetwork(octets: prefix + [8, 7, 6, 5, 4, 3, 2, 1])
        let other = ClientNetwork(octets: [0x20, 1, 0x0D, 0xB8, 0, 0, 0, 2] + prefix)
        let mapped = ClientNetwork(
            octets: Array(repeating: 0, count: 10) + [0xFF, 0xFF, 192, 0, 2, 1]
        )
        #expect(near == far)
        #expect(near != other)
        #expect(mapped == home)
        #expect(ClientNetwork(octets: [192, 0, 2, 1]) == home)
        #expect(ClientNetwork(octets: [1, 2, 3]) == nil)
    }

    @Test("remembers no more than it may, and still the last ones")
    func isBounded() {
        var settings = ThrottleSettings()
        settings.entriesMax = 100
        var throttle = Throttle(settings)
        for number in 0..<10_000 {
            throttle.failed(address: .v4(UInt32(number)), user: "user\(number)", at: 0)
        }
        for _ in 0..<3 { throttle.failed(address: home, user: "user9999", at: 0) }
        #expect(throttle.entryCount <= 200)
        #expect(
            throttle.admit(address: elsewhere, user: "user9999", at: 0) == .after(.seconds(2))
        )
    }

    @Test("survives any order of events and any clock", arguments: 0..<100)
    func survives(seed: UInt64) {
        var chance = Dice(seed: seed)
        var throttle = Throttle()
        for _ in 0..<500 {
            let address = ClientNetwork.v4(UInt32.random(in: 0...3, using: &chance))
            let user = "user\(Int.random(in: 0...3, using: &chance))"
            let now = UInt64.random(in: 0...UInt64.max, using: &chance) >> (seed % 64)
            switch Int.random(in: 0...2, using: &chance) {
            case 0: throttle.failed(address: address, user: user, at: now)
            case 1: throttle.succeeded(address: address, user: user, at: now)
            default: _ = throttle.admit(address: address, user: user, at: now)
            }
        }
        #expect(throttle.entryCount <= 8)
    }
}
