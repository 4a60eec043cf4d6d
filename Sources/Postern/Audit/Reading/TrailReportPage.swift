// A report on the trail as a page.
import TrailIndex

struct TrailReportPage {
    private let report: TrailReport
    private let trail: String

    init(_ report: TrailReport, of trail: String) {
        self.report = report
        self.trail = trail
    }

    var html: String {
        HTMLPage(
            title: "Audit report",
            style: """
                th, td { text-align: right }
                th:first-child, td:first-child { text-align: left }
                svg { width: 100%; height: 9em; margin: .5em 0 1.5em; background: #f8f8f8 }
                rect { fill: #36c } rect.bad { fill: #c33 }
                """,
            body: """
                <p>Trail <code>\(trail.html)</code>, \(period.html), in UTC.</p>
                \(charts)
                <h2>Periods</h2>
                \(HTMLPage.table(["period"] + names, periods))
                \(section("Refusals by rule", ["rule", "refused", "would have been refused"], rules))
                \(section("Top readers", ["user", "messages", "bytes", "commands"], readers))
                \(section("Failed logins by address", ["address", "failures"], failures))
                \(section("Unusual volumes", ["when", "user", "messages", "bytes", "usual"], unusual))
                """
        ).html
    }

    private var period: String {
        guard let first = report.rows.first, let last = report.rows.last else { return "empty" }
        return first.period == last.period ? first.period : "\(first.period) to \(last.period)"
    }

    private var names: [String] { Figures.Slot().named.map(\.name) }

    private var periods: [[String]] {
        report.rows.map { row in [row.period] + row.slot.named.map { "\($0.value)" } }
            + [["all"] + report.total.named.map { "\($0.value)" }]
    }

    private var rules: [[String]] {
        report.rules.map { [$0.name, "\($0.refused)", "\($0.rehearsed)"] }
    }

    private var readers: [[String]] {
        report.readers.map { [$0.user, "\($0.messages)", "\($0.bytes)", "\($0.commands)"] }
    }

    private var failures: [[String]] { report.failures.map { [$0.name, "\($0.count)"] } }

    private var unusual: [[String]] {
        report.unusual.map {
            [$0.period, $0.user, "\($0.messages)", "\($0.bytes)", "\($0.usual)"]
        }
    }

    private func section(_ title: String, _ headings: [String], _ rows: [[String]]) -> String {
        rows.isEmpty ? "" : "<h2>\(title)</h2>\n" + HTMLPage.table(headings, rows)
    }

    private var charts: String {
        [
            chart("Logins", false) { $0.logins },
            chart("Failed logins", true) { $0.failedLogins },
            chart("Refusals", true) { $0.refusals },
            chart("Messages read", false) { $0.messagesRead },
        ].joined(separator: "\n")
    }

    /// Bars that begin at zero, the highest as high as the chart; each names itself when pointed at.
    private func chart(
        _ title: String,
        _ isBad: Bool,
        _ value: (Figures.Slot) -> Int
    ) -> String {
        let values = report.rows.map { value($0.slot) }
        let most = max(1, values.max() ?? 1)
        let bars = zip(report.rows, values).enumerated().map { index, bar in
            let height = bar.1 * 1000 / most
            return "<rect\(isBad ? " class=\"bad\"" : "") x=\"\(index * 10 + 1)\" "
                + "y=\"\(1000 - height)\" width=\"8\" height=\"\(height)\">"
                + "<title>\(bar.0.period.html): \(bar.1)</title></rect>"
        }
        let width = max(1, values.count) * 10
        return "<h2>\(title)</h2>\n<svg role=\"img\" aria-label=\"\(title), at most \(most)\" "
            + "viewBox=\"0 0 \(width) 1000\" preserveAspectRatio=\"none\">"
            + bars.joined() + "</svg>"
    }
}
