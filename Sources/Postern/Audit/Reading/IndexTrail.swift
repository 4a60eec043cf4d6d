// `postern audit index`: the index made or brought up to date by itself, from a timer for example.
import ArgumentParser
import Audit
import TrailIndex

struct IndexTrail: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "index",
        abstract: "Bring the index over a trail up to date, or make it anew.",
        discussion: """
            Searches do this by themselves; the first one over a large trail takes long. The index \
            is derived from the trail alone and may be deleted. It holds names of users and \
            mailboxes, so it is readable for its owner only.
            """
    )

    @OptionGroup var place: TrailOptions

    @Flag(help: "Make the index anew, whatever is there.")
    var anew = false

    func run() throws {
        try auditing {
            let trail = try place.open(anew: anew)
            let (entries, unread) = try trail.counts()
            print("\(trail.index.path): \(entries) entries")
            if unread > 0 { print("\(unread) lines are no records: verify the trail") }
        }
    }
}

extension IndexedTrail {
    fileprivate func counts() throws(TrailError) -> (entries: Int, unread: Int) {
        do { return try index.counts() } catch { throw .index("\(error)") }
    }
}
