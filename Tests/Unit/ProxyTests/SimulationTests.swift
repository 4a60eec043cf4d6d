// Sessions in bad weather: whatever happens, and in whatever order, the promises are kept.
import Testing

@Suite("Simulation")
struct SimulationTests {
    @Test("a session survives any seed", arguments: 0..<200)
    func survives(seed: UInt64) {
        let storm = Storm(seed: seed)
        storm.blow(steps: 1500)
        #expect(storm.complaints.isEmpty)
    }
}
