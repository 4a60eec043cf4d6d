// What time it is, for deadlines: never set back, not touched by the administrator.
import Glibc

/// The kernel's monotonic clock.
package enum MonotonicClock {
    /// Microseconds since some moment before the process started.
    package static var now: UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000 &+ UInt64(time.tv_nsec) / 1000
    }
}
