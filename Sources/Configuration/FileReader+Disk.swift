// Files from the disk: whole, regular, and no bigger than a bundle may hold.
import Bytes
import Glibc

extension FileReader {
    /// Certificates, revocation lists and policies are far smaller, in bytes.
    package static let fileBytesMax = 16 * 1024 * 1024

    /// Reads from the disk, as the process that asks may.
    package static func disk() -> FileReader {
        FileReader { (path) throws(Failure) in
            // Not blocking, so that a FIFO in place of a file can't hold the start up.
            let descriptor = unsafe path.withCString {
                unsafe open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
            }
            guard descriptor >= 0 else { throw Failure(errno: errno) }
            defer { close(descriptor) }
            return try contents(of: descriptor)
        }
    }

    private static func contents(of descriptor: Int32) throws(Failure) -> Secret {
        var facts = stat()
        guard unsafe fstat(descriptor, &facts) == 0 else { throw Failure(errno: errno) }
        guard facts.st_mode & S_IFMT == S_IFREG else { throw Failure("no regular file") }
        guard facts.st_size <= fileBytesMax else { throw Failure("more than 16 MiB") }
        var bytes = [UInt8](repeating: 0, count: Int(facts.st_size))
        defer { wipe(&bytes) }
        var count = 0
        while count < bytes.count {
            let room = bytes.count - count
            let got = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(descriptor, buffer.baseAddress.map { unsafe $0 + count }, room)
            }
            if got == 0 { break }
            guard got > 0 else { throw Failure(errno: errno) }
            count += got
        }
        return Secret(bytes.span.extracting(0..<count))
    }

    private static func wipe(_ bytes: inout [UInt8]) {
        unsafe bytes.withUnsafeMutableBytes { buffer in
            if let start = buffer.baseAddress { unsafe explicit_bzero(start, buffer.count) }
        }
    }
}

extension FileReader.Failure {
    fileprivate init(errno code: Int32) {
        switch code {
        case ENOENT: self.init("no such file")
        case EACCES: self.init("permission denied")
        default: self.init(unsafe String(cString: strerror(code)))
        }
    }
}
