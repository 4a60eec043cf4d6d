// `postern audit verify`: whether a trail is what was recorded, and where it is not.
import ArgumentParser
import Audit
import Bytes
import Reactor

struct VerifyTrail: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check every record, hash, checkpoint and key of a trail.",
        discussion: """
            Prints what is wrong, the first broken record first: FILE:LINE: record NUMBER: why. \
            Exits with 1 if anything is, with 2 if the trail can't be read. A trail that was cut \
            back as a whole shows against a checkpoint from elsewhere only: see --checkpoint.
            """
    )

    @Argument(help: "The folder of the trail.")
    var trail: String

    @OptionGroup var key: FirstKey

    @Option(
        help: ArgumentHelp(
            "A checkpoint that was kept elsewhere, which the trail must hold; may be repeated.",
            valueName: "file"
        )
    )
    var checkpoint: [String] = []

    @Flag(help: "The first segments were moved away; their hashes must still be there.")
    var archived = false

    func run() throws {
        try auditing {
            let trail = try TrailOnDisk(self.trail, firstKey: key.read())
            guard let hasher = TreeHasher() else { throw TrailError.signing }
            var kept: [(String, in: String)] = []
            // Signatures of witnesses may stand under it; the trail's own is what counts here.
            for path in checkpoint { kept.append((try readText(path), in: path)) }
            let verification = try trail.verified(
                by: hasher,
                holding: kept,
                mayBeArchived: archived
            )
            tell(verification)
            if verification.isBroken { throw ExitCode.failure }
        }
    }

    private func tell(_ verification: Verification) {
        let broken = verification.findings.filter { $0.weight == .broken }
        for finding in broken { print(finding) }
        for finding in verification.findings where finding.weight == .notice {
            print("note: \(finding)")
        }
        if verification.findingsLeftOut > 0 {
            print("... and \(verification.findingsLeftOut) more")
        }
        let (summary, chain) = (verification.summary, verification.chain)
        print("trail    \(chain.origin)")
        print("records  1 to \(verification.size) in \(summary.segments) segments")
        print("time     \(verification.period.first) to \(verification.period.last)")
        print("signed   \(summary.checkpoints) checkpoints, \(chain.epochs.count) keys")
        if summary.archived > 0 { print("archived the first \(summary.archived) records") }
        if summary.unsigned > 0 { print("unsigned the last \(summary.unsigned) records, so far") }
        print("root     \(verification.root.base64)")
        print(broken.isEmpty ? "verified" : "NOT what was recorded, see above")
    }
}
