// Configuration files as they are on the disk, read whole, and refused when they are no plain files.
import Bytes
import Configuration
import Glibc
import Policy
import Reactor

extension FileReader {
    /// Reads from the disk.
    static var disk: FileReader { disk(rehearsing: false) }

    /// Reads from the disk; `rehearsing`: the policy is to refuse nothing.
    static func disk(rehearsing: Bool) -> FileReader {
        FileReader { (path) throws(Failure) in
            if path == rehearsal && rehearsing { return Secret("yes") }
            if path.hasPrefix(zonePrefix) {
                return try zoneTable(String(path.dropFirst(zonePrefix.count)))
            }
            do throws(SystemError) {
                return path.hasSuffix("/") ? try listing(path) : try diskContents(path)
            } catch {
                throw Failure("\(error)")
            }
        }
    }

    /// The names of the YAML files in a folder, in order, one a line.
    private static func listing(_ path: String) throws(SystemError) -> Secret {
        guard let folder = unsafe opendir(path) else { throw .last("opendir") }
        defer { _ = unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            let isPolicy = name.hasSuffix(".yaml") && !name.hasSuffix(".cases.yaml")
            if isPolicy && !name.hasPrefix(".") { names.append(name) }
        }
        return Secret(names.sorted().joined(separator: "\n"))
    }

    private static func zoneTable(_ name: String) throws(Failure) -> Secret {
        guard let table = ZoneOffsets.systemTable(name) else { throw Failure("no such time zone") }
        return Secret(table)
    }

    private static func diskContents(_ path: String) throws(SystemError) -> Secret {
        // Not to wait for the writer of a pipe.
        let number = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else { throw .last("open") }
        let file = FileDescriptor(owning: number)
        var status = stat()
        guard unsafe fstat(number, &status) == 0 else { throw .last("fstat") }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw SystemError("read", code: EISDIR) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw SystemError("read", code: EINVAL) }
        return try SealedMemory.contents(of: file, bytesMax: ConfigurationBundle.bytesMax)
    }
}
