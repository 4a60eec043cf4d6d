// Readiness of many sockets, level-triggered; no more than a benchmark needs.
import CLinux
import Glibc

/// An epoll instance whose events bear the descriptors that they are about.
@safe
final class Poller {
    private let descriptor: Int32
    private var events = unsafe [epoll_event](repeating: epoll_event(), count: 256)

    init() throws {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw Failure.system("epoll_create1") }
    }

    deinit { close(descriptor) }

    /// Watches for input, or for input and room to write.
    func watch(_ socket: Int32, forOutput: Bool = false, isNew: Bool) throws {
        var event = unsafe epoll_event()
        unsafe event.events = forOutput ? Self.input | Self.output : Self.input
        unsafe event.data.fd = socket
        let operation = isNew ? EPOLL_CTL_ADD : EPOLL_CTL_MOD
        guard unsafe epoll_ctl(descriptor, operation, socket, &event) == 0 else {
            throw Failure.system("epoll_ctl")
        }
    }

    private static let input: UInt32 = 1
    private static let output: UInt32 = 4

    /// The sockets that are ready within `milliseconds`.
    func wait(milliseconds: Int32) -> [Int32] {
        let count = unsafe epoll_wait(
            descriptor,
            &events,
            Int32(events.count),
            milliseconds
        )
        return unsafe events.prefix(Int(max(0, count))).map { unsafe $0.data.fd }
    }
}

/// TCP on the loopback interface.
enum Loopback {
    private static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    /// A socket that is connected, and doesn't block from now on.
    static func connect(to port: UInt16) throws -> Int32 {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { throw Failure.system("socket") }
        var address = address(port)
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure.system("connect to \(port)") }
        try prepare(socket)
        return socket
    }

    /// A listening socket and the free port that it got.
    static func listen() throws -> (socket: Int32, port: UInt16) {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { throw Failure.system("socket") }
        var address = address(0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(socket, $0, size) == 0 && Glibc.listen(socket, 4096) == 0
                    && getsockname(socket, $0, &size) == 0
            }
        }
        guard result else { throw Failure.system("listen") }
        try prepare(socket)
        return (socket, UInt16(bigEndian: address.sin_port))
    }

    /// Takes a connection; nil when none waits.
    static func accept(_ listener: Int32) throws -> Int32? {
        let socket = Glibc.accept(listener, nil, nil)
        guard socket >= 0 else { return nil }
        try prepare(socket)
        return socket
    }

    /// Sends what the socket takes: how many bytes that was, -1 where it takes none.
    static func send(_ bytes: Span<UInt8>, to socket: Int32) -> Int {
        unsafe bytes.withUnsafeBufferPointer { unsafe write(socket, $0.baseAddress, $0.count) }
    }

    private static func prepare(_ socket: Int32) throws {
        var isOn: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        // Useless on a listener, which hands the option on to what it accepts.
        _ = unsafe setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, size)
        guard fcntl(socket, F_SETFL, O_NONBLOCK) == 0 else { throw Failure.system("fcntl") }
    }
}
