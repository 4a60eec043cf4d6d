// What a witness keeps: its key, and the last checkpoint that it cosigned.
import ArgumentParser
import Audit
import Bytes
import Glibc
import Reactor

/// The folder of a witness, for one trail and one process at a time.
struct WitnessState: ~Copyable {
    private static let keyName = "witness-key"
    private static let publicName = "witness.pub"
    static let cosignedName = "cosigned"
    private static let refusedName = "refused"
    private static let keyBytesMax = 4096

    private let folder: String
    private let lock: FileDescriptor
    let key: SigningKey
    let isNew: Bool
    /// The last checkpoint that was cosigned; nil: none was.
    let seen: SignedNote?

    /// Opens the folder, which exists; makes the key where there is none yet, called `name`.
    init(_ folder: String, name: String) throws {
        guard let lock = try DurableFile.lock(folder) else {
            throw ValidationError("\(folder): another witness is at work here")
        }
        let seen = try Self.cosigned(in: folder)
        let old = try Self.key(in: folder)
        guard old != nil || seen == nil else {
            throw ValidationError("\(folder)/\(Self.keyName): the key is missing")
        }
        let isNew = old == nil
        let key = if let old { old } else { try Self.makeKey(name, in: folder) }
        self.isNew = isNew
        self.key = key
        self.folder = folder
        self.lock = lock
        self.seen = seen
    }

    private static func cosigned(in folder: String) throws -> SignedNote? {
        let path = "\(folder)/\(cosignedName)"
        guard isThere(path) else { return nil }
        let text = try FileDescriptor.opening(path, O_RDONLY)
            .contents(path, bytesMax: SignedNote.bytesMax)
        guard let note = SignedNote(String(decoding: text, as: UTF8.self)) else {
            throw ValidationError("\(path): no checkpoint")
        }
        return note
    }

    private static func key(in folder: String) throws -> SigningKey? {
        let path = "\(folder)/\(keyName)"
        guard isThere(path) else { return nil }
        let text = try SealedMemory.contents(
            of: FileDescriptor.opening(path, O_RDONLY),
            bytesMax: keyBytesMax
        )
        guard let key = SigningKey(text: text), key.verifier.purpose == .cosignature else {
            throw ValidationError("\(path): no witness' key")
        }
        return key
    }

    private static func makeKey(_ name: String, in folder: String) throws -> SigningKey {
        guard let key = SigningKey(generating: name, purpose: .cosignature) else {
            throw ValidationError("--name: a key can't be called \"\(name)\"")
        }
        try write(key, in: folder)
        return key
    }

    private static func isThere(_ path: String) -> Bool {
        unsafe access(path, F_OK) == 0 || errno != ENOENT
    }

    private static func write(
        _ key: borrowing SigningKey,
        in folder: String
    ) throws(TrailError) {
        var outcome: Result<Void, TrailError> = .success(())
        key.text.withBytes { bytes in
            do throws(TrailError) {
                try DurableFile.replace(keyName, in: folder, with: bytes, mode: 0o600)
            } catch {
                outcome = .failure(error)
            }
        }
        try outcome.get()
        let line = Array("\(key.verifier.text)\n".utf8)
        try DurableFile.replace(publicName, in: folder, with: line.span, mode: 0o644)
    }

    /// Remembers a cosigned checkpoint; it may be shown to others when this has returned.
    borrowing func keep(_ note: SignedNote) throws(TrailError) {
        let bytes = Array(note.description.utf8)
        try DurableFile.replace(Self.cosignedName, in: folder, with: bytes.span, mode: 0o644)
    }

    /// Keeps a checkpoint that speaks against its trail; returns where.
    borrowing func keepRefused(_ note: SignedNote) throws(TrailError) -> String {
        let bytes = Array(note.description.utf8)
        try DurableFile.replace(Self.refusedName, in: folder, with: bytes.span, mode: 0o644)
        return "\(folder)/\(Self.refusedName)"
    }
}
