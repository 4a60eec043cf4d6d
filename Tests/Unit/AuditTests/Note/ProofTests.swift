// Proofs that somebody else wrote: what they claim is checked, whatever it is.
import Audit
import Testing

private struct Missing: Error {}

@Suite struct ProofTests {
    @Test("believes no number of a record", arguments: [0, 1, UInt64.max - 1, .max])
    func refuses(index: UInt64) throws {
        guard let hasher = TreeHasher(), let key = SigningKey(generating: "host/postern-1") else {
            throw Missing()
        }
        let head = Checkpoint(origin: "host/postern-1", size: 4, root: hasher.emptyRoot)
        guard let note = head.signed(by: key) else { throw Missing() }
        let first = key.verifier
        let written = RecordProof(index: index, path: [], note: note, handovers: [])
        let proof = try #require(RecordProof(written.text))
        #expect(proof == written)
        let line = Array("{\"seq\":1,\"v\":1}\n".utf8)
        #expect(throws: KeyChain.Fault.self) { _ = try proof.verified(line, first, hasher) }
    }
}
