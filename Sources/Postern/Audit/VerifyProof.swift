// `postern audit verify-proof`: believes a record, or a trail's growth, without seeing the trail.
import ArgumentParser
import Audit

struct VerifyProof: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify-proof",
        abstract: "Check a proof that \"prove\" or \"prove-growth\" wrote.",
        discussion: "Needs the trail's first public key, and nothing else of the trail."
    )

    @Argument(help: "The proof.")
    var proof: String

    @Argument(help: "The record that is proved; for proofs of records only.")
    var record: String?

    @OptionGroup var key: FirstKey

    func run() throws {
        try auditing {
            guard let hasher = TreeHasher() else { throw TrailError.signing }
            let (text, first) = (try readText(proof), try key.read())
            do throws(KeyChain.Fault) {
                if let growth = GrowthProof(text) {
                    let (old, new) = try growth.verified(first, hasher)
                    print("verified: records 1 to \(old.size) stand unchanged among \(new.size)")
                } else if let inclusion = RecordProof(text) {
                    try verify(inclusion, first, hasher)
                } else {
                    throw KeyChain.Fault("no proof that this version knows")
                }
            } catch {
                complain("\(proof): NOT proved: \(error)")
                throw ExitCode.failure
            }
        }
    }

    private func verify(
        _ inclusion: RecordProof,
        _ first: VerifierKey,
        _ hasher: TreeHasher
    ) throws(KeyChain.Fault) {
        guard let record, let line = try? readText(record) else {
            throw KeyChain.Fault("the file of the record is missing, the second argument")
        }
        let head = try inclusion.verified(Array(line.utf8), first, hasher)
        print(
            "verified: record \(inclusion.index + 1) of \(head.origin), signed among \(head.size)"
        )
    }
}
