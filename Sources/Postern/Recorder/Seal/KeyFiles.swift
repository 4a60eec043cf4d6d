// Where the signing key lives, and how one key takes over from another without a gap.
import Audit
import Bytes
import Glibc
import Reactor

/// The files of the trail's keys.
///
/// `first.pub` is what an auditor copies once; `handovers` holds the certificates from key to key;
/// `signing-key` is readable for the recorder alone, and replaced when the epoch ends.
struct KeyFiles {
    static let firstName = "first.pub"
    static let handoversName = "handovers"
    private static let signingName = "signing-key"
    private static let nextName = "signing-key.next"
    /// A key's line.
    private static let keyBytesMax = 4096

    let folder: String

    /// The keys of a trail that is continued or begun.
    struct Keys: ~Copyable {
        let chain: KeyChain
        let signing: SigningKey
        let isNew: Bool
        var handovers: NoteFile
    }

    /// Opens the keys, or makes the first one where the trail has none.
    ///
    /// A key that fits the last handover is there whenever the recorder ended: see `replace`.
    func open() throws(TrailError) -> Keys {
        var notes: [String] = []
        let handovers = try NoteFile("\(folder)/\(Self.handoversName)") {
            (note) throws(TrailError) in
            notes.append(note)
        }
        guard var chain = try firstKey(mayMake: notes.isEmpty).map(KeyChain.init(first:)) else {
            return try begin(handovers)
        }
        for text in notes {
            guard let note = SignedNote(text) else { throw .handover("a note is malformed") }
            do throws(KeyChain.Fault) {
                try chain.extend(with: note)
            } catch {
                throw .handover(error.description)
            }
        }
        return try resume(chain, handovers)
    }

    private func begin(_ handovers: consuming NoteFile) throws(TrailError) -> Keys {
        guard let key = SigningKey(generating: Self.name) else { throw .signing }
        try write(key, to: Self.signingName)
        try writeFirst(key.verifier)
        let chain = KeyChain(first: key.verifier)
        return Keys(chain: chain, signing: key, isNew: true, handovers: handovers)
    }

    private func resume(
        _ chain: KeyChain,
        _ handovers: consuming NoteFile
    ) throws(TrailError) -> Keys {
        if let key = read(Self.signingName), key.verifier == chain.current {
            return Keys(chain: chain, signing: key, isNew: false, handovers: handovers)
        }
        guard let key = read(Self.nextName), key.verifier == chain.current else {
            throw .keyLost(folder: folder)
        }
        try putInForce()
        return Keys(chain: chain, signing: key, isNew: false, handovers: handovers)
    }

    /// The key that all others descend from; nil where the trail has none yet.
    private func firstKey(mayMake: Bool) throws(TrailError) -> VerifierKey? {
        if let file = try? FileDescriptor.opening("\(folder)/\(Self.firstName)", O_RDONLY) {
            let text = try file.contents(Self.firstName, bytesMax: Self.keyBytesMax)
            if let key = VerifierKey(text: String(decoding: text, as: UTF8.self)) { return key }
        }
        // The recorder ended between writing the key and its public half.
        guard mayMake else { throw .keyLost(folder: folder) }
        guard let key = read(Self.signingName) else { return nil }
        try writeFirst(key.verifier)
        return key.verifier
    }

    /// Makes the key of the next epoch, which is not in force before `putInForce`.
    func makeNext(after key: VerifierKey) throws(TrailError) -> SigningKey {
        guard let next = SigningKey(generating: key.name) else { throw .signing }
        try write(next, to: Self.nextName)
        return next
    }

    /// Destroys the key of the epoch that ended and puts the next one in its place.
    ///
    /// Can be repeated after a failure.
    func putInForce() throws(TrailError) {
        let path = "\(folder)/\(Self.signingName)"
        let next = "\(folder)/\(Self.nextName)"
        guard unsafe access(next, F_OK) == 0 else { return try syncFolder() }
        if let old = try? FileDescriptor.opening(path, O_WRONLY) {
            // As far as the disk lets itself be told where to write.
            let zeros = [UInt8](repeating: 0, count: Self.keyBytesMax)
            try old.write(zeros.span, to: path)
            guard fdatasync(old.number) == 0 else { throw .last("sync \(path)") }
        }
        guard unsafe rename(next, path) == 0 else { throw .last("rename \(path)") }
        try syncFolder()
    }

    private func read(_ name: String) -> SigningKey? {
        guard
            let file = try? FileDescriptor.opening("\(folder)/\(name)", O_RDONLY),
            let text = try? SealedMemory.contents(of: file, bytesMax: Self.keyBytesMax)
        else { return nil }
        return SigningKey(text: text)
    }

    private func write(_ key: borrowing SigningKey, to name: String) throws(TrailError) {
        let path = "\(folder)/\(name)"
        unsafe unlinkat(AT_FDCWD, path, 0)
        let file = try FileDescriptor.opening(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
        try write(key.text, to: file, path)
    }

    private func writeFirst(_ key: VerifierKey) throws(TrailError) {
        let path = "\(folder)/\(Self.firstName)"
        let flags = O_WRONLY | O_CREAT | O_TRUNC
        let file = try FileDescriptor.opening(path, flags, mode: 0o640)
        try write(Secret(key.text + "\n"), to: file, path)
    }

    private func write(
        _ text: Secret,
        to file: borrowing FileDescriptor,
        _ path: String
    ) throws(TrailError) {
        var outcome: Result<Void, TrailError> = .success(())
        text.withBytes { bytes in
            do throws(TrailError) {
                try file.write(bytes, to: path)
            } catch {
                outcome = .failure(error)
            }
        }
        try outcome.get()
        guard fdatasync(file.number) == 0 else { throw .last("sync \(path)") }
        try syncFolder()
    }

    private func syncFolder() throws(TrailError) {
        let directory = try FileDescriptor.opening(folder, O_RDONLY | O_DIRECTORY)
        guard fsync(directory.number) == 0 else { throw .last("sync \(folder)") }
    }

    /// What the trail is called: the machine, and something that tells this trail from its next.
    private static var name: String {
        let number = UInt32.random(in: .min ... .max)
        return "\(Machine.name)/postern-\(String(number, radix: 16))"
    }
}
