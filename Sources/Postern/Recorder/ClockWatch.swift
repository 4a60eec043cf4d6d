// Whether the times in the trail can be believed: jumps of the clock, and what keeps it right.
import Audit
import CLinux

/// Compares the two clocks: whoever sets the time of day moves one of them only.
struct ClockWatch {
    /// What a time server may put right between two looks without a word, in microseconds.
    private static let toleranceMicroseconds: Int64 = 500_000
    /// The kernel slews by 500 ppm at most; a look comes at least once a minute.
    private static let slewPerMicrosecond: Int64 = 2000

    private var difference: Int64
    private var lookedAt: UInt64

    init(at now: Moment) {
        difference = Self.difference(now)
        lookedAt = now.monotonic
    }

    /// By how much the clock has jumped, in microseconds; 0: it goes as it should.
    ///
    /// Small steps add up: what they are measured against stays for a minute.
    mutating func jump(at now: Moment) -> Int64 {
        let step = Self.difference(now) &- difference
        let passed = Int64(clamping: now.monotonic &- min(lookedAt, now.monotonic))
        let allowed = Self.toleranceMicroseconds + passed / Self.slewPerMicrosecond
        let hasJumped = step.magnitude > UInt64(allowed)
        if hasJumped || passed >= 60_000_000 { self = ClockWatch(at: now) }
        return hasJumped ? step : 0
    }

    private static func difference(_ moment: Moment) -> Int64 {
        Int64(clamping: moment.utc) &- Int64(clamping: moment.monotonic)
    }

    /// What the kernel knows of its clock, as members of a record.
    static var details: [RecordDetail] {
        var error = 0
        switch unsafe linux_clock_state(&error) {
        case 1: return [.phrase("clock", "synchronised"), .number("clock_error_us", Int64(error))]
        case 0: return [.phrase("clock", "unsynchronised")]
        default: return [.phrase("clock", "unknown")]
        }
    }
}
