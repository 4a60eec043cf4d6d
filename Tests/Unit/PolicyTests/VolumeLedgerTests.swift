// What may leave in any span of time: the counts against trying every span.
import Chance
import Policy
import Testing

@Suite("The ledger of volumes")
struct VolumeLedgerTests {
    private let second: UInt64 = 1_000_000
    private let ann = VolumeMeter(user: "ann", rule: "r", period: .minute)

    @Test(
        "never counts less than left in the period, nor more than in a twelfth more",
        arguments: 0..<50 as Range<UInt64>
    )
    func slides(seed: UInt64) {
        var dice = Dice(seed: seed)
        var ledger = VolumeLedger()
        var events: [(at: UInt64, messages: UInt64)] = []
        var now = UInt64.random(in: 0..<100 * second, using: &dice)
        for _ in 0..<200 {
            now += UInt64.random(in: 0..<(dice.hits(5) ? 200 : 4) * second, using: &dice)
            let messages = UInt64.random(in: 0..<4, using: &dice)
            events.append((now, messages))
            let held = ledger.add(VolumeAmount(messages: messages), to: ann, at: now).messages
            func within(_ span: UInt64) -> UInt64 {
                events.filter { $0.at + span > now }.reduce(0) { $0 + $1.messages }
            }
            #expect(within(60 * second) <= held && held <= within(65 * second + 1), "at \(now)")
        }
    }

    @Test("keeps users, rules and periods apart")
    func isByUserAndRule() {
        var ledger = VolumeLedger()
        let one = VolumeAmount(messages: 1, bytes: 10)
        #expect(ledger.add(one, to: ann, at: 0) == one)
        for other in [
            VolumeMeter(user: "bob", rule: "r", period: .minute),
            VolumeMeter(user: "ann", rule: "s", period: .minute),
            VolumeMeter(user: "ann", rule: "r", period: .hour),
        ] {
            #expect(ledger.add(.zero, to: other, at: 0) == .zero)
            #expect(ledger.add(one, to: other, at: 0) == one)
        }
        #expect(ledger.add(one, to: ann, at: 0) == VolumeAmount(messages: 2, bytes: 20))
        #expect(ledger.add(.zero, to: ann, at: 65 * second) == .zero)
    }

    @Test("stops at the largest number instead of wrapping")
    func saturates() {
        var ledger = VolumeLedger()
        _ = ledger.add(.max, to: ann, at: 0)
        #expect(ledger.add(.max, to: ann, at: 10 * second) == .max)
    }

    @Test("is full for who finds no room, until others are forgotten")
    func isBounded() {
        var ledger = VolumeLedger(metersMax: 3)
        let one = VolumeAmount(messages: 1)
        func meter(_ number: Int) -> VolumeMeter {
            VolumeMeter(user: "u\(number)", rule: "r", period: .minute)
        }
        for number in 0..<3 { #expect(ledger.add(one, to: meter(number), at: 0) == one) }
        #expect(ledger.add(one, to: meter(3), at: second) == .max)
        #expect(ledger.add(one, to: meter(1), at: second) == VolumeAmount(messages: 2))
        #expect(ledger.count == 3)
        #expect(ledger.add(one, to: meter(3), at: 66 * second) == one)
        #expect(ledger.count == 1)
    }

    @Test("a volume is spent when nothing of it is left")
    func isSpent() {
        let volume = Volume(messages: 5, bytes: 100, period: .day)
        #expect(!volume.isSpent(by: VolumeAmount(messages: 4, bytes: 99)))
        #expect(volume.isSpent(by: VolumeAmount(messages: 5, bytes: 0)))
        #expect(volume.isSpent(by: VolumeAmount(messages: 0, bytes: 100)))
        #expect(Volume(messages: 0, bytes: nil, period: .day).isSpent(by: .zero))
    }
}
