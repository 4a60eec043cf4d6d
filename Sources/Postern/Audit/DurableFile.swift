// Small files of the audit's tools that must survive a power cut: replaced whole, or not at all.
import Bytes
import Glibc
import Reactor

enum DurableFile {
    /// Puts `bytes` in the place of a file; when this returns they are on disk.
    static func replace(
        _ name: String,
        in folder: String,
        with bytes: Span<UInt8>,
        mode: mode_t = 0o640
    ) throws(TrailError) {
        let (path, fresh) = ("\(folder)/\(name)", "\(folder)/\(name).new")
        let file = try FileDescriptor.opening(fresh, O_WRONLY | O_CREAT | O_TRUNC, mode: mode)
        try file.write(bytes, to: fresh)
        guard fdatasync(file.number) == 0 else { throw .last("sync \(fresh)") }
        guard unsafe rename(fresh, path) == 0 else { throw .last("rename \(path)") }
        let directory = try FileDescriptor.opening(folder, O_RDONLY | O_DIRECTORY)
        guard fsync(directory.number) == 0 else { throw .last("sync \(folder)") }
    }

    /// Opens a folder that one process at a time may work in; `nil` where another does.
    static func lock(_ folder: String) throws(TrailError) -> FileDescriptor? {
        let directory = try FileDescriptor.opening(folder, O_RDONLY | O_DIRECTORY)
        if flock(directory.number, LOCK_EX | LOCK_NB) == 0 { return directory }
        guard errno == EWOULDBLOCK else { throw .last("lock \(folder)") }
        return nil
    }
}
