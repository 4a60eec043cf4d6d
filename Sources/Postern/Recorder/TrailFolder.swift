// The folder of the trail, held by one recorder at a time.
import Audit
import Glibc

/// An open and locked folder; the lock goes with the process, however that ends.
package struct TrailFolder: ~Copyable {
    let path: String
    private let descriptor: Int32

    /// Opens the folder; fails where another recorder has it.
    package init(_ path: String) throws(TrailError) {
        self.path = path
        descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last("open \(path)") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw errno == EWOULDBLOCK ? .busy(folder: path) : .last("lock \(path)")
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// The newest segment; nil when there is none.
    func lastSegment() throws(TrailError) -> SegmentName? {
        guard let directory = unsafe opendir(path) else { throw .last("open \(path)") }
        defer { unsafe closedir(directory) }
        var last: SegmentName?
        while let entry = unsafe readdir(directory) {
            let file = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { name in
                unsafe String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let name = SegmentName(file) else { continue }
            last = max(name, last ?? name)
        }
        return last
    }

    /// Returns when the names in the folder are on disk.
    func sync() throws(TrailError) {
        guard fsync(descriptor) == 0 else { throw .last("sync \(path)") }
    }
}
