// Subjects, moments and rights in the words of policy files.
import Policy

extension Subject {
    /// What a rule would have to say to mean this subject, as far as it is not the usual.
    var words: String {
        var words = [user]
        if !unixGroups.isEmpty { words.append("in \(unixGroups.sorted().joined(separator: ", "))") }
        if let certificate {
            words.append("certificate subject \"\(certificate.subject)\"")
            if !certificate.issuer.isEmpty { words.append("issued by \"\(certificate.issuer)\"") }
        }
        return words.joined(separator: ", ")
    }

    /// From where and how, as far as it matters to some rule.
    func way(at time: UnixTime) -> String {
        var words: [String] = []
        if let address { words.append("from \(address)") }
        if method != .password { words.append("by \(method.rawValue)") }
        if let tlsVersion, tlsVersion != .tls13 { words.append("with \(tlsVersion.rawValue)") }
        if !listener.isEmpty { words.append("on \(listener)") }
        if !clientName.isEmpty { words.append("client \"\(clientName)\"") }
        if time != 0 { words.append("at \(DateAndTime(time))") }
        return words.joined(separator: ", ")
    }
}

extension Allowance {
    var words: String {
        var words = [rights.isEmpty ? "nothing" : rights.letters]
        if !forbidden.isEmpty {
            words.append("no \(forbidden.words.map(\.name).joined(separator: " "))")
        }
        words += volumes.map(\.words)
        return words.joined(separator: ", ")
    }
}

extension Volume {
    var words: String {
        let bounds = [messages.map { "\($0) messages" }, bytes.map { "\($0) bytes" }]
        let text = bounds.compactMap { $0 }.joined(separator: " and ")
        let beyond =
            switch excess {
            case .report: " (more is reported)"
            case .refuse: ""
            case .end: " (more ends the session)"
            }
        return "at most \(text) per \(period.rawValue)\(beyond)"
    }
}

/// A moment as people write it, in UTC.
struct DateAndTime: CustomStringConvertible {
    let description: String

    init(_ time: UnixTime) {
        let day = (time - (time % 86_400 + 86_400) % 86_400) / 86_400
        let second = time - day * 86_400
        let (year, month, date) = Self.date(day)
        description =
            "\(year)-\(Self.two(month))-\(Self.two(date))T\(Self.two(second / 3600)):"
            + "\(Self.two(second / 60 % 60)):\(Self.two(second % 60))Z"
    }

    /// The date of a day that is counted from 1970-01-01; years begin in March inside.
    private static func date(_ day: Int64) -> (Int64, Int64, Int64) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let year = yearOfEra + era * 400 + (month < 10 ? 0 : 1)
        return (year, month < 10 ? month + 3 : month - 9, dayOfYear - (153 * month + 2) / 5 + 1)
    }

    private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
