// A file of signed notes, one behind the other: how checkpoints and handovers are kept.
import Audit
import Bytes
import Glibc
import Reactor

/// A file that notes are appended to; an unfinished one at its end is removed when it is opened.
struct NoteFile: ~Copyable {
    /// A day of checkpoints has some MiB.
    static let bytesMax = 256 * 1024 * 1024

    private let descriptor: FileDescriptor
    private let path: String
    /// Bytes of whole notes.
    private var bytes: Int
    /// Bytes that were removed from the end.
    let repairedBytes: Int

    /// Opens a file, or makes it, and gives the notes that it holds to `body`.
    init(
        _ path: String,
        reading body: (String) throws(TrailError) -> Void = { (_) throws(TrailError) in }
    ) throws(TrailError) {
        let file = try FileDescriptor.opening(path, O_RDWR | O_APPEND | O_CREAT, mode: 0o640)
        let contents = try file.contents(path, bytesMax: Self.bytesMax)
        // A page that a power cut kept from the disk reads as zeros: what follows it counts no more.
        let whole = contents.span.firstIndex(of: 0).map { Array(contents[..<$0]) } ?? contents
        let found = SignedNote.divide(whole)
        for note in found.notes { try body(note) }
        if found.bytes < contents.count, ftruncate(file.number, off_t(found.bytes)) != 0 {
            throw .last("cut \(path)")
        }
        repairedBytes = contents.count - found.bytes
        bytes = found.bytes
        self.path = path
        descriptor = file
    }

    /// Appends a note; after a failure the next attempt begins where this one did.
    mutating func append(_ note: SignedNote, isDurable: Bool = false) throws(TrailError) {
        try cutBack()
        let text = Array((note.description + "\n").utf8)
        try descriptor.write(text.span, to: path)
        if isDurable { try sync() }
        bytes += text.count
    }

    /// Removes what an attempt has left that failed.
    func cutBack() throws(TrailError) {
        guard ftruncate(descriptor.number, off_t(bytes)) == 0 else { throw .last("cut \(path)") }
    }

    private func sync() throws(TrailError) {
        guard fdatasync(descriptor.number) == 0 else { throw .last("sync \(path)") }
    }
}

extension FileDescriptor {
    /// Writes all of `bytes`, or fails.
    func write(_ bytes: Span<UInt8>, to path: String) throws(TrailError) {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.extracting(done...).withUnsafeBufferPointer { bytes in
                unsafe Glibc.write(number, bytes.baseAddress, bytes.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw .last("write \(path)") }
            done += count
        }
    }

    /// Reads all of a file that has at most `bytesMax`.
    func contents(_ path: String, bytesMax: Int) throws(TrailError) -> [UInt8] {
        let size = lseek(number, 0, SEEK_END)
        guard size >= 0 else { throw .last("seek in \(path)") }
        guard size <= bytesMax else { throw .system(SystemError("read \(path)", code: EFBIG)) }
        var bytes = [UInt8](repeating: 0, count: size)
        let count = unsafe pread(number, &bytes, size, 0)
        guard count == size else { throw .last("read \(path)") }
        return bytes
    }
}
