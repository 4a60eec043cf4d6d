// One message to a service of this machine that listens on a socket in the file system.
import CLinux
import Glibc

enum LocalDatagram {
    /// Sends without waiting; false where nobody takes it.
    @discardableResult
    static func send(_ text: String, to path: String) -> Bool {
        guard let address = LocalAddress(service: path) else { return false }
        let socket = linux_socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue))
        guard socket >= 0 else { return false }
        defer { close(socket) }
        let bytes = Array(text.utf8)
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        let count = unsafe address.given {
            unsafe sendto(socket, bytes, bytes.count, flags, $0, $1)
        }
        return count == bytes.count
    }
}
