// The address of a socket of this machine: a path, or a name that no file has.
import Glibc

struct LocalAddress {
    private var address = sockaddr_un()
    private let size: socklen_t

    /// Of a socket in the file system; nil for a path that is empty or too long.
    init?(path: String) { self.init(Array(path.utf8)) }

    /// As services name theirs: `@` in place of the NUL with which an abstract name begins.
    init?(service: String) {
        var name = Array(service.utf8)
        if name.first == UInt8(ascii: "@") { name[0] = 0 }
        self.init(name)
    }

    private init?(_ name: [UInt8]) {
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard !name.isEmpty, name != [0], name.count < room else { return nil }
        // Of an abstract name each byte counts, NULs at its end included.
        size = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
    }

    /// Gives `call` the address as the system wants it.
    func given<Answer>(to call: (UnsafePointer<sockaddr>, socklen_t) -> Answer) -> Answer {
        unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe call($0, size)
            }
        }
    }
}
