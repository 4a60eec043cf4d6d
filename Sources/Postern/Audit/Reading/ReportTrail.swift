// `postern audit report`: what happened in a month, to read, to count or to hand on.
import ArgumentParser
import Audit
import TrailIndex

struct ReportTrail: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Count logins, failures, refusals by rule, readers and unusual volumes.",
        discussion: """
            Unusual is a day on which a user was given \(TrailReport.unusualMessagesMin) messages \
            or more, and \(TrailReport.unusualFactor) times as many as on the median of his other \
            days, or of all users' days while he has few. Messages are those whose content, flags \
            or structure answers told of.
            """
    )

    @OptionGroup var place: TrailOptions
    @OptionGroup var revealing: RevealOptions

    @Option(help: "One of hour, day, week and month, in UTC.")
    var period = TrailReport.Period.day

    @OptionGroup var window: TimeWindow

    @Option(help: ArgumentHelp("How many readers and addresses to name.", valueName: "count"))
    var top = 20

    @Option(help: ReportFormat.help)
    var format = ReportFormat.text

    func run() throws {
        try auditing {
            let figures = try place.open(revealing: revealing).index.figures(
                since: window.since?.microseconds,
                until: window.until?.microseconds,
                slotSeconds: period.slotSeconds
            )
            let report = TrailReport(figures, by: period, top: max(0, top))
            switch format {
            case .text: print(report.text)
            case .csv: print(report.csv)
            case .html: print(TrailReportPage(report, of: place.trail).html)
            }
        }
    }
}

extension TrailReport.Period: ExpressibleByArgument {}
