// Moments as an auditor gives them: `2026-03-01T09:30:00Z`, `2026-03-01 09:30`, `2 h`, `yesterday`.
import ArgumentParser
import Audit
import Configuration
import Glibc
import Policy

/// A moment on the command line, in microseconds of UTC since 1970.
struct TrailTime: ExpressibleByArgument, Equatable {
    let microseconds: Int64

    static let forms = """
        2026-03-01, 2026-03-01T09:30, 2026-03-01T09:30:00+01:00, "2 h" (s, min, h, d or w before \
        now), now, today or yesterday (their first moment); UTC where no offset is given
        """

    init?(argument: String) {
        guard let now = Self.now, let time = TrailTime(argument, now: now) else { return nil }
        self = time
    }

    /// Reads a text; days and durations count from `now`, microseconds since 1970.
    init?(_ text: String, now: Int64) {
        if let microseconds = Self.named(text, now) ?? Self.ago(text, now) {
            self.microseconds = microseconds
            return
        }
        var moment = text.replacing(" ", with: "T")
        var fraction: Int64 = 0
        if let point = moment.firstIndex(of: ".") {
            let digits = moment[moment.index(after: point)...].prefix { ("0"..."9").contains($0) }
            guard 1...6 ~= digits.count, let number = Int64(digits) else { return nil }
            fraction = (0..<6 - digits.count).reduce(number) { number, _ in number * 10 }
            moment.removeSubrange(point..<digits.endIndex)
        }
        if let clock = moment.firstIndex(of: "T") {
            // `T09:30` and `T09:30:00` are in UTC.
            if moment[clock...].utf8.count == 6 { moment += ":00" }
            if moment[clock...].utf8.count == 9 { moment += "Z" }
        } else if fraction > 0 {
            return nil
        }
        guard let seconds = Circumstances.time(moment) else { return nil }
        microseconds = seconds * 1_000_000 + fraction
    }

    private static let day: Int64 = 86_400_000_000

    private static func named(_ text: String, _ now: Int64) -> Int64? {
        let midnight = now - now % day
        return switch text {
        case "now": now
        case "today": midnight
        case "yesterday": midnight - day
        default: nil
        }
    }

    /// `2 h`, `2h` or `2 h ago`.
    private static func ago(_ text: String, _ now: Int64) -> Int64? {
        let digits = text.prefix { ("0"..."9").contains($0) }
        var unit = text.dropFirst(digits.count)
        if unit.hasSuffix(" ago") { unit = unit.dropLast(4) }
        if unit.first == " " { unit = unit.dropFirst() }
        let units: [Substring: Int64] = [
            "s": 1_000_000, "min": 60_000_000, "h": 3_600_000_000, "d": day, "w": 7 * day,
        ]
        // Six digits of any of these stay far below 2^63.
        guard 1...6 ~= digits.count, let number = Int64(digits), let unit = units[unit] else {
            return nil
        }
        return now - number * unit
    }

    /// The machine's clock.
    static var now: Int64? {
        var time = timespec()
        guard unsafe clock_gettime(CLOCK_REALTIME, &time) == 0 else { return nil }
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}

/// From when to when, for the commands that look at a part of the trail.
struct TimeWindow: ParsableArguments {
    @Option(help: ArgumentHelp("From here on: \(TrailTime.forms).", valueName: "time"))
    var since: TrailTime?

    @Option(help: ArgumentHelp("Up to here, this moment not included.", valueName: "time"))
    var until: TrailTime?
}
