// The time of a record as RFC 3339 text in UTC, with microseconds, without a calendar library.
package import Bytes

/// When something happened, on both clocks.
package struct Moment: Equatable, Sendable {
    /// Microseconds of UTC since 1970-01-01T00:00:00Z.
    package var utc: UInt64
    /// Microseconds of the monotonic clock, which no administrator and no time server sets back.
    package var monotonic: UInt64

    package init(utc: UInt64, monotonic: UInt64) {
        self.utc = utc
        self.monotonic = monotonic
    }
}

/// Writes times such as `2026-03-01T09:30:00.000123Z`.
///
/// Keeps the text of the last second: a busy gateway computes one date a second.
package struct Timestamp: Sendable {
    private static let microsecondsPerSecond: UInt64 = 1_000_000
    private static let secondsPerDay: UInt64 = 86_400
    /// 9999-12-31T23:59:59.999999Z: RFC 3339 years have four digits.
    private static let utcMax: UInt64 = 253_402_300_799_999_999

    private var second: UInt64?
    private var text = Buffer()

    package init() {}

    /// Appends the text of `utc`, microseconds since 1970; what lies past the year 9999 is its end.
    package mutating func append(_ utc: UInt64, to buffer: inout Buffer) {
        let bounded = min(utc, Self.utcMax)
        let now = bounded / Self.microsecondsPerSecond
        if second != now {
            compose(now)
            second = now
        }
        buffer.append(text.span)
        buffer.append(decimal: bounded % Self.microsecondsPerSecond, digits: 6)
        buffer.append(UInt8(ascii: "Z"))
    }

    private mutating func compose(_ second: UInt64) {
        let (year, month, day) = Self.date(ofDay: second / Self.secondsPerDay)
        let time = second % Self.secondsPerDay
        text.removeAll()
        text.append(decimal: year, digits: 4)
        text.append("-")
        text.append(decimal: month, digits: 2)
        text.append("-")
        text.append(decimal: day, digits: 2)
        text.append("T")
        text.append(decimal: time / 3600, digits: 2)
        text.append(":")
        text.append(decimal: time / 60 % 60, digits: 2)
        text.append(":")
        text.append(decimal: time % 60, digits: 2)
        text.append(".")
    }

    /// The Gregorian date of a day counted from 1970-01-01.
    ///
    /// Counts from 0000-03-01, so that the leap day is the last of its year and every 400 years
    /// have the same 146,097 days.
    private static func date(ofDay day: UInt64) -> (year: UInt64, month: UInt64, day: UInt64) {
        let daysFromMarch = day + 719_468
        let (cycle, dayOfCycle) = daysFromMarch.quotientAndRemainder(dividingBy: 146_097)
        let leapDays = dayOfCycle / 1460 - dayOfCycle / 36_524 + dayOfCycle / 146_096
        let yearOfCycle = (dayOfCycle - leapDays) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        // Five months from March on have 153 days, whichever five they are.
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0)
        return (year, month, dayOfMonth)
    }
}
