// `postern audit expire`: lets go of the segments whose records have all outlived their retention.
import ArgumentParser
import Audit
import Configuration
import Reactor
import TLS

struct ExpireTrail: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "expire",
        abstract: "Remove the segments whose records have all outlived their retention.",
        discussion: """
            Goes by "audit.retention" of the configuration; without it nothing expires. Says of \
            each sealed segment why it stays or goes. The recorder removes it, having put into the \
            trail that it does; hashes and checkpoints stay, and the trail verifies as before. \
            Only root and the recorder's own user may order it.
            """
    )

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config = "/etc/postern/postern.yaml"

    @Flag(help: "Say what would go, and remove nothing.")
    var dryRun = false

    func run() throws {
        let audit: AuditTrail
        do throws(ConfigurationErrors) {
            audit = try Configuration.load(
                path: config,
                policy: nil,
                reader: .disk,
                digest: Digest.sha256
            ).audit
        } catch {
            for error in error.errors { complain("\(error)") }
            throw ExitCode.failure
        }
        guard !audit.retention.isForEver else {
            return print("nothing expires: there is no audit.retention in \(config)")
        }
        try ordering { try expire(audit) }
    }

    private func expire(_ audit: AuditTrail) throws {
        let folder = audit.folder
        guard let hasher = TreeHasher() else { throw TrailError.signing }
        // Only what is no longer written to; the last segment stays in any case.
        let segments = try SegmentName.all(in: folder).dropLast()
        var gone = 0
        for segment in segments {
            // Anew for each: a hold that was added meanwhile counts.
            let holds = try Holds(in: folder)
            let judge = SegmentJudge(
                retention: audit.retention,
                holds: try holds.entries.map { try HeldRecords($0.hold) },
                hasher: hasher,
                tiles: TileFiles(folder: folder),
                now: Moment.now.utc
            )
            switch try judge.fate(of: segment, in: folder) {
            case .stays(let reason): print("\(segment.text) stays: \(reason.harmless)")
            case .goes(let last, let retention):
                gone += 1
                let words = "records \(segment.first) to \(last), \(retention)"
                if dryRun {
                    print("\(segment.text) would go: \(words)")
                } else {
                    let expiry = Expiry(
                        segment,
                        last: last,
                        holds: holds.digest,
                        retention: retention
                    )
                    try give(.expire(expiry), at: folder)
                    print("\(segment.text) went: \(words)")
                }
            }
        }
        let verb = dryRun ? "would go" : "went"
        print("\(gone) of \(segments.count) sealed segments \(verb)")
    }
}
