// Notes, checkpoints and keys: read as written, and believed only where the right key signed.
import Audit
import Bytes
import Testing

private let root = TreeHash([UInt8](repeating: 7, count: 32).span)

private func key(_ name: String = "host/postern-1") throws -> SigningKey {
    guard let key = SigningKey(generating: name) else { throw CancellationError() }
    return key
}

/// A checkpoint's note, certifying `next` where there is one.
private func note(
    _ size: UInt64,
    by key: borrowing SigningKey,
    next: VerifierKey? = nil
) throws -> SignedNote {
    guard let root else { throw CancellationError() }
    let origin = key.verifier.name
    let head = Checkpoint(origin: origin, size: size, root: root, nextKey: next)
    guard let note = head.signed(by: key) else { throw CancellationError() }
    return note
}

@Suite struct SignedNoteTests {
    /// The example of c2sp.org/signed-note.
    @Test func readsTheSpecificationsExample() throws {
        let text = """
            Ognuno sta solo sul cuor della terra
            trafitto da un raggio di sole:

            ed è subito sera.

            — quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKON\
            MrouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=

            """
        let note = try #require(SignedNote(text))
        #expect(note.text.hasSuffix("\n\ned è subito sera.\n"))
        #expect(note.signatures.map(\.name) == ["quasimodo.example/salvatore"])
        #expect(note.signatures.map(\.keyID) == [0x367B_A04B])
        #expect(note.description == text)
    }

    @Test(
        "takes nothing else for a note",
        arguments: [
            "", "\n", "text\n", "text\n\n", "\n— a AAAAAAA=\n", "text\n\n— a AAAAAAA=",
            "text\n\n- a AAAAAAA=\n", "text\n\n— a+b AAAAAAA=\n", "text\n\n— a AAAA\n",
            "text\n\n— a  AAAAAAA=\n", "text\n\n— a AAAAAAA\n", "te\rxt\n\n— a AAAAAAA=\n",
            "text\n— a AAAAAAA=\n", "text\n\n— a AAAAAAA=\nmore\n",
        ]
    )
    func refuses(_ text: String) { #expect(SignedNote(text) == nil) }

    @Test func dividesAFileOfNotesAndLeavesWhatIsUnfinished() throws {
        let key = try key()
        let notes = try (1...3).map { try note($0, by: key).description }
        let file = Array((notes[0] + "\n" + notes[1] + "\n").utf8)
        #expect(SignedNote.divide(file).notes == Array(notes.prefix(2)))
        #expect(SignedNote.divide(file).bytes == file.count)
        let last = Array((notes[2] + "\n").utf8)
        for cut in last.indices {
            let divided = SignedNote.divide(file + last[..<cut])
            #expect(divided.notes == Array(notes.prefix(2)))
            #expect(divided.bytes == file.count)
        }
        #expect(SignedNote.divide(file + last).notes == notes)
    }

    @Test func believesTheRightKeyOnly() throws {
        let mine = try key()
        let other = try key()
        let note = try note(5, by: mine)
        let (mineKey, otherKey) = (mine.verifier, other.verifier)
        #expect(note.isSigned(by: mineKey))
        #expect(!note.isSigned(by: otherKey))
        let changed = SignedNote(
            text: note.text.replacing("5", with: "6"),
            signatures: note.signatures
        )
        #expect(!changed.isSigned(by: mineKey))
    }

    @Test func cosignsWithATime() throws {
        guard let witness = SigningKey(generating: "witness", purpose: .cosignature) else {
            throw CancellationError()
        }
        let mine = try key()
        var note = try note(5, by: mine)
        guard let cosignature = witness.sign(note.text, at: 1_679_315_147) else {
            throw CancellationError()
        }
        note.signatures.append(cosignature)
        let read = try #require(SignedNote(note.description))
        let (witnessKey, mineKey) = (witness.verifier, mine.verifier)
        #expect(read.isSigned(by: witnessKey))
        #expect(read.isSigned(by: mineKey))
        #expect(Cosignature(read.signatures[1].bytes)?.time == 1_679_315_147)
        #expect(
            !SignedNote(text: "x\n", signatures: read.signatures).isSigned(by: witness.verifier)
        )
    }

    @Test func writesKeysAsTheyAreRead() throws {
        let key = try key()
        let verifier = key.verifier
        #expect(VerifierKey(text: verifier.text) == verifier)
        #expect(VerifierKey(text: verifier.text + "\n") == verifier)
        guard let read = SigningKey(text: key.text) else { throw CancellationError() }
        let note = try note(9, by: read)
        #expect(note.isSigned(by: verifier))
    }

    @Test("takes nothing else for a key", arguments: ["", "a", "a+00000000+AQ==", "a++b", "+++"])
    func refusesKeys(_ text: String) throws {
        #expect(VerifierKey(text: text) == nil)
        let isRead = SigningKey(text: Secret("PRIVATE+KEY+" + text)) != nil
        #expect(!isRead)
        let changed = try key().verifier.text.replacing("host", with: "hose")
        #expect(VerifierKey(text: changed) == nil)
    }
}

@Suite struct KeyChainTests {
    @Test func followsTheKeysAndBindsEachToItsRecords() throws {
        let first = try key()
        let second = try key()
        let third = try key()
        var chain = KeyChain(first: first.verifier)
        try chain.extend(with: note(10, by: first, next: second.verifier))
        try chain.extend(with: note(20, by: second, next: third.verifier))
        let last = third.verifier
        #expect(chain.current == last)
        for size: UInt64 in [0, 10] { _ = try chain.verified(note(size, by: first)) }
        for size: UInt64 in [10, 20] { _ = try chain.verified(note(size, by: second)) }
        for size: UInt64 in [20, .max] { _ = try chain.verified(note(size, by: third)) }
        // The last one: who has today's key can't sign yesterday again.
        for note in [try note(9, by: second), try note(21, by: second), try note(15, by: third)] {
            #expect(throws: KeyChain.Fault.self) { try chain.verified(note) }
        }
    }

    @Test func refusesAKeyThatItsForerunnerDidNotCertify() throws {
        let first = try key()
        let second = try key()
        let stranger = try key()
        var chain = KeyChain(first: first.verifier)
        for handover in [
            try note(10, by: second, next: second.verifier), try note(10, by: first),
            try note(10, by: first, next: key("other").verifier),
        ] {
            #expect(throws: KeyChain.Fault.self) { try chain.extend(with: handover) }
        }
        try chain.extend(with: note(10, by: first, next: second.verifier))
        let backwards = try note(9, by: second, next: stranger.verifier)
        #expect(throws: KeyChain.Fault.self) { try chain.extend(with: backwards) }
        let foreign = try note(11, by: stranger)
        #expect(throws: KeyChain.Fault.self) { try chain.verified(foreign) }
    }
}
