// Records into a file that another program collects: appended, and on disk before they count.
import Bytes
import Glibc
import Reactor

/// An open file; one that was renamed by a rotation is made anew at the next batch.
struct ShipFile: ~Copyable {
    private static let bufferBytesMax = 1024 * 1024
    /// The longest message, and more.
    private static let tailBytesMax = 1024 * 1024

    private let file: FileDescriptor
    private let path: String
    private var out = Buffer()

    /// Opens the file, and removes an unfinished line that a crash left at its end.
    init(_ path: String) throws(ShipError) {
        file = try Self.opened(path)
        self.path = path
    }

    private static func opened(_ path: String) throws(ShipError) -> FileDescriptor {
        do throws(TrailError) {
            let flags = O_RDWR | O_APPEND | O_CREAT
            let file = try FileDescriptor.opening(path, flags, mode: 0o640)
            try cutTail(of: file, path)
            return file
        } catch {
            throw .receiver("\(error)")
        }
    }

    private static func cutTail(
        of file: borrowing FileDescriptor,
        _ path: String
    ) throws(TrailError) {
        let end = lseek(file.number, 0, SEEK_END)
        guard end >= 0 else { throw .last("seek in \(path)") }
        var tail = [UInt8](repeating: 0, count: min(Int(end), tailBytesMax))
        let count = unsafe pread(file.number, &tail, tail.count, end - off_t(tail.count))
        guard count == tail.count else { throw .last("read \(path)") }
        guard tail.last ?? UInt8(ascii: "\n") != UInt8(ascii: "\n") else { return }
        let kept = (tail.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
        guard ftruncate(file.number, end - off_t(tail.count - kept)) == 0 else {
            throw .last("cut \(path)")
        }
    }

    mutating func append(_ message: Span<UInt8>) throws(ShipError) {
        out.append(message)
        if out.count >= Self.bufferBytesMax { try flush() }
    }

    /// Returns when all is on disk.
    mutating func finish() throws(ShipError) {
        try flush()
        guard fdatasync(file.number) == 0 else {
            throw .receiver("\(TrailError.last("sync \(path)"))")
        }
    }

    private mutating func flush() throws(ShipError) {
        do throws(TrailError) {
            try file.write(out.span, to: path)
        } catch {
            throw .receiver("\(error)")
        }
        out.removeAll()
    }
}
