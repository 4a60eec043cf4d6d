// `postern audit tail`: the end of the trail, and what is added to it.
import ArgumentParser
import Audit
import Glibc
import TrailIndex

struct TailTrail: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Print the trail's last records, and with -f those that are added.",
        discussion: """
            Needs no index. Decisions and outcomes are shown as they come, each on a line of its \
            own; an outcome is shown when its decision was. The criteria are those of "postern \
            audit search".
            """
    )

    /// More are a search.
    private static let linesMax = 1_000_000

    @Option(help: "The folder of the trail.")
    var trail: String

    @Flag(name: .shortAndLong, help: "Go on with what is added, until interrupted.")
    var follow = false

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("How many records to look at before.", valueName: "count")
    )
    var lines = 10

    @OptionGroup var criteria: SearchOptions
    @OptionGroup var revealing: RevealOptions

    @Option(help: "One of text, json (a record a line) and csv.")
    var format = EntryFormat.text

    func validate() throws {
        guard 0...Self.linesMax ~= lines else {
            throw ValidationError("--lines is from 0 to \(Self.linesMax)")
        }
    }

    func run() throws {
        try auditing {
            let reveal = try revealing.reveal(of: trail)
            try announceCommand(at: trail)
            var tail = try TrailTail(trail, last: lines)
            var filter = RecordFilter(criteria.search)
            var output = StandardOutput()
            format.heading.map { output.write($0) }
            repeat {
                try tail.forEachNew { line in
                    let line = reveal?.line(line) ?? line
                    guard let record = TrailRecord(line), filter.includes(record) else { return }
                    output.write(format.line(FoundEntry(record, outcome: nil)))
                }
                output.flush()
            } while follow && Self.pause()
        }
    }

    /// A fifth of a second: soon enough for a reader, and nothing to the machine.
    private static func pause() -> Bool {
        usleep(200_000)
        return true
    }
}
