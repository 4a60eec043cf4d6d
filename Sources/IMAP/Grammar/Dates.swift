// Dates as SEARCH and APPEND write them (RFC 9051, date, date-time).
import Bytes

package enum Month: UInt8, Keyword {
    case january, february, march, april, may, june
    case july, august, september, october, november, december

    package var spelling: StaticString {
        switch self {
        case .january: "JAN"
        case .february: "FEB"
        case .march: "MAR"
        case .april: "APR"
        case .may: "MAY"
        case .june: "JUN"
        case .july: "JUL"
        case .august: "AUG"
        case .september: "SEP"
        case .october: "OCT"
        case .november: "NOV"
        case .december: "DEC"
        }
    }

    private var daysMax: Int {
        switch self {
        case .february: 29
        case .april, .june, .september, .november: 30
        default: 31
        }
    }

    func has(day: Int) -> Bool { day >= 1 && day <= daysMax }

    /// Appends the month as the RFC's examples spell it: `Feb`.
    func append(to sink: inout some ByteSink) {
        for index in 0..<3 {
            let letter = unsafe spelling.utf8Start[index]
            sink.append(index == 0 ? letter : letter | 0x20)
        }
    }
}

/// A day, without time and zone.
package struct CalendarDate: Equatable, Sendable {
    package let day: Int
    package let month: Month
    package let year: Int

    package func append(to sink: inout some ByteSink) {
        sink.append(decimal: UInt64(day.magnitude))
        sink.append(UInt8(ascii: "-"))
        month.append(to: &sink)
        sink.append(UInt8(ascii: "-"))
        sink.append(padded: year, digits: 4)
    }
}

/// A message's internal date: a day, a time of day and the zone it is told in.
package struct DateTime: Equatable, Sendable {
    package let date: CalendarDate
    package let hour: Int
    package let minute: Int
    package let second: Int
    /// Minutes east of UTC.
    package let zoneMinutes: Int

    /// Appends the quoted form with a day of two places: `" 1-Feb-2026 08:00:00 +0100"`.
    package func append(to sink: inout some ByteSink) {
        sink.append(UInt8(ascii: "\""))
        if date.day < 10 { sink.append(UInt8(ascii: " ")) }
        date.append(to: &sink)
        sink.append(UInt8(ascii: " "))
        sink.append(padded: hour, digits: 2)
        sink.append(UInt8(ascii: ":"))
        sink.append(padded: minute, digits: 2)
        sink.append(UInt8(ascii: ":"))
        sink.append(padded: second, digits: 2)
        sink.append(zoneMinutes < 0 ? " -" : " +")
        let zone = abs(zoneMinutes)
        sink.append(padded: zone / 60 * 100 + zone % 60, digits: 4)
        sink.append(UInt8(ascii: "\""))
    }
}

extension ByteSink {
    /// Appends the last two or four digits of a number that is not negative.
    fileprivate mutating func append(padded number: Int, digits: Int) {
        if digits == 4 { append(padded: number / 100, digits: 2) }
        append(UInt8(truncatingIfNeeded: 48 + number / 10 % 10))
        append(UInt8(truncatingIfNeeded: 48 + number % 10))
    }
}

extension Cursor {
    /// Takes a date, which may stand in quotes: `1-Feb-2026`.
    package mutating func date() throws(SyntaxError) -> CalendarDate {
        let start = offset
        let isQuoted = take(UInt8(ascii: "\""))
        guard let day = fixedDigits(2) ?? fixedDigits(1), let date = restOfDate(day: day) else {
            throw .expected(.date, at: start)
        }
        if isQuoted { try expect(UInt8(ascii: "\""), as: .quote) }
        return date
    }

    /// Takes a quoted date and time whose day has two places, the first a space or a digit.
    package mutating func dateTime() throws(SyntaxError) -> DateTime {
        let start = offset
        guard take(UInt8(ascii: "\"")), let day = takeSpace() ? fixedDigits(1) : fixedDigits(2),
            let date = restOfDate(day: day), takeSpace(),
            let hour = fixedDigits(2), hour < 24, take(UInt8(ascii: ":")),
            let minute = fixedDigits(2), minute < 60, take(UInt8(ascii: ":")),
            let second = fixedDigits(2), second <= 60, takeSpace(),
            let zoneMinutes = zone(), take(UInt8(ascii: "\""))
        else { throw .expected(.dateTime, at: start) }
        return DateTime(
            date: date,
            hour: hour,
            minute: minute,
            second: second,
            zoneMinutes: zoneMinutes
        )
    }

    private mutating func restOfDate(day: Int) -> CalendarDate? {
        guard take(UInt8(ascii: "-")), let month = month(), month.has(day: day),
            take(UInt8(ascii: "-")), let year = fixedDigits(4)
        else { return nil }
        return CalendarDate(day: day, month: month, year: year)
    }

    /// Takes three letters: the word's end is the `-` that belongs to words elsewhere.
    private mutating func month() -> Month? {
        guard remaining >= 3 else { return nil }
        var ahead = Cursor(span(offset..<offset + 3))
        guard let month = ahead.takeKeyword(Month.self) else { return nil }
        advance(3)
        return month
    }

    private mutating func zone() -> Int? {
        let isWest = take(UInt8(ascii: "-"))
        guard isWest || take(UInt8(ascii: "+")), let hours = fixedDigits(2),
            let minutes = fixedDigits(2), hours < 24, minutes < 60
        else { return nil }
        return (hours * 60 + minutes) * (isWest ? -1 : 1)
    }
}
