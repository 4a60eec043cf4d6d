// The socket at which whoever reads the trail says so first, and at which the recorder takes orders.
//
// It stands in the trail's folder as `access`. One packet (SOCK_SEQPACKET) from the reader, an event
// code and what is looked for:
//
//     audit.search --user ann --since yesterday
//
// and one byte back, `1`, once the record is on disk. Who it is says the kernel (SO_PEERCRED).
//
// An order (`TrailOrder`) is one packet, too, a code and values a line each. The answer is `1` once
// its record is on disk and it is carried out, or `0` and a line that says why it isn't.
import Audit
import CLinux
import Glibc
import Reactor

enum TrailDoor {
    static let name = "access"
    /// Of one packet.
    static let bytesMax = 2048
    /// Until the record is on disk.
    private static let patienceMilliseconds: Int32 = 10_000
    static let answer = UInt8(ascii: "1")
    static let refusal = UInt8(ascii: "0")

    /// Opens the door, which gets owner and group as segments do: whoever may open those may knock.
    static func open(in folder: String) throws(SystemError) -> Socket {
        let path = "\(folder)/\(name)"
        let socket = try made()
        unsafe unlink(path)
        let result = try unsafe call(path) { unsafe bind(socket.descriptor.number, $0, $1) }
        guard result == 0 else { throw .last("bind \(path)") }
        guard unsafe chmod(path, 0o660) == 0, listen(socket.descriptor.number, 8) == 0 else {
            throw .last("open \(path)")
        }
        return socket
    }

    static func close(in folder: String) { unsafe unlinkat(AT_FDCWD, "\(folder)/\(name)", 0) }

    /// Says what is about to be read, and returns once that stands in the trail; false where no
    /// recorder is at work in the folder, as on a machine that keeps a copy.
    static func announce(
        _ event: Event,
        _ text: String,
        at folder: String
    ) throws(SystemError) -> Bool {
        let packet = Array("\(event.rawValue) \(text)".utf8.prefix(bytesMax))
        guard let reply = try exchange(packet, at: folder) else { return false }
        guard reply == [answer] else {
            throw SystemError("the recorder doesn't say that it is recorded", code: EPROTO)
        }
        return true
    }

    /// Has an order carried out, and returns once it is; false where no recorder is at work.
    package static func order(_ order: TrailOrder, at folder: String) throws -> Bool {
        let packet = Array("\(order.event.rawValue)\n\(try order.text())".utf8)
        guard packet.count <= bytesMax else { throw tooLong(packet.count) }
        guard let reply = try exchange(packet, at: folder) else { return false }
        guard reply != [answer] else { return true }
        throw OrderRefusal(String(decoding: reply.dropFirst(), as: UTF8.self))
    }

    static func tooLong(_ bytes: Int) -> OrderRefusal {
        OrderRefusal("the order has \(bytes) bytes, and may have \(bytesMax)")
    }

    /// Sends a packet and returns the answer; nil where nobody is behind the door.
    private static func exchange(
        _ packet: [UInt8],
        at folder: String
    ) throws(SystemError) -> [UInt8]? {
        let path = "\(folder)/\(name)"
        let socket = try made()
        let number = socket.descriptor.number
        guard try unsafe call(path, { unsafe connect(number, $0, $1) }) == 0 else {
            if [ENOENT, ECONNREFUSED].contains(errno) { return nil }
            throw .last("connect \(path)")
        }
        let flags = Int32(MSG_NOSIGNAL)
        guard unsafe send(number, packet, packet.count, flags) == packet.count else {
            throw .last("send to \(path)")
        }
        var awaited = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        unsafe poll(&awaited, 1, patienceMilliseconds)
        var bytes = [UInt8](repeating: 0, count: bytesMax)
        let count = unsafe recv(number, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        guard count > 0 else {
            throw SystemError("the recorder doesn't say that it is recorded; \(path)", code: ETIME)
        }
        return Array(bytes.prefix(count))
    }

    private static func made() throws(SystemError) -> Socket {
        let type = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
        let number = socket(AF_UNIX, type, 0)
        guard number >= 0 else { throw .last("socket") }
        return Socket(FileDescriptor(owning: number))
    }

    /// Gives `body` the address of a path.
    private static func call(
        _ path: String,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws(SystemError) -> Int32 {
        guard let address = LocalAddress(path: path) else {
            throw SystemError("the name \(path) is too long for a socket", code: ENAMETOOLONG)
        }
        return unsafe address.given(to: body)
    }
}
