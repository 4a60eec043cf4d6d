import Testing
import Audit
@Suite("Debug2") struct DebugOne {
    @Test func one() {
        for seed in 0..<200 as Range<UInt64> {
            let storm = Storm(seed: seed)
            storm.blow(steps: 1500)
            guard let first = storm.complaints.first, !first.contains("deadline"), !first.contains("thrown") else { continue }
            print("SEED", seed, storm.complaints.prefix(2))
            print(storm.log.suffix(1600).joined(separator: "\n"))
        }
    }
}
