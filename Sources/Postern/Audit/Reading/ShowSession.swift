// `postern audit session`: what happened in one session, for someone who has to understand it.
import ArgumentParser
import Audit
import TrailIndex

struct ShowSession: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "session",
        abstract: "Tell what happened in one session, from its first record to its last.",
        discussion: """
            A line for each command or event: number of the record, seconds since the first, the \
            client's tag and command, what was decided, and what came of it.
            """
    )

    @Argument(help: "The session: 16 hexadecimal digits, as records name it.")
    var session: String

    @OptionGroup var place: TrailOptions
    @OptionGroup var revealing: RevealOptions

    func run() throws {
        try auditing {
            let trail = try place.open(revealing: revealing)
            var search = Search()
            search.session = session
            var reader = try EntryReader(trail)
            var transcript = Transcript()
            var output = StandardOutput()
            // Once for who it was, which is known at the end only, and once for what he did.
            try trail.index.search(search) { hit in
                transcript.note(try reader.entry(hit))
                return true
            }
            guard !transcript.isEmpty else {
                complain("session \(session) is not in the trail")
                throw ExitCode.failure
            }
            transcript.heading.forEach { output.write($0) }
            try trail.index.search(search) { hit in
                output.write(transcript.line(try reader.entry(hit)))
                return true
            }
            output.flush()
        }
    }
}
