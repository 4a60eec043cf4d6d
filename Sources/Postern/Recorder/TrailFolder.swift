// The folder of the trail, held by one recorder at a time.
import Audit
import Glibc
import Reactor

/// An open and locked folder; the lock goes with the process, however that ends.
package struct TrailFolder: ~Copyable {
    let path: String
    private let reserveBytes: UInt64
    private let descriptor: FileDescriptor
    /// What was free above `reserveBytes` when the file system was asked, less what was written since.
    private var roomBytes: UInt64 = 0
    private var askedAt: UInt64 = 0

    /// Opens the folder; fails where another recorder has it.
    ///
    /// With less than `reserveBytes` left on its file system, the trail counts as unwritable.
    package init(_ path: String, reserveBytes: UInt64 = 0) throws(TrailError) {
        let folder = try FileDescriptor.opening(path, O_RDONLY | O_DIRECTORY)
        guard flock(folder.number, LOCK_EX | LOCK_NB) == 0 else {
            throw errno == EWOULDBLOCK ? .busy(folder: path) : .last("lock \(path)")
        }
        self.path = path
        self.reserveBytes = reserveBytes
        descriptor = folder
    }

    /// How long the file system's answer counts, in microseconds: others may fill it, too.
    private static let roomAgeMax: UInt64 = 1_000_000

    /// Fails as a full disk does when less is free than must stay so; `bytes` are to be written.
    mutating func keepRoom(for bytes: Int, at now: UInt64) throws(TrailError) {
        guard reserveBytes > 0 else { return }
        let bytes = UInt64(bytes)
        if bytes > roomBytes || now > askedAt + Self.roomAgeMax {
            roomBytes = 0
            roomBytes = try freeBytes() - reserveBytes
            askedAt = now
        }
        roomBytes -= min(bytes, roomBytes)
    }

    /// At least `reserveBytes`.
    private func freeBytes() throws(TrailError) -> UInt64 {
        var space = statvfs()
        guard unsafe fstatvfs(descriptor.number, &space) == 0 else {
            throw .last("statvfs \(path)")
        }
        let free = UInt64(space.f_bavail).multipliedReportingOverflow(by: UInt64(space.f_frsize))
        let bytes = free.overflow ? .max : free.partialValue
        guard bytes >= reserveBytes else {
            throw .system(SystemError("write to \(path)", code: ENOSPC))
        }
        return bytes
    }

    /// The newest segment; nil when there is none.
    func lastSegment() throws(TrailError) -> SegmentName? {
        try SegmentName.all(in: path).last
    }

    /// Returns when the names in the folder are on disk.
    func sync() throws(TrailError) {
        guard fsync(descriptor.number) == 0 else { throw .last("sync \(path)") }
    }
}

extension SegmentName {
    /// The segments in a folder, in the order of their records.
    static func all(in path: String) throws(TrailError) -> [SegmentName] {
        guard let directory = unsafe opendir(path) else { throw .last("open \(path)") }
        defer { unsafe closedir(directory) }
        var all: [SegmentName] = []
        while let entry = unsafe readdir(directory) {
            let file = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { name in
                unsafe String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let name = SegmentName(file) { all.append(name) }
        }
        return all.sorted()
    }
}

extension FileDescriptor {
    /// Opens a file that no child inherits.
    static func opening(
        _ path: String,
        _ flags: Int32,
        mode: mode_t = 0
    ) throws(TrailError) -> FileDescriptor {
        let number = unsafe open(path, flags | O_CLOEXEC, mode)
        guard number >= 0 else { throw .last("open \(path)") }
        return FileDescriptor(owning: number)
    }
}

extension TrailError {
    /// The failure of the system call just made.
    static func last(_ call: String) -> TrailError { .system(.last(call)) }
}
