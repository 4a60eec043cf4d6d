// `postern audit prove`: a proof that one record stands in the trail, for someone without the trail.
import ArgumentParser
import Audit
import Bytes
import Glibc
import Reactor

struct ProveRecord: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Write a record and the proof that it stands in the trail.",
        discussion: """
            Writes record-NUMBER.json, the line itself, and record-NUMBER.tlog-proof \
            (c2sp.org/tlog-proof), whose extra data are the certificates from the first key to the \
            one that signed. "postern audit verify-proof" needs these two and the first key.
            """
    )

    @Argument(help: "The number of the record, its \"seq\".")
    var record: UInt64

    @Option(help: "The folder of the trail.")
    var trail: String

    @OptionGroup var key: FirstKey

    @Option(help: "The folder to write to.")
    var output = "."

    func run() throws {
        try auditing {
            try announce(.auditExport, "proof of record \(record)", at: self.trail)
            let trail = try TrailOnDisk(self.trail, firstKey: key.read())
            guard record > 0, let line = try trail.line(record) else {
                let gone = try ExpiredFile.segments(in: self.trail)
                    .first { $0.records.contains(record) }
                let why = gone.map { ": it expired, as record \($0.record) says" } ?? ""
                throw ValidationError("record \(record) is not in the trail's folder\(why)")
            }
            guard let (note, checkpoint) = try trail.checkpoint(covering: record) else {
                throw ValidationError("no checkpoint covers record \(record) yet")
            }
            guard
                let hasher = TreeHasher(),
                let path = ProofMaking(
                    hasher: hasher,
                    size: checkpoint.size,
                    tiles: trail.tiles.hashes
                ).inclusion(of: record - 1)
            else { throw ValidationError("tiles of the trail are missing: verify it") }
            let proof = RecordProof(
                index: record - 1,
                path: path,
                note: note,
                handovers: trail.handovers(upTo: note)
            )
            let name = "\(output)/record-\(record)"
            try write(line, to: name + ".json")
            try write(Array(proof.text.utf8), to: name + ".tlog-proof")
            print("wrote \(name).json and \(name).tlog-proof")
        }
    }
}

struct ProveConsistency: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove-growth",
        abstract: "Write the proof that the trail still holds all that an old checkpoint covers."
    )

    @Argument(help: "A file with a checkpoint of the trail.")
    var checkpoint: String

    @Option(help: "The folder of the trail.")
    var trail: String

    @OptionGroup var key: FirstKey

    @Option(help: "The file to write.")
    var output: String

    func run() throws {
        try auditing {
            let trail = try TrailOnDisk(self.trail, firstKey: key.read())
            guard
                let old = SignedNote(try readText(checkpoint)),
                let oldHead = try? trail.chain.verified(old)
            else { throw ValidationError("\(checkpoint): no checkpoint of this trail") }
            guard
                let new = try trail.latest().flatMap(SignedNote.init),
                let newHead = try? trail.chain.verified(new)
            else {
                throw ValidationError("the trail's last checkpoint can't be believed: verify it")
            }
            guard
                let hasher = TreeHasher(),
                let path = ProofMaking(
                    hasher: hasher,
                    size: newHead.size,
                    tiles: trail.tiles.hashes
                ).consistency(from: oldHead.size)
            else {
                throw ValidationError("the trail is shorter, or its tiles are missing: verify it")
            }
            let proof = GrowthProof(
                path: path,
                old: old,
                new: new,
                handovers: trail.handovers(upTo: new)
            )
            try write(Array(proof.text.utf8), to: output)
            print("wrote \(output): from record \(oldHead.size) to \(newHead.size)")
        }
    }
}

/// Writes a file that an auditor asked for.
private func write(_ bytes: [UInt8], to path: String) throws(TrailError) {
    let flags = O_WRONLY | O_CREAT | O_TRUNC
    try FileDescriptor.opening(path, flags, mode: 0o644).write(bytes.span, to: path)
}
