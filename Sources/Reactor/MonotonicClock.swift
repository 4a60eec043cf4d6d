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

/// The clock on the wall, for people: an administrator or a time server may set it back.
package enum WallClock {
    /// Microseconds of UTC since 1970.
    package static var now: UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(clamping: time.tv_sec) &* 1_000_000 &+ UInt64(time.tv_nsec) / 1000
    }
}
