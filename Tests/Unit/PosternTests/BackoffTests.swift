// How soon a process that keeps failing is started again.
import Testing

@testable import Postern

@Suite("A child that ends")
struct BackoffTests {
    @Test("is started later and later, but never too late")
    func growsToABound() {
        var backoff = Backoff()
        let delays = (0..<12).map { _ in backoff.delay(afterLife: 0) }
        #expect(delays.first == Backoff.first)
        #expect(zip(delays, delays.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(delays.last == Backoff.last)
    }

    @Test("is started soon when it had lived well")
    func forgives() {
        var backoff = Backoff()
        for _ in 0..<12 { _ = backoff.delay(afterLife: 0) }
        #expect(backoff.delay(afterLife: Backoff.lifeThatCounts) == Backoff.first)
    }

    @Test("is due again when it could not even be started")
    func failsToStart() {
        let child = Child(.gateway)
        child.failedToStart(at: 1000)
        #expect(child.restartAt == 1000 + Backoff.first)
        #expect(child.isRunning == false)
        #expect(child.endingNumber == -1)
    }
}
