// The system's time zones, as far ahead as anyone plans; the gateway can't read them itself.
import Configuration
import Foundation
import Policy

extension ZoneOffsets {
    private static let firstYear: UnixTime = 1_577_836_800  // 2020
    private static let lastYear: UnixTime = 2_840_140_800  // 2060
    /// No zone moves its clocks there and back within less.
    private static let step: UnixTime = 7 * 86_400

    /// The offsets of the zone from 2020 to 2060 as a table; nil when the system has no such zone.
    static func systemTable(_ name: String) -> String? {
        guard let zone = TimeZone(identifier: name) else { return nil }
        func offset(_ time: UnixTime) -> Int64 {
            Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(time))))
        }
        let first = offset(firstYear)
        var changes: [Change] = []
        var current = first
        for end in stride(from: firstYear + step, through: lastYear, by: Int(step)) {
            let next = offset(end)
            guard next != current else { continue }
            // The clocks were moved in this week: when?
            var before = end - step
            var after = end
            while after - before > 1 {
                let middle = before + (after - before) / 2
                if offset(middle) == current { before = middle } else { after = middle }
            }
            changes.append(Change(at: after, offset: next))
            current = next
        }
        return table(first: first, changes: changes)
    }
}
