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
            back as a whole shows against a checkpoint from elsewhere only: see --checkpoint, and \
            "postern audit witness".
            """
    )

    @Argument(help: "The folder of the trail.")
    var trail: String

    @OptionGroup var key: FirstKey

    @Option(
        help: ArgumentHelp(
            "A checkpoint that was kept elsewhere, or lines of a log with some; may be repeated.",
            valueName: "file"
        )
    )
    var checkpoint: [String] = []

    @Option(
        help: ArgumentHelp(
            "The public key of a witness, which must have cosigned one of these; may be repeated.",
            valueName: "file"
        )
    )
    var witness: [String] = []

    @Flag(help: "The first segments were moved away; their hashes must still be there.")
    var archived = false

    func run() throws {
        try auditing {
            try announceCommand(at: self.trail, isUsuallyCopy: true)
            let trail = try TrailOnDisk(self.trail, firstKey: key.read())
            guard let hasher = TreeHasher() else { throw TrailError.signing }
            let (sightings, others) = try keptElsewhere(of: trail.chain.origin)
            let verification = try trail.verified(
                by: hasher,
                holding: others,
                seenBy: sightings,
                mayBeArchived: archived
            )
            tell(verification)
            for seen in sightings { print("witness  \(seen.witness.name) at \(seen.timeText)") }
            if verification.isBroken { throw ExitCode.failure }
        }
    }

    /// What witnesses cosigned, and what was kept without their word.
    private func keptElsewhere(of origin: String) throws -> ([Sighting], [(String, in: String)]) {
        var witnesses = try witness.map { (path: $0, key: try verifierKey(in: $0)) }
        var sightings: [Sighting] = []
        var others: [(String, in: String)] = []
        for path in checkpoint {
            let text = try readText(path)
            let note = SignedNote(text)
            let seen = witnesses.compactMap { witness in
                note.flatMap { Sighting(of: $0, by: witness.key, in: path) }
            }
            sightings += seen
            guard seen.isEmpty else { continue }
            // A note, or a log with a checkpoint in some of its lines.
            let logged = note == nil ? text.split(separator: "\n") : []
            let notes = logged.compactMap { CheckpointLine.note(in: $0) }
                .filter { Checkpoint(text: $0.text)?.origin == origin }.map(\.description)
            others += (notes.isEmpty ? [text] : notes).map { ($0, in: path) }
        }
        witnesses.removeAll { witness in sightings.contains { $0.witness == witness.key } }
        if let missing = witnesses.first {
            throw ValidationError(
                "\(missing.path): \(missing.key.name) has cosigned no file given with --checkpoint"
            )
        }
        return (sightings, others)
    }

    private func tell(_ verification: Verification) {
        let broken = verification.findings.filter { $0.weight == .broken }
        for finding in broken { print("\(finding)".harmless) }
        for finding in verification.findings where finding.weight == .notice {
            print("note: \(finding)".harmless)
        }
        if verification.findingsLeftOut > 0 {
            print("... and \(verification.findingsLeftOut) more")
        }
        let (summary, chain) = (verification.summary, verification.chain)
        print("trail    \(chain.origin)")
        print("records  1 to \(verification.size) in \(summary.segments) segments")
        let (first, last) = verification.period
        print("time     \(first) to \(last)".harmless)
        print("signed   \(summary.checkpoints) checkpoints, \(chain.epochs.count) keys")
        if summary.archived > 0 { print("archived \(summary.archived) records") }
        if summary.expired > 0 {
            let records = verification.expiredBy.map(String.init).joined(separator: ", ")
            print(
                "expired  \(summary.expired) records in \(summary.expiredSegments) segments,"
                    + " by records \(records)"
            )
        }
        if summary.unsigned > 0 { print("unsigned the last \(summary.unsigned) records, so far") }
        print("root     \(verification.root.base64)")
        print(broken.isEmpty ? "verified" : "NOT what was recorded, see above")
    }
}
