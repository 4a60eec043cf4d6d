// `postern audit search`: what the trail says about somebody, somewhere, at some time.
import ArgumentParser
import Audit
import TrailIndex

struct SearchTrail: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Find records by user, mailbox, event, decision, rule, time, message or address.",
        discussion: """
            All that is said must apply; of an option that is repeated one value. A decision is \
            shown with its outcome, in the order of the trail. Brings the index up to date first. \
            What the index finds is printed from the trail itself, which "postern audit verify" \
            can vouch for.
            """
    )

    @OptionGroup var place: TrailOptions
    @OptionGroup var revealing: RevealOptions
    @OptionGroup var criteria: SearchOptions

    @Option(help: "One of text, json (a record a line, its outcome in it) and csv.")
    var format = EntryFormat.text

    @Option(help: ArgumentHelp("No more than the first so many.", valueName: "count"))
    var first: Int?

    @Option(help: ArgumentHelp("No more than the last so many, newest first.", valueName: "count"))
    var last: Int?

    func validate() throws {
        guard first == nil || last == nil else {
            throw ValidationError("--first and --last exclude each other")
        }
        guard (first ?? last ?? 1) > 0 else { throw ValidationError("show at least one record") }
    }

    func run() throws {
        try auditing {
            let trail = try place.open(revealing: revealing)
            var search = criteria.search
            search.countMax = first ?? last
            search.isNewestFirst = last != nil
            try trail.print(search, as: format)
        }
    }
}

extension IndexedTrail {
    /// Prints what is found.
    func print(_ search: Search, as format: EntryFormat) throws {
        var reader = try EntryReader(self)
        var output = StandardOutput()
        format.heading.map { output.write($0) }
        try index.search(search) { hit in
            output.write(format.line(try reader.entry(hit)))
            return true
        }
        output.flush()
    }
}
