// `postern audit witness`: on another host, cosigns what the trail says of itself.
import ArgumentParser
import Audit
import Bytes
import Glibc

struct WitnessTrail: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "witness",
        abstract: "Cosign the trail's last checkpoint, on another host, if the trail only grew.",
        discussion: """
            To be run again and again on a copy of the trail's "checkpoint", "handovers" and \
            "tile"; the records are not needed. Makes its key at the first run. What it cosigned \
            last stands in the folder's "cosigned": give it to "postern audit verify" with \
            --checkpoint, and the key with --witness. Exits with 1, and keeps what was shown, if \
            the trail was set back or rewritten; with 2 if it can't be read.
            """
    )

    @Argument(help: "The folder of the trail's copy.")
    var trail: String

    @OptionGroup var key: FirstKey

    @Option(help: "The folder of the witness; it must exist, and be for this trail alone.")
    var state: String

    @Option(help: "What the witness is called in its signatures, when its key is made.")
    var name = "\(Machine.name)/witness"

    func run() throws {
        try auditing {
            let state = try WitnessState(state, name: name)
            if state.isNew { print("a new witness; its public key: \(state.key.verifier.text)") }
            guard let hasher = TreeHasher() else { throw TrailError.signing }
            try announceCommand(at: trail, isUsuallyCopy: true)
            let trail = try TrailOnDisk(trail, firstKey: key.read())
            guard let shown = try trail.latest().flatMap(SignedNote.init) else {
                complain("\(self.trail): there is no checkpoint")
                throw ExitCode(2)
            }
            let head = try believe(shown, trail, state)
            let seen = state.seen.flatMap { Checkpoint(text: $0.text) }
            let witnessing = Witnessing(hasher: hasher, tiles: trail.tiles.hashes)
            if let refusal = witnessing.refusal(of: head, after: seen) {
                guard refusal.isEvidence else {
                    complain("\(self.trail): \(refusal)")
                    throw ExitCode(2)
                }
                throw try refuse(shown, "\(refusal)", state)
            }
            try cosign(shown, head, state)
        }
    }

    /// The checkpoint, if a key of the trail has signed it.
    private func believe(
        _ note: SignedNote,
        _ trail: TrailOnDisk,
        _ state: borrowing WitnessState
    ) throws -> Checkpoint {
        do throws(KeyChain.Fault) {
            return try trail.chain.verified(note)
        } catch {
            throw try refuse(note, "\(error)", state)
        }
    }

    /// Keeps what was shown, and says so; returns how to end.
    private func refuse(
        _ note: SignedNote,
        _ why: String,
        _ state: borrowing WitnessState
    ) throws -> ExitCode {
        let kept = try state.keepRefused(note)
        complain("\(trail): NOT cosigned: \(why); what was shown is kept in \(kept)")
        return .failure
    }

    private func cosign(
        _ shown: SignedNote,
        _ head: Checkpoint,
        _ state: borrowing WitnessState
    ) throws {
        let now = Moment.now.utc / 1_000_000
        guard let signature = state.key.sign(shown.text, at: now) else { throw TrailError.signing }
        var note = shown
        note.signatures.removeAll { $0.name == signature.name && $0.keyID == signature.keyID }
        note.signatures.append(signature)
        try state.keep(note)
        print("cosigned: \(head.size) records of \(head.origin)")
    }
}
