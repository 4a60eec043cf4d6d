// `postern policy report`: who can do what where, to read, to count or to hand to an auditor.
import ArgumentParser
import Glibc
import Policy

struct PolicyReport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Say who can do what where.",
        discussion: """
            One line for each class of users and mailboxes that the rules tell apart; names that \
            no rule knows stand for all such.
            """
    )

    @Argument(help: "A policy file, or a folder whose path ends with \"/\".")
    var path: String

    @Option(help: ReportFormat.help)
    var format = ReportFormat.text

    func run() throws {
        let policy = try PolicySet.read(path)
        let rows: [PolicySurveyRow]
        do throws(TooManyClasses) {
            rows = try policy.survey(near: UnixTime(time(nil)))
        } catch {
            complain("the policy tells too many \(error.what) apart for a report")
            throw ExitCode(2)
        }
        let table = rows.map(\.columns)
        switch format {
        case .text: TextTable.lines(Self.headings, table).forEach { print($0) }
        case .csv: print(([Self.headings] + table).map(\.csvRow).joined(separator: "\r\n"))
        case .html: print(PolicyReportPage(policy, table).html)
        }
    }

    static let headings = ["user", "mailbox", "way", "rights", "rules"]
}

extension PolicySurveyRow {
    fileprivate var columns: [String] {
        let uses = specialUses.names.map { " (\\\($0.rawValue))" }.joined()
        return [
            subject.words, mailbox + uses, subject.way(at: time), allowance.words,
            rules.map(\.id).joined(separator: " "),
        ]
    }
}

/// The report as one page.
private struct PolicyReportPage {
    let policy: PolicySet
    let rows: [[String]]

    init(_ policy: PolicySet, _ rows: [[String]]) {
        self.policy = policy
        self.rows = rows
    }

    var html: String {
        HTMLPage(
            title: "Who can do what where",
            style: """
                th, td { vertical-align: top }
                code { font-size: 95% }
                """,
            body: """
                <p>Policy revision <code>\(policy.revision.html)</code>, \(policy.rules.count) rules.
                Rights are the letters of RFC 4314. A name that no rule knows stands for all such.</p>
                \(HTMLPage.table(PolicyReport.headings, rows))
                <h2>Rules</h2>
                \(HTMLPage.table(["rule", "leaves", "mode", "because", "where it stands"], rules))
                """
        ).html
    }

    private var rules: [[String]] {
        policy.rules.map { rule in
            var allowance = [rule.limit.isEmpty ? "nothing" : rule.limit.letters]
            allowance += rule.forbidden.words.map { "no \($0.name)" }
            if let volume = rule.volume { allowance.append(volume.words) }
            return [
                rule.id, allowance.joined(separator: ", "), rule.mode.rawValue, rule.because,
                "\(rule.position)",
            ]
        }
    }
}
