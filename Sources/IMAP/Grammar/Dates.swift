// Dates as SEARCH and APPEND write them (RFC 9051, date, date-time).
import Bytes

package enum Month: UInt8, Keyword {
    case january, february, march, april, may, june
    case july, august, september, october, november, december

    private static let index = KeywordIndex(Self.self)

    package static func candidates(for token: Span<UInt8>) -> UInt64? {
        index.candidates(for: token)
    }

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

    private var daysMax: UInt8 {
        switch self {
        case .february: 29
        case .april, .june, .september, .november: 30
        default: 31
        }
    }

    func has(day: UInt8) -> Bool { day >= 1 && day <= daysMax }

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
    package let day: UInt8
    package let month: Month
    package let year: UInt16

    package func append(to sink: inout some ByteSink) {
        var text = ShortBytes()
        if day >= 10 { text.append(48 + day / 10) }
        append(to: &text)
        sink.append(text)
    }

    /// Appends the date from the last digit of its day on.
    fileprivate func append(to text: inout ShortBytes) {
        text.append(48 + day % 10)
        text.append(UInt8(ascii: "-"))
        month.append(to: &text)
        text.append(UInt8(ascii: "-"))
        text.append(fourDigits: year)
    }
}

/// A message's internal date: a day, a time of day and the zone it is told in.
package struct DateTime: Equatable, Sendable {
    package let date: CalendarDate
    package let hour: UInt8
    package let minute: UInt8
    package let second: UInt8
    /// Minutes east of UTC.
    package let zoneMinutes: Int16

    /// Appends the quoted form with a day of two places: `" 1-Feb-2026 08:00:00 +0100"`.
    package func append(to sink: inout some ByteSink) {
        // Put together apart: a buffer looks for room at each of its appends.
        var text = ShortBytes()
        text.append(UInt8(ascii: "\""))
        text.append(date.day < 10 ? UInt8(ascii: " ") : 48 + date.day / 10)
        date.append(to: &text)
        text.append(UInt8(ascii: " "))
        text.append(twoDigits: hour)
        text.append(UInt8(ascii: ":"))
        text.append(twoDigits: minute)
        text.append(UInt8(ascii: ":"))
        text.append(twoDigits: second)
        text.append(UInt8(ascii: " "))
        text.append(zoneMinutes < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
        let zone = zoneMinutes.magnitude
        text.append(fourDigits: zone / 60 * 100 + zone % 60)
        text.append(UInt8(ascii: "\""))
        sink.append(text)
    }
}

extension ShortBytes {
    /// Appends the last two digits of a number.
    fileprivate mutating func append(twoDigits number: UInt8) {
        append(48 + number / 10 % 10)
        append(48 + number % 10)
    }

    /// Appends the last four digits of a number.
    fileprivate mutating func append(fourDigits number: UInt16) {
        append(twoDigits: UInt8(truncatingIfNeeded: number / 100 % 100))
        append(twoDigits: UInt8(truncatingIfNeeded: number % 100))
    }
}

extension Cursor {
    /// Takes a date, which may stand in quotes: `1-Feb-2026`.
    package mutating func date() throws(SyntaxError) -> CalendarDate {
        let start = offset
        let isQuoted = take(UInt8(ascii: "\""))
        guard let day = twoDigits() ?? oneDigit(), let date = restOfDate(day: day) else {
            throw .expected(.date, at: start)
        }
        if isQuoted { try expect(UInt8(ascii: "\""), as: .quote) }
        return date
    }

    /// Takes a quoted date and time whose day has two places, the first a space or a digit.
    package mutating func dateTime() throws(SyntaxError) -> DateTime {
        let start = offset
        guard take(UInt8(ascii: "\"")), let day = takeSpace() ? oneDigit() : twoDigits(),
            let date = restOfDate(day: day), takeSpace(),
            let hour = twoDigits(), hour < 24, take(UInt8(ascii: ":")),
            let minute = twoDigits(), minute < 60, take(UInt8(ascii: ":")),
            let second = twoDigits(), second <= 60, takeSpace(),
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

    private mutating func restOfDate(day: UInt8) -> CalendarDate? {
        guard take(UInt8(ascii: "-")), let month = month(), month.has(day: day),
            take(UInt8(ascii: "-")), let year = fourDigits()
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

    private mutating func zone() -> Int16? {
        let isWest = take(UInt8(ascii: "-"))
        guard isWest || take(UInt8(ascii: "+")), let hours = twoDigits(),
            let minutes = twoDigits(), hours < 24, minutes < 60
        else { return nil }
        return (Int16(hours) * 60 + Int16(minutes)) * (isWest ? -1 : 1)
    }
}
