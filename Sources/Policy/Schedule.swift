// Days and hours in a time zone: when a rule applies, and when that will change.

/// Seconds since 1970-01-01T00:00:00Z.
package typealias UnixTime = Int64

/// How far a zone's clocks stand from UTC, from which moment on.
package struct ZoneOffsets: Equatable, Sendable {
    /// The IANA name.
    package let name: String
    private let first: Int64
    let changes: [Change]

    /// From this moment on the clocks stand `offset` seconds ahead of UTC.
    package struct Change: Equatable, Sendable {
        package let at: UnixTime
        package let offset: Int64

        package init(at: UnixTime, offset: Int64) {
            self.at = at
            self.offset = offset
        }
    }

    /// `first` holds before the first change; the changes stand in the order of time.
    package init(name: String, first: Int64, changes: [Change] = []) {
        self.name = name
        self.first = first
        self.changes = changes
    }

    package static let utc = ZoneOffsets(name: "UTC", first: 0)

    func offset(at time: UnixTime) -> Int64 {
        let next = index(after: time)
        return next == 0 ? first : changes[next - 1].offset
    }

    /// The next moment at which the clocks are moved.
    func nextChange(after time: UnixTime) -> UnixTime? {
        let next = index(after: time)
        return next < changes.count ? changes[next].at : nil
    }

    /// The first change that is later than `time`.
    private func index(after time: UnixTime) -> Int {
        var low = 0
        var high = changes.count
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].at <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// The days of the week, Monday first.
package enum Weekday: String, CaseIterable, Sendable {
    case mon, tue, wed, thu, fri, sat, sun
}

/// Windows of time that come back every week.
package struct Schedule: Equatable, Sendable {
    /// One window; where it ends before it begins it goes on past midnight.
    package struct Window: Equatable, Sendable {
        package let days: Set<Weekday>
        /// Minutes since midnight, local time; `end` is the first that is outside, at most 1440.
        package let start: Int64
        package let end: Int64

        package init(days: Set<Weekday>, start: Int64, end: Int64) {
            self.days = days
            self.start = start
            self.end = end
        }

        func contains(day: Int64, minute: Int64) -> Bool {
            if start < end { return includes(day) && start <= minute && minute < end }
            return includes(day) && minute >= start || includes(day - 1) && minute < end
        }

        /// Whether the window begins on this day; days count from 1970-01-01, a Thursday.
        private func includes(_ day: Int64) -> Bool {
            let weekday = Int(((day + 3) % 7 + 7) % 7)
            return days.contains(Weekday.allCases[weekday])
        }
    }

    package let windows: [Window]
    package let zone: ZoneOffsets

    package init(windows: [Window], zone: ZoneOffsets) {
        self.windows = windows
        self.zone = zone
    }

    package func contains(_ time: UnixTime) -> Bool {
        let local = Local(time, in: zone)
        return windows.contains { $0.contains(day: local.day, minute: local.second / 60) }
    }

    /// A moment after `time` before which `contains` does not change.
    package func nextEdge(after time: UnixTime) -> UnixTime {
        let local = Local(time, in: zone)
        var next = Local.daySeconds
        for edge in windows.flatMap({ [$0.start * 60, $0.end * 60] }) where edge > local.second {
            next = min(next, edge)
        }
        let edge = time + (next - local.second)
        return min(edge, zone.nextChange(after: time) ?? edge)
    }

    /// A moment as the zone's clocks show it.
    private struct Local {
        static let daySeconds: Int64 = 86_400
        let day: Int64
        let second: Int64

        init(_ time: UnixTime, in zone: ZoneOffsets) {
            let local = time + zone.offset(at: time)
            second = (local % Self.daySeconds + Self.daySeconds) % Self.daySeconds
            day = (local - second) / Self.daySeconds
        }
    }
}
