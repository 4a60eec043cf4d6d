// The `when` of a rule: networks, ways to log in, certificates, TLS, listeners, clients, times.
import Policy
import Yams

struct ConditionReader {
    let files: Files

    func conditions(_ value: Value) -> Conditions? {
        guard let table = value.table(PolicyKeys.when) else { return nil }
        let before = table.findings.errors.count
        var when = Conditions()
        when.networks = table["networks"]?.elements { $0.network() } ?? []
        when.exceptNetworks = table["except-networks"]?.elements { $0.network() } ?? []
        when.methods = Set(
            table["authentication"]?.elements { $0.choice(AuthenticationMethod.self) } ?? []
        )
        when.certificates = table["certificate"]?.elements { $0.certificateMatch() } ?? []
        when.tlsVersions = Set(table["tls"]?.elements { $0.choice(TLSVersion.self) } ?? [])
        when.listeners = Set(table["listeners"]?.elements { $0.name() } ?? [])
        when.clients = table["clients"]?.elements { $0.text() } ?? []
        when.hours = table["hours"].flatMap(schedule)
        when.exceptHours = table["except-hours"].flatMap(schedule)
        when.from = table["from"].flatMap { $0.moment() }
        when.until = table["until"].flatMap { $0.moment() }
        return table.findings.errors.count == before ? when : nil
    }

    // MARK: Hours

    private func schedule(_ value: Value) -> Schedule? {
        guard let table = value.table(PolicyKeys.hours) else { return nil }
        let zone = table.required("zone").flatMap(zone)
        let windows = table.required("windows")?.elements(window)
        guard let zone, let windows else { return nil }
        return Schedule(windows: windows, zone: zone)
    }

    private func zone(_ value: Value) -> ZoneOffsets? {
        guard let name = value.text() else { return nil }
        if name == "UTC" { return .utc }
        guard let offsets = files.zone(name) else {
            value.refuse(
                "unknown time zone \"\(name)\"; use a name of the IANA database such as "
                    + "\"Europe/Berlin\""
            )
            return nil
        }
        return offsets
    }

    private func window(_ value: Value) -> Schedule.Window? {
        guard let table = value.table(PolicyKeys.window) else { return nil }
        let days = table["days"].map(self.days) ?? Set(Weekday.allCases)
        let from = table.required("from")?.minuteOfDay()
        let to = table.required("to")?.minuteOfDay()
        guard let days, let from, let to else { return nil }
        guard from != to else {
            value.refuse(
                "a window from \"from\" to \"to\" has no length; a whole day ends at 24:00"
            )
            return nil
        }
        return Schedule.Window(days: days, start: from, end: to)
    }

    /// `mon-fri`, `[mon, wed]`, or both mixed.
    private func days(_ value: Value) -> Set<Weekday>? {
        let ranges = value.elements { element -> [Weekday]? in
            let ends = (element.spelling ?? "").split(
                separator: "-",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            let days = ends.compactMap { Weekday(rawValue: String($0)) }
            guard days.count == ends.count, let first = days.first, let last = days.last else {
                element.refuse("expected days such as mon, sat or mon-fri, not \(element.kind)")
                return nil
            }
            return Weekday.from(first, through: last)
        }
        return ranges.map { Set($0.joined()) }
    }
}

extension Weekday {
    /// The days from one to another, over the week's end if need be.
    fileprivate static func from(_ first: Weekday, through last: Weekday) -> [Weekday] {
        let twice = allCases + allCases
        let fromFirst = twice.drop { $0 != first }
        let length = (fromFirst.firstIndex(of: last) ?? fromFirst.startIndex) - fromFirst.startIndex
        return Array(fromFirst.prefix(length + 1))
    }
}
