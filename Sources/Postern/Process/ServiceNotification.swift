// Tells systemd how far the service is (sd_notify(3)): a datagram to the socket it names.
import Glibc

enum ServiceNotification: String {
    case ready = "READY=1"
    case stopping = "STOPPING=1"

    /// Does nothing where nobody asked to be told.
    func send() {
        guard let path = unsafe getenv("NOTIFY_SOCKET") else { return }
        var name = Array(unsafe String(cString: path).utf8)
        var address = sockaddr_un()
        // A path, or a name in the abstract namespace, which begins with NUL instead of "@".
        guard name.count > 1, name.count < MemoryLayout.size(ofValue: address.sun_path) else {
            return
        }
        if name[0] == UInt8(ascii: "@") { name[0] = 0 }
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
        let socket = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return }
        defer { close(socket) }
        let text = Array(rawValue.utf8)
        let size = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        // A service manager that doesn't listen will say so itself.
        _ = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe sendto(socket, text, text.count, Int32(MSG_NOSIGNAL), $0, size)
            }
        }
    }
}
