// Dates, times of day and volumes as policy files write them.
package import Policy

extension Value {
    /// `08:00`, or `24:00` for the end of the day, in minutes since midnight.
    func minuteOfDay() -> Int64? {
        let parts = (spelling ?? "").split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let hour = Self.number(parts[0], digits: 2),
            let minute = Self.number(parts[1], digits: 2), minute < 60, hour * 60 + minute <= 1440
        else {
            refuse("expected a time of day such as \"08:00\", not \(kind)")
            return nil
        }
        return hour * 60 + minute
    }

    /// `2026-01-31`, which begins at midnight UTC, or `2026-01-31T08:00:00Z`, or with `+01:00`.
    func moment() -> UnixTime? {
        guard let spelling, let time = Self.moment(spelling) else {
            refuse(
                "expected a date such as 2026-01-31 or \"2026-01-31T08:00:00+01:00\", not \(kind)"
            )
            return nil
        }
        return time
    }

    static func moment(_ text: String) -> UnixTime? {
        let halves = text.split(separator: "T", omittingEmptySubsequences: false)
        let date = halves[0].split(separator: "-", omittingEmptySubsequences: false)
        guard halves.count <= 2, date.count == 3, let year = number(date[0], digits: 4),
            let month = number(date[1], digits: 2), let day = number(date[2], digits: 2),
            (1...12).contains(month), (1...length(of: month, in: year)).contains(day)
        else { return nil }
        let midnight = days(year, month, day) * 86_400
        return halves.count == 1 ? midnight : secondOfDay(halves[1]).map { midnight + $0 }
    }

    /// `08:00:00Z` or `08:00:00+01:00`, in seconds since midnight UTC.
    private static func secondOfDay(_ text: Substring) -> Int64? {
        let clock = text.prefix(8).split(separator: ":", omittingEmptySubsequences: false)
        guard clock.count == 3, let hour = number(clock[0], digits: 2),
            let minute = number(clock[1], digits: 2), let second = number(clock[2], digits: 2),
            hour < 24, minute < 60, second < 60
        else { return nil }
        return offset(text.dropFirst(8)).map { hour * 3600 + minute * 60 + second - $0 }
    }

    private static func offset(_ text: Substring) -> Int64? {
        if text == "Z" { return 0 }
        let parts = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard let sign = text.first, "+-".contains(sign), parts.count == 2,
            let hours = number(parts[0], digits: 2), let minutes = number(parts[1], digits: 2),
            hours < 24, minutes < 60
        else { return nil }
        return (sign == "-" ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    private static func number(_ text: Substring, digits: Int) -> Int64? {
        guard text.utf8.count == digits, text.allSatisfy({ ("0"..."9").contains($0) }) else {
            return nil
        }
        return Int64(text)
    }

    private static func length(of month: Int64, in year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01 in the Gregorian calendar; years begin in March here, so that the
    /// leap day is the last.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }

    /// `200 MB`, `1 GiB`, or a number of bytes: what may leave in some time.
    func volume() -> UInt64? {
        let units: [String: Int64] = [
            "": 1, "B": 1, "kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000, "KiB": 1 << 10,
            "MiB": 1 << 20, "GiB": 1 << 30,
        ]
        guard let bytes = quantity(units) else {
            refuse("expected a volume such as \"200 MB\" or \"1 GiB\", not \(kind)")
            return nil
        }
        return UInt64(clamping: bytes)
    }

    /// One of the words of a closed family.
    func choice<Choice: CaseIterable & RawRepresentable>(_ family: Choice.Type) -> Choice?
    where Choice.RawValue == String {
        choice(Choice.allCases.map { ($0.rawValue, $0) })
    }
}

extension Circumstances {
    /// A moment as policy files write it; nil when the text is none.
    package static func time(_ text: String) -> UnixTime? { Value.moment(text) }
}
