// Bytes handed from process to process as a file in memory that nobody can change any more.
import Bytes
import CLinux
import Glibc
import Reactor

/// How the supervisor passes the configuration bundle on: keys in it never touch a disk.
enum SealedMemory {
    /// An anonymous file that holds `bytes` for good.
    static func file(holding bytes: Span<UInt8>) throws(SystemError) -> FileDescriptor {
        let number = unsafe linux_memory_file("postern-configuration")
        guard number >= 0 else { throw .last("memfd_create") }
        let file = FileDescriptor(owning: number)
        var written = 0
        while written < bytes.count {
            let rest = bytes.extracting(droppingFirst: written)
            let count = unsafe rest.withUnsafeBufferPointer { rest in
                unsafe write(file.number, rest.baseAddress, rest.count)
            }
            guard count > 0 || errno == EINTR else { throw .last("write") }
            written += max(0, count)
        }
        guard linux_seal(file.number) == 0 else { throw .last("fcntl") }
        return file
    }

    /// What a file holds, at most `bytesMax`.
    ///
    /// Reads at offsets of its own: the file's position is shared with every other holder.
    static func contents(
        of file: borrowing FileDescriptor,
        bytesMax: Int
    ) throws(SystemError) -> Secret {
        let size = lseek(file.number, 0, SEEK_END)
        guard size >= 0 else { throw .last("lseek") }
        guard size <= bytesMax else { throw SystemError("read", code: EFBIG) }
        var bytes = [UInt8](repeating: 0, count: size)
        defer { unsafe explicit_bzero(&bytes, bytes.count) }
        var found = 0
        while found < size {
            let count = unsafe bytes.withUnsafeMutableBytes { room in
                unsafe pread(
                    file.number,
                    room.baseAddress?.advanced(by: found),
                    size - found,
                    off_t(found)
                )
            }
            guard count > 0 || (count < 0 && errno == EINTR) else { throw .last("pread") }
            found += max(0, count)
        }
        return Secret(bytes.span)
    }
}
