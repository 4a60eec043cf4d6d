// One message to a service of this machine that listens on a socket in the file system.
import CLinux
import Glibc

enum LocalDatagram {
    /// Sends without waiting; false where nobody takes it.
    @discardableResult
    static func send(_ text: String, to path: String) -> Bool {
        var name = Array(path.utf8)
        var address = sockaddr_un()
        // A path, or a name in the abstract namespace, which begins with NUL instead of "@".
        guard name.count > 1, name.count < MemoryLayout.size(ofValue: address.sun_path) else {
            return false
        }
        if name[0] == UInt8(ascii: "@") { name[0] = 0 }
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
        let socket = linux_socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue))
        guard socket >= 0 else { return false }
        defer { close(socket) }
        let bytes = Array(text.utf8)
        let size = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        let count = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe sendto(socket, bytes, bytes.count, flags, $0, size)
            }
        }
        return count == bytes.count
    }
}
