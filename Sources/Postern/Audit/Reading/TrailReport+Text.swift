// A report as text and as CSV.
import TrailIndex

extension Figures.Slot {
    /// The figures by their names, in the order in which reports show them.
    var named: [(name: String, value: Int)] {
        [
            ("logins", logins), ("failed logins", failedLogins), ("sessions", sessions),
            ("commands", commands), ("refusals", refusals), ("messages read", messagesRead),
            ("bytes read", bytesRead), ("messages filed", messagesFiled),
        ]
    }
}

extension TrailReport {
    var text: String {
        let names = Figures.Slot().named.map(\.name)
        let periods = rows.map { row in [row.period] + row.slot.named.map { "\($0.value)" } }
        let sum = ["all"] + total.named.map { "\($0.value)" }
        var lines = TextTable.lines(["period"] + names, periods + [sum])
        func add(_ title: String, _ heading: [String], _ rows: [[String]]) {
            guard !rows.isEmpty else { return }
            lines += ["", title] + TextTable.lines(heading, rows)
        }
        add(
            "Refusals by rule",
            ["rule", "refused", "would have been"],
            rules.map { [$0.name.harmless, "\($0.refused)", "\($0.rehearsed)"] }
        )
        add(
            "Top readers",
            ["user", "messages", "bytes", "commands"],
            readers.map { [$0.user.harmless, "\($0.messages)", "\($0.bytes)", "\($0.commands)"] }
        )
        add(
            "Failed logins by address",
            ["address", "failures"],
            failures.map { [$0.name.harmless, "\($0.count)"] }
        )
        add(
            "Unusual volumes",
            ["when", "messages", "bytes", "usual", "user"],
            unusual.map {
                [$0.period, "\($0.messages)", "\($0.bytes)", "\($0.usual)", $0.user.harmless]
            }
        )
        return lines.joined(separator: "\n")
    }

    /// One figure a line, so that a spreadsheet can turn it any way: what it is about, the period,
    /// the name, the measure, the value.
    var csv: String {
        var lines = [["about", "period", "name", "measure", "value"]]
        func add(_ about: String, _ period: String, _ name: String, _ figures: [(String, Int)]) {
            for (measure, value) in figures {
                lines.append([about, period, name, measure, "\(value)"])
            }
        }
        for row in rows {
            add("period", row.period, "", row.slot.named.map { ($0.name, $0.value) })
        }
        for rule in rules {
            add("rule", "", rule.name, [("refused", rule.refused), ("rehearsed", rule.rehearsed)])
        }
        for reader in readers {
            add(
                "reader",
                "",
                reader.user,
                [
                    ("messages", reader.messages), ("bytes", reader.bytes),
                    ("commands", reader.commands),
                ]
            )
        }
        for failure in failures { add("address", "", failure.name, [("failures", failure.count)]) }
        for one in unusual {
            add(
                "unusual",
                one.period,
                one.user,
                [("messages", one.messages), ("bytes", one.bytes), ("usual", one.usual)]
            )
        }
        return lines.map(\.csvRow).joined(separator: "\r\n")
    }
}
