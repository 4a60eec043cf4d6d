// A session in words.
import Audit

/// Who a session was, and its lines.
struct Transcript {
    private var facts: [TrailField: String] = [:]
    private var first: (time: String, moment: UInt64)?
    private var last: (time: String, moment: UInt64)?
    private var commands = 0
    private var refusals = 0

    init() {}

    var isEmpty: Bool { first == nil }

    private static let factFields: [TrailField] = [
        .session, .listener, .client, .clientPort, .proxy, .tls, .cipher, .sni, .certSubject,
        .certSha256, .user, .method, .backend, .backendUser, .policy,
    ]

    /// Takes in what an entry tells of the session as a whole.
    mutating func note(_ entry: FoundEntry) {
        let record = entry.record
        for field in Self.factFields {
            if let text = record[field] ?? record.number(field).map(String.init) {
                facts[field] = text
            }
        }
        for record in [record, entry.outcome].compactMap(\.self) {
            guard let moment = record.moment, let time = record[.time] else { continue }
            if first == nil { first = (time, moment) }
            if moment >= last?.moment ?? 0 { last = (time, moment) }
        }
        if record[.phase] == "decision" { commands += 1 }
        if record[.verdict] == "deny" { refusals += 1 }
    }

    /// Who it was, from where, and when.
    var heading: [String] {
        var lines = ["session  \(fact(.session) ?? "")"]
        func line(_ name: String, _ words: [String?]) {
            let text = words.compactMap(\.self).joined(separator: ", ")
            guard !text.isEmpty else { return }
            lines.append(name + String(repeating: " ", count: max(1, 9 - name.count)) + text)
        }
        let port = fact(.clientPort).map { " port \($0)" } ?? ""
        line("user", [fact(.user), fact(.method).map { "by \($0)" }])
        line(
            "from",
            [
                fact(.client).map { $0 + port }, fact(.proxy).map { "behind \($0)" },
                fact(.listener).map { "listener \($0)" },
            ]
        )
        line("TLS", [fact(.tls), fact(.cipher), fact(.sni).map { "for \($0)" }])
        line("cert", [facts[.certSubject]?.quoted, fact(.certSha256)])
        line("backend", [fact(.backend), fact(.backendUser).map { "as \($0)" }])
        line("policy", [fact(.policy)])
        if let first, let last {
            let seconds = Self.seconds(last.moment - min(first.moment, last.moment))
            line("time", ["\(first.time.harmless) to \(last.time.harmless)", "\(seconds) s"])
        }
        line("did", ["\(commands) commands", refusals > 0 ? "\(refusals) refused" : nil])
        return lines + [""]
    }

    private func fact(_ field: TrailField) -> String? { facts[field]?.harmless }

    /// What happened, in a line.
    func line(_ entry: FoundEntry) -> String {
        let record = entry.record
        let moment = record.moment ?? 0
        let since = moment - min(first?.moment ?? 0, moment)
        let number = "\(record.sequence)"
        let time = "+" + Self.seconds(since)
        var words = [pad(number, to: 8), pad(time, to: 11)]
        if let tag = record[.tag] { words.append(tag.harmless) }
        words.append(entry.what.isEmpty ? (record[.event] ?? "").harmless : entry.what)
        words.append("- " + entry.judgement)
        return words.joined(separator: " ")
    }

    private func pad(_ text: String, to width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private static func seconds(_ microseconds: UInt64) -> String {
        let rest = String(microseconds % 1_000_000 / 1000)
        return "\(microseconds / 1_000_000)."
            + String(repeating: "0", count: 3 - rest.count) + rest
    }
}

extension FoundEntry {
    /// What was decided, and what came of it.
    fileprivate var judgement: String {
        var words: [String] = []
        switch record[.verdict] {
        case "deny":
            let missing = [TrailField.mailbox, .destination].flatMap { field -> [String] in
                guard let mailbox = record.mailbox(field) else { return [] }
                return [mailbox.missing ?? ""] + mailbox.forbidden
            }.filter { !$0.isEmpty }
            words.append("REFUSED")
            if !missing.isEmpty { words.append("lacks \(missing.joined(separator: " ").harmless)") }
        case "allow" where record[.phase] == "decision" && outcome == nil:
            words.append("allowed, no outcome")
        case "allow", nil: break
        case let verdict?: words.append(verdict.harmless)
        }
        if !result.isEmpty { words.append(result) }
        let because = [TrailField.mailbox, .destination]
            .flatMap { record.mailbox($0)?.because ?? [] }
        words += because.map(\.quoted)
        if let duration = outcome?.number(.durationUs) {
            words.append("\(duration / 1000).\(duration % 1000 / 100) ms")
        }
        if words.isEmpty { words.append(record[.phase] == "event" ? "noted" : "done") }
        return words.joined(separator: ", ")
    }
}
