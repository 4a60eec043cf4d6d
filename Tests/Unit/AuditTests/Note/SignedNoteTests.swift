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
    let head = try Checkpoint(
        origin: key.verifier.name,
        size: size,
        root: #require(root),
        nextKey: next
    )
    return try #require(head.signed(by: key))
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
            "", "\n", "text\n", "text\n\n", "\n\n— a AAAAAAA=\n", "text\n\n— a AAAAAAA=",
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
        let (mine, other) = (try key(), try key())
        let note = try note(5, by: mine)
        #expect(note.isSigned(by: mine.verifier))
        #expect(!note.isSigned(by: other.verifier))
        let changed = SignedNote(
            text: note.text.replacing("5", with: "6"),
            signatures: note.signatures
        )
        #expect(!changed.isSigned(by: mine.verifier))
    }

    @Test func cosignsWithATime() throws {
        guard let witness = SigningKey(generating: "witness", purpose: .cosignature) else {
            throw CancellationError()
        }
        let mine = try key()
        var note = try note(5, by: mine)
        note.signatures.append(try #require(witness.sign(note.text, at: 1_679_315_147)))
        let read = try #require(SignedNote(note.description))
        #expect(read.isSigned(by: witness.verifier))
        #expect(read.isSigned(by: mine.verifier))
        #expect(Cosignature(read.signatures[1].bytes)?.time == 1_679_315_147)
        #expect(
            !SignedNote(text: "x\n", signatures: read.signatures).isSigned(by: witness.verifier)
        )
    }

    @Test func writesKeysAsTheyAreRead() throws {
        let key = try key()
        #expect(VerifierKey(text: key.verifier.text) == key.verifier)
        #expect(VerifierKey(text: key.verifier.text + "\n") == key.verifier)
        guard let read = SigningKey(text: key.text) else { throw CancellationError() }
        #expect(read.verifier == key.verifier)
        #expect(try note(9, by: read).isSigned(by: key.verifier))
    }

    @Test("takes nothing else for a key", arguments: ["", "a", "a+00000000+AQ==", "a++b", "+++"])
    func refusesKeys(_ text: String) throws {
        #expect(VerifierKey(text: text) == nil)
        #expect(SigningKey(text: Secret("PRIVATE+KEY+" + text)) == nil)
        let key = try key()
        #expect(VerifierKey(text: key.verifier.text.replacing("host", with: "hose")) == nil)
    }
}

@Suite struct KeyChainTests {
    @Test func followsTheKeysAndBindsEachToItsRecords() throws {
        let (first, second, third) = (try key(), try key(), try key())
        var chain = KeyChain(first: first.verifier)
        try chain.extend(with: note(10, by: first, next: second.verifier))
        try chain.extend(with: note(20, by: second, next: third.verifier))
        #expect(chain.current == third.verifier)
        for size: UInt64 in [0, 10] { _ = try chain.verified(note(size, by: first)) }
        for size: UInt64 in [10, 20] { _ = try chain.verified(note(size, by: second)) }
        for size: UInt64 in [20, .max] { _ = try chain.verified(note(size, by: third)) }
        for size: UInt64 in [9, 21] {
            #expect(throws: KeyChain.Fault.self) { try chain.verified(note(size, by: second)) }
        }
        // Who has today's key can't sign yesterday again.
        #expect(throws: KeyChain.Fault.self) { try chain.verified(note(15, by: third)) }
    }

    @Test func refusesAKeyThatItsForerunnerDidNotCertify() throws {
        let (first, second, stranger) = (try key(), try key(), try key())
        var chain = KeyChain(first: first.verifier)
        for handover in [
            try note(10, by: second, next: second.verifier), try note(10, by: first),
            try note(10, by: first, next: key("other").verifier),
        ] {
            #expect(throws: KeyChain.Fault.self) { try chain.extend(with: handover) }
        }
        try chain.extend(with: note(10, by: first, next: second.verifier))
        #expect(throws: KeyChain.Fault.self) {
            try chain.extend(with: note(9, by: second, next: stranger.verifier))
        }
        #expect(throws: KeyChain.Fault.self) { try chain.verified(note(11, by: stranger)) }
    }
}
