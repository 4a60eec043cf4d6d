// The times of records, read back.
import Bytes

extension Timestamp {
    /// Microseconds since 1970 of `2026-03-01T09:30:00.000123Z`, with up to six digits of a second
    /// or none; nil for anything else.
    package static func microseconds(of text: Span<UInt8>) -> UInt64? {
        guard text.count >= 20, text[text.count - 1] == UInt8(ascii: "Z"),
            text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            text[10] == UInt8(ascii: "T"), text[13] == UInt8(ascii: ":"),
            text[16] == UInt8(ascii: ":"),
            let year = number(text, 0..<4), let month = number(text, 5..<7),
            let day = number(text, 8..<10), let hour = number(text, 11..<13),
            let minute = number(text, 14..<16), let second = number(text, 17..<19),
            year >= 1970, 1...12 ~= month, 1...31 ~= day, hour < 24, minute < 60, second <= 60,
            let fraction = fraction(text.extracting(19..<text.count - 1))
        else { return nil }
        let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
        return seconds * 1_000_000 + fraction
    }

    private static func number(_ text: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        var number: UInt64 = 0
        for index in range {
            guard text[index] &- 48 < 10 else { return nil }
            number = number * 10 + UInt64(text[index] &- 48)
        }
        return number
    }

    /// Of `.000123`, the microseconds.
    private static func fraction(_ text: Span<UInt8>) -> UInt64? {
        if text.isEmpty { return 0 }
        guard 2...7 ~= text.count, text[0] == UInt8(ascii: "."),
            var fraction = number(text, 1..<text.count)
        else { return nil }
        for _ in text.count..<7 { fraction *= 10 }
        return fraction
    }

    /// Days from 1970-01-01 to a date after it; years begin in March here (see `date(ofDay:)`).
    private static func days(_ year: UInt64, _ month: UInt64, _ day: UInt64) -> UInt64 {
        let shifted = month <= 2 ? year - 1 : year
        let (cycle, yearOfCycle) = shifted.quotientAndRemainder(dividingBy: 400)
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let dayOfCycle = yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear
        return cycle * 146_097 + dayOfCycle - 719_468
    }
}
