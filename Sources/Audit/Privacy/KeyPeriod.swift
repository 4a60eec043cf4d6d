// How long a key lasts: a day, a month or a year of the calendar in UTC.
import Bytes

package enum KeyPeriod: String, CaseIterable, Sendable {
    case day, month, year

    private static let dayMicroseconds: UInt64 = 86_400_000_000

    /// The period in which a moment lies: `2026-11-30`, `2026-11` or `2026`.
    package func name(at utc: UInt64) -> String {
        var date = Buffer()
        var timestamp = Timestamp()
        timestamp.append(utc, to: &date)
        date.truncate(to: nameBytes)
        return date.text
    }

    private var nameBytes: Int {
        switch self {
        case .day: 10
        case .month: 7
        case .year: 4
        }
    }

    /// The day of a moment; within one day the period's name stays the same.
    package static func day(of utc: UInt64) -> UInt64 { utc / dayMicroseconds }

    /// Whether a folder may be called so that holds a period's keys.
    package static func isName(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return [4, 7, 10].contains(bytes.count)
            && bytes.enumerated().allSatisfy { index, byte in
                index == 4 || index == 7 ? byte == UInt8(ascii: "-") : byte &- 48 < 10
            }
    }
}
