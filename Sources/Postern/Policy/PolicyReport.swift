// `postern policy report`: who can do what where, to read, to count or to hand to an auditor.
import ArgumentParser
import Glibc
import Policy

struct PolicyReport: ParsableCommand {
    enum Format: String, CaseIterable, ExpressibleByArgument { case text, csv, html }

    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Say who can do what where.",
        discussion: """
            One line for each class of users and mailboxes that the rules tell apart; names that \
            no rule knows stand for all such: "x" is any other user or mailbox.
            """
    )

    @Argument(help: "A policy file, or a folder whose path ends with \"/\".")
    var path: String

    @Option(help: "One of text, csv and html; html is one page that needs no other file.")
    var format = Format.text

    func run() throws {
        let policy = try PolicySet.read(path)
        let rows: [PolicySurveyRow]
        do throws(TooManyClasses) {
            rows = try policy.survey(near: UnixTime(time(nil)))
        } catch {
            Diagnostics.say("the policy tells too many \(error.what) apart for a report")
            throw ExitCode(2)
        }
        let table = rows.map(\.columns)
        switch format {
        case .text: print(Self.text(table))
        case .csv: print(Self.csv(table))
        case .html: print(ReportPage(policy, table).html)
        }
    }

    static let headings = ["user", "mailbox", "way", "rights", "rules"]

    private static func text(_ rows: [[String]]) -> String {
        let all = [headings] + rows
        let widths = headings.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            zip(row, widths)
                .map { $0 + String(repeating: " ", count: $1 - $0.count) }
                .joined(separator: "  ")
                .trimmingEnd
        }.joined(separator: "\n")
    }

    /// RFC 4180.
    private static func csv(_ rows: [[String]]) -> String {
        ([headings] + rows).map { row in
            row.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",")
        }.joined(separator: "\r\n")
    }
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

extension String {
    fileprivate var trimmingEnd: String {
        String(self[..<(lastIndex { $0 != " " }.map(index(after:)) ?? startIndex)])
    }
}

/// The report as one page.
private struct ReportPage {
    let policy: PolicySet
    let rows: [[String]]

    init(_ policy: PolicySet, _ rows: [[String]]) {
        self.policy = policy
        self.rows = rows
    }

    var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <title>Who can do what where</title>
        <style>
        body { font: 15px/1.5 sans-serif; margin: 2em auto; max-width: 70em; color: #222 }
        table { border-collapse: collapse; width: 100%; margin: 1em 0 2em }
        th, td { border-bottom: 1px solid #ccc; padding: .3em .6em; text-align: left; vertical-align: top }
        th { background: #f2f2f2 }
        code { font-size: 95% }
        </style>
        </head>
        <body>
        <h1>Who can do what where</h1>
        <p>Policy revision <code>\(Self.escaped(policy.revision))</code>, \(policy.rules.count) rules.
        Rights are the letters of RFC 4314. A name that no rule knows stands for all such.</p>
        \(table(PolicyReport.headings, rows))
        <h2>Rules</h2>
        \(table(["rule", "leaves", "mode", "because", "where it stands"], rules))
        </body>
        </html>
        """
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

    private func table(_ headings: [String], _ rows: [[String]]) -> String {
        func row(_ cells: [String], _ tag: String) -> String {
            "<tr>" + cells.map { "<\(tag)>\(Self.escaped($0))</\(tag)>" }.joined() + "</tr>"
        }
        return "<table>\n\(row(headings, "th"))\n"
            + rows.map { row($0, "td") }.joined(separator: "\n") + "\n</table>"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}
