// A report in numbers: periods, rules, readers, and days on which somebody read more than usual.
import TrailIndex

/// What one report says, ready to be written in any form.
struct TrailReport {
    enum Period: String, CaseIterable { case hour, day, week, month }

    /// A period's name, such as `2026-03`, and what happened in it.
    struct Row: Equatable {
        let period: String
        let slot: Figures.Slot
    }

    struct Reader: Equatable {
        let user: String
        var commands = 0
        var messages = 0
        var bytes = 0
    }

    /// A day on which a user read far more than usual.
    struct Unusual: Equatable {
        let period: String
        let user: String
        let messages: Int
        let bytes: Int
        /// The median of what is usual, in messages.
        let usual: Int
    }

    let rows: [Row]
    let total: Figures.Slot
    let rules: [(name: String, refused: Int, rehearsed: Int)]
    let readers: [Reader]
    let failures: [(name: String, count: Int)]
    let unusual: [Unusual]

    /// Beyond so many times what is usual, and so many messages, a volume is unusual.
    static let unusualFactor = 5
    static let unusualMessagesMin = 500
    /// With fewer other days on which he read, a user is held against all users.
    private static let ownDaysMin = 5

    init(_ figures: Figures, by period: Period, top: Int) {
        let seconds = period.slotSeconds
        func name(_ slot: Int64) -> String { period.name(of: slot * seconds) }
        var rows: [String: Figures.Slot] = [:]
        var total = Figures.Slot()
        for (slot, counts) in figures.slots {
            rows[name(slot), default: Figures.Slot()].add(counts)
            total.add(counts)
        }
        self.rows = rows.sorted { $0.key < $1.key }.map { Row(period: $0.key, slot: $0.value) }
        self.total = total
        rules = Self.rules(figures)
        readers = Array(Self.readers(figures.volumes).prefix(top))
        failures = Array(Self.sums(figures.failuresByAddress).prefix(top))
        let day: Period = period == .hour ? .hour : .day
        unusual = Self.unusual(figures.volumes) { day.name(of: $0 * seconds) }
    }

    private static func sums(_ counts: [Figures.Count]) -> [(name: String, count: Int)] {
        var sums: [String: Int] = [:]
        for count in counts { sums[count.name, default: 0] += count.count }
        return sums.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { (name: $0.key, count: $0.value) }
    }

    private static func rules(
        _ figures: Figures
    ) -> [(name: String, refused: Int, rehearsed: Int)] {
        let refused = sums(figures.refusalsByRule)
        let rehearsed = sums(figures.rehearsedByRule)
        let names =
            refused.map(\.name)
            + rehearsed.map(\.name).filter { name in !refused.contains { $0.name == name } }
        return names.map { name in
            (
                name: name,
                refused: refused.first { $0.name == name }?.count ?? 0,
                rehearsed: rehearsed.first { $0.name == name }?.count ?? 0
            )
        }
    }

    private static func readers(_ volumes: [Figures.Volume]) -> [Reader] {
        var readers: [String: Reader] = [:]
        for volume in volumes {
            var reader = readers[volume.user] ?? Reader(user: volume.user)
            reader.commands += volume.commands
            reader.messages.add(clamped: volume.messages)
            reader.bytes.add(clamped: volume.bytes)
            readers[volume.user] = reader
        }
        return readers.values.sorted { ($1.messages, $0.user) < ($0.messages, $1.user) }
    }

    private static func unusual(
        _ volumes: [Figures.Volume],
        _ name: (Int64) -> String
    ) -> [Unusual] {
        let everyone = median(volumes.map(\.messages))
        let byUser = Dictionary(grouping: volumes, by: \.user)
        return volumes.compactMap { volume in
            guard volume.messages >= unusualMessagesMin else { return nil }
            let others = (byUser[volume.user] ?? []).filter { $0.slot != volume.slot }
            let usual = others.count >= ownDaysMin ? median(others.map(\.messages)) : everyone
            guard volume.messages / unusualFactor >= max(1, usual) else { return nil }
            return Unusual(
                period: name(volume.slot),
                user: volume.user,
                messages: volume.messages,
                bytes: volume.bytes,
                usual: usual
            )
        }.sorted { ($0.period, $1.messages, $0.user) < ($1.period, $0.messages, $1.user) }
    }

    /// Of none 0.
    private static func median(_ numbers: [Int]) -> Int {
        numbers.isEmpty ? 0 : numbers.sorted()[numbers.count / 2]
    }
}

extension TrailReport.Period {
    /// What is counted at once; weeks and months are sums of days.
    var slotSeconds: Int64 { self == .hour ? 3600 : 86_400 }

    /// The period that holds a moment, by a name whose order is that of time; weeks begin on
    /// Monday and are called after it.
    func name(of moment: Int64) -> String {
        let date = "\(DateAndTime(self == .week ? Self.monday(before: moment) : moment))"
        return switch self {
        case .hour: String(date.prefix(13)) + ":00"
        case .day, .week: String(date.prefix(10))
        case .month: String(date.prefix(7))
        }
    }

    /// 1970-01-01 was a Thursday.
    private static func monday(before moment: Int64) -> Int64 {
        let day = moment / 86_400
        return (day - (day + 3) % 7) * 86_400
    }
}
