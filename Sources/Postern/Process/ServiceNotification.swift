// Tells systemd how far the service is (sd_notify(3)): a datagram to the socket it names.
import Glibc

enum ServiceNotification: String {
    case ready = "READY=1"
    case stopping = "STOPPING=1"

    /// Does nothing where nobody asked to be told.
    func send() {
        guard let path = unsafe getenv("NOTIFY_SOCKET") else { return }
        // A service manager that doesn't listen will say so itself.
        LocalDatagram.send(rawValue, to: unsafe String(cString: path))
    }
}
