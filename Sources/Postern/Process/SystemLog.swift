// The machine's syslog: what is said there lies outside of the trail's folder, and often elsewhere.
import Glibc

/// Writes to a local socket as syslog(3) does, but never waits for whoever should read it.
struct SystemLog {
    /// authpriv.notice.
    private static let priority = 10 * 8 + 5

    /// The socket, usually `/dev/log`.
    let path: String

    /// False where nobody took the message; it is not kept.
    func send(_ message: String) -> Bool {
        LocalDatagram.send(
            "<\(Self.priority)>\(Self.time)postern[\(getpid())]: \(message)",
            to: path
        )
    }

    /// `Mar  1 09:30:00 ` by the clock on the wall, as the local protocol has it; empty if unknown.
    private static var time: String {
        var (now, date) = unsafe (Glibc.time(nil), tm())
        guard unsafe localtime_r(&now, &date) != nil else { return "" }
        var text = [CChar](repeating: 0, count: 32)
        let count = unsafe strftime(&text, text.count, "%b %e %H:%M:%S ", &date)
        return String(decoding: text.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
