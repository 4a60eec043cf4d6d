// The time of day: rules know hours and dates, the session's clock knows neither.
import Policy

/// The moment of UTC at which `Instant` was zero.
package struct Epoch: Equatable, Sendable {
    /// Since 1970-01-01T00:00:00Z.
    private let microseconds: Int64

    package static let zero = Epoch(utc: 0, monotonic: 0)

    /// Takes one moment in microseconds by both clocks.
    package init(utc: UInt64, monotonic: Instant) {
        let (difference, overflow) = Int64(clamping: utc).subtractingReportingOverflow(
            Int64(clamping: monotonic)
        )
        microseconds = overflow ? 0 : difference
    }

    /// Whether somebody has set the clock on the wall between the two: more than a second, which
    /// reading two clocks one after the other never makes.
    package func isApart(from other: Epoch) -> Bool {
        let (difference, overflow) = microseconds.subtractingReportingOverflow(other.microseconds)
        return overflow || difference.magnitude > 1_000_000
    }

    func time(at now: Instant) -> UnixTime {
        let (sum, overflow) = microseconds.addingReportingOverflow(Int64(clamping: now))
        let whole = overflow ? .max : sum
        return whole / 1_000_000 - (whole % 1_000_000 < 0 ? 1 : 0)
    }

    /// When `time` begins; the clock's end for a moment that it never reaches.
    func instant(of time: UnixTime) -> Instant {
        let (whole, isBeyond) = time.multipliedReportingOverflow(by: 1_000_000)
        let (difference, overflow) = whole.subtractingReportingOverflow(microseconds)
        return isBeyond || overflow ? .max : Instant(clamping: difference)
    }
}
