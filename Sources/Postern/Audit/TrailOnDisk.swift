// A trail as an auditor finds it: read only, and nothing in it believed but what the key confirms.
import ArgumentParser
package import Audit
import Bytes
import Glibc
import Reactor
import TrailIndex

/// The folder of a trail, and the keys that follow from the first one.
package struct TrailOnDisk {
    /// Some hundred bytes a handover, some dozen handovers a day.
    private static let notesBytesMax = 256 * 1024 * 1024

    let folder: String
    let tiles: TileFiles
    private(set) var chain: KeyChain
    /// The notes of the handovers that could be followed.
    private(set) var handovers: [SignedNote] = []
    /// Why no further handover could be followed, and behind how many bytes of them.
    private(set) var fault: TrailFinding?

    package init(_ folder: String, firstKey: VerifierKey) throws(TrailError) {
        self.folder = folder
        tiles = TileFiles(folder: folder)
        chain = KeyChain(first: firstKey)
        let name = KeyFiles.handoversName
        let (texts, rest) = try notes(in: name) ?? ([], 0)
        for text in texts {
            do throws(KeyChain.Fault) {
                guard let note = SignedNote(text) else {
                    throw KeyChain.Fault("handover \(handovers.count + 1) is malformed")
                }
                try chain.extend(with: note)
                handovers.append(note)
            } catch {
                fault = TrailFinding(.broken, in: name, error.description)
                return
            }
        }
        if rest > 0 { fault = TrailFinding(.notice, in: name, "ends with an unfinished handover") }
    }

    /// The notes in a file and the bytes behind them; nil where there is no such file.
    func notes(in name: String) throws(TrailError) -> (notes: [String], rest: Int)? {
        guard let contents = try contents(name, bytesMax: Self.notesBytesMax) else { return nil }
        let divided = SignedNote.divide(contents)
        return (divided.notes, contents.count - divided.bytes)
    }

    /// The note of the last checkpoint; nil where there is none.
    func latest() throws(TrailError) -> String? {
        try contents(SealResuming.latestName, bytesMax: SignedNote.bytesMax)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private func contents(_ name: String, bytesMax: Int) throws(TrailError) -> [UInt8]? {
        let path = "\(folder)/\(name)"
        if unsafe access(path, F_OK) != 0 && errno == ENOENT { return nil }
        return try FileDescriptor.opening(path, O_RDONLY).contents(path, bytesMax: bytesMax)
    }

    /// A checkpoint that covers a record, the earliest that is at hand.
    func checkpoint(covering sequence: UInt64) throws(TrailError) -> (SignedNote, Checkpoint)? {
        let segment = try SegmentName.all(in: folder).last { $0.first <= sequence }
        let texts = try segment.flatMap { (segment) throws(TrailError) in
            try notes(in: segment.checkpoints)?.notes
        }
        for text in (texts ?? []) + [try latest()].compactMap(\.self) {
            guard
                let note = SignedNote(text), let checkpoint = try? chain.verified(note),
                checkpoint.size >= sequence
            else { continue }
            return (note, checkpoint)
        }
        return nil
    }

    /// The handovers that lead from the first key to the one that signed a note.
    func handovers(upTo note: SignedNote) -> [SignedNote] {
        let signer = chain.epochs.firstIndex { note.isSigned(by: $0.key) }
        return Array(handovers.prefix(signer ?? handovers.count))
    }

    /// The line of a record, its line feed included; nil where it isn't here.
    func line(_ sequence: UInt64) throws(TrailError) -> [UInt8]? {
        guard let segment = try SegmentName.all(in: folder).last(where: { $0.first <= sequence })
        else { return nil }
        var found: [UInt8]?
        var reader = try SegmentReader("\(folder)/\(segment.text)")
        _ = try reader.forEachLine { (line) throws(TrailError) in
            guard TrailLine.sequence(of: line.extracting(droppingLast: 1)) == sequence else {
                return
            }
            found = line.indices.map { line[$0] }
        }
        return found
    }
}

/// How the commands are given a trail's first public key.
struct FirstKey: ParsableArguments {
    @Option(
        name: .customLong("key"),
        help: ArgumentHelp(
            "The trail's first public key, kept since the trail began.",
            valueName: "file"
        )
    )
    var path: String

    func read() throws -> VerifierKey { try verifierKey(in: path) }
}

/// Reads the public key in a file.
func verifierKey(in path: String) throws -> VerifierKey {
    guard let key = VerifierKey(text: try readText(path)) else {
        throw ValidationError("\(path): no public key")
    }
    return key
}

/// Does what a command is about; an error of the trail's is said in one line.
func auditing(_ body: () throws -> Void) throws {
    do {
        try body()
    } catch let error as TrailError {
        complain("\(error)")
        throw ExitCode(2)
    } catch let error as IndexError {
        complain("index: \(error)")
        throw ExitCode(2)
    }
}

/// Has the trail say that it is about to be read; a trail without a recorder can't.
///
/// That is told, unless what is read is usually a copy.
func announce(
    _ event: Event,
    _ text: String,
    at folder: String,
    isUsuallyCopy: Bool = false
) throws(TrailError) {
    do throws(SystemError) {
        if try TrailDoor.announce(event, text, at: folder) || isUsuallyCopy { return }
        complain("\(folder): no recorder is at work there; that it is read is not recorded")
    } catch {
        throw TrailError.system(error)
    }
}

/// The same for the command at hand, in its own words.
func announceCommand(
    at folder: String,
    isUsuallyCopy: Bool = false
) throws(TrailError) {
    let words = CommandLine.arguments.dropFirst(2).joined(separator: " ")
    try announce(.auditSearch, words, at: folder, isUsuallyCopy: isUsuallyCopy)
}

/// Says something on standard error.
func complain(_ message: String) {
    let line = Array((message + "\n").utf8)
    _ = unsafe line.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

/// Reads a small file that an auditor keeps outside of the trail.
func readText(_ path: String) throws(TrailError) -> String {
    let bytes = try FileDescriptor.opening(path, O_RDONLY).contents(
        path,
        bytesMax: 16 * 1024 * 1024
    )
    return String(decoding: bytes, as: UTF8.self)
}
