// One found entry as a line of text, JSON or CSV.
import ArgumentParser
import Audit

/// How entries are printed.
enum EntryFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json, csv

    /// What stands above all entries.
    var heading: String? {
        self == .csv ? EntryColumns.names.csvRow + "\r" : nil
    }

    func line(_ entry: FoundEntry) -> String {
        switch self {
        case .text: entry.words
        case .json: entry.json
        case .csv: EntryColumns.values(of: entry).csvRow + "\r"
        }
    }
}

extension FoundEntry {
    /// The record's line with that of its outcome as one more member; the bytes are the trail's.
    var json: String {
        guard let outcome else { return String(decoding: record.line, as: UTF8.self) }
        let open = String(decoding: record.line.dropLast(), as: UTF8.self)
        return open + ",\"outcome\":" + String(decoding: outcome.line, as: UTF8.self) + "}"
    }

    /// `TIME RECORD WHO EVENT VERDICT: WHAT -> RESULT`.
    var words: String {
        let time = record[.time] ?? ""
        let who =
            (record[.user]?.harmless ?? "-")
            + (record[.client].map { "@" + $0.harmless } ?? "")
        let head =
            [time, "\(record.sequence)", record[.session] ?? "-"].map(\.harmless)
            + [who] + [record[.event] ?? "", record[.verdict] ?? ""].map(\.harmless)
        return head.filter { !$0.isEmpty }.joined(separator: " ")
            + suffix(what, ": ") + suffix(result, " -> ")
    }

    private func suffix(_ text: String, _ start: String) -> String {
        text.isEmpty ? "" : start + text
    }

    /// The command in the words of the protocol, as far as it was recorded.
    var what: String {
        var words = [record[.verb]?.harmless].compactMap(\.self)
        words += [TrailField.mailbox, .destination].compactMap { mailbox($0)?.quoted }
        if let args = record[.args] { words.append(args.harmless) }
        if let rewrite = record[.rewrite] { words.append("(\(rewrite.harmless))") }
        return words.joined(separator: " ")
    }

    /// What came of it, and why.
    var result: String {
        var words = [self[outcome: .result]?.harmless].compactMap(\.self)
        if let code = self[outcome: .code] { words.append("[\(code.harmless)]") }
        if let reason = self[outcome: .reason] { words.append(reason.harmless) }
        if let messages = number(.messages), messages > 0 { words.append("\(messages) messages") }
        if let bytes = number(.bytes), bytes > 0 { words.append("\(bytes) bytes") }
        if let uids = self[outcome: .uids] { words.append("UIDs \(uids.harmless)") }
        if !rules.isEmpty { words.append("by \(rules.map(\.harmless).joined(separator: ", "))") }
        return words.joined(separator: ", ")
    }
}

/// The columns of a table of entries.
enum EntryColumns {
    static let names = [
        "seq", "time", "session", "command", "user", "client", "event", "phase", "verdict", "verb",
        "mailbox", "destination", "args", "rules", "reason", "result", "code", "messages", "bytes",
        "uids", "outcome_seq", "policy",
    ]

    static func values(of entry: FoundEntry) -> [String] {
        let record = entry.record
        return [
            "\(record.sequence)", record[.time], record[.session],
            record.number(.command).map(String.init), record[.user], record[.client],
            record[.event], record[.phase], record[.verdict], record[.verb],
            entry.mailbox(.mailbox), entry.mailbox(.destination), record[.args],
            entry.rules.joined(separator: " "), entry[outcome: .reason], entry[outcome: .result],
            entry[outcome: .code], entry.number(.messages).map(String.init),
            entry.number(.bytes).map(String.init), entry[outcome: .uids],
            entry.outcome.map { "\($0.sequence)" }, record[.policy],
        ].map { $0 ?? "" }
    }
}
