// Configuration files as they are on the disk, read whole, and refused when they are no plain files.
import Bytes
import Configuration
import Glibc
import Reactor

extension FileReader {
    /// Reads from the disk.
    static var disk: FileReader {
        FileReader { (path) throws(Failure) in
            do throws(SystemError) {
                return try diskContents(path)
            } catch {
                throw Failure("\(error)")
            }
        }
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
