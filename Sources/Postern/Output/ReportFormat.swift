// The forms in which reports are given.
import ArgumentParser

enum ReportFormat: String, CaseIterable, ExpressibleByArgument {
    case text, csv, html

    static let help: ArgumentHelp =
        "One of text, csv and html; html is one page that needs no other file."
}
