// An IP address with a port, as a value: parsed from text, shown as text, handed to the kernel.
import CLinux
import Glibc

/// Where a TCP connection starts or ends.
package struct SocketAddress: Hashable, Sendable {
    package enum Family: Hashable, Sendable { case v4, v6 }

    package let family: Family
    /// The address in network byte order; an IPv4 address fills the first four bytes.
    package let octets: [UInt8]
    package let port: UInt16
    /// The interface of a link-local IPv6 address; 0 elsewhere.
    package let scope: UInt32

    /// Reads an address such as `192.0.2.1` or `2001:db8::1`; nil when it is none.
    package init?(_ text: String, port: UInt16) {
        var octets = [UInt8](repeating: 0, count: 16)
        if unsafe inet_pton(AF_INET, text, &octets) == 1 {
            self.init(.v4, Array(octets.prefix(4)), port: port)
        } else if unsafe inet_pton(AF_INET6, text, &octets) == 1 {
            self.init(.v6, octets, port: port)
        } else {
            return nil
        }
    }

    init(_ family: Family, _ octets: [UInt8], port: UInt16, scope: UInt32 = 0) {
        self.family = family
        self.octets = octets
        self.port = port
        self.scope = scope
    }

    /// Takes what the kernel filled in; nil when it is no IP address.
    init?(_ storage: sockaddr_storage) {
        var storage = storage
        switch Int32(storage.ss_family) {
        case AF_INET:
            let address = unsafe withUnsafeBytes(of: &storage) {
                unsafe $0.load(as: sockaddr_in.self)
            }
            let octets = unsafe withUnsafeBytes(of: address.sin_addr) { unsafe Array($0) }
            self.init(.v4, octets, port: UInt16(bigEndian: address.sin_port))
        case AF_INET6:
            let address = unsafe withUnsafeBytes(of: &storage) {
                unsafe $0.load(as: sockaddr_in6.self)
            }
            let octets = unsafe withUnsafeBytes(of: address.sin6_addr) { unsafe Array($0) }
            self.init(
                .v6,
                octets,
                port: UInt16(bigEndian: address.sin6_port),
                scope: address.sin6_scope_id
            )
        default: return nil
        }
    }

    /// Takes an entry of the resolver's answer; nil when it is no IP address.
    init?(_ entry: addrinfo) {
        guard let address = unsafe entry.ai_addr else { return nil }
        var storage = sockaddr_storage()
        let size = unsafe min(Int(entry.ai_addrlen), MemoryLayout<sockaddr_storage>.size)
        unsafe memcpy(&storage, address, size)
        self.init(storage)
    }

    /// Whether it stands for all addresses of the machine.
    package var isAny: Bool { octets.allSatisfy { $0 == 0 } }

    private static let mappedStart: [UInt8] = Array(repeating: 0, count: 10) + [0xFF, 0xFF]

    /// The 16 octets of the address as one of IPv6 (RFC 4291, 2.5.5.2).
    package var mapped: [UInt8] { family == .v4 ? Self.mappedStart + octets : octets }

    /// The IPv4 address that an IPv6 address stands for, where it does; else the address itself.
    var unmapped: SocketAddress {
        guard family == .v6, octets.starts(with: Self.mappedStart) else { return self }
        return SocketAddress(.v4, Array(octets.dropFirst(Self.mappedStart.count)), port: port)
    }

    package func with(port: UInt16) -> SocketAddress {
        SocketAddress(family, octets, port: port, scope: scope)
    }

    /// The address without its port, as RFC 5952 writes it.
    package var host: String {
        let family = self.family == .v4 ? AF_INET : AF_INET6
        return unsafe withUnsafeTemporaryAllocation(
            of: CChar.self,
            capacity: Int(INET6_ADDRSTRLEN)
        ) { room in
            let text = unsafe inet_ntop(family, octets, room.baseAddress, socklen_t(room.count))
            return unsafe text.map { unsafe String(cString: $0) } ?? ""
        }
    }

    /// Lends the kernel's form of the address.
    func withKernelForm<Result>(
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        switch family {
        case .v4:
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            unsafe withUnsafeMutableBytes(of: &address.sin_addr) {
                unsafe $0.copyBytes(from: octets)
            }
            return unsafe lend(&address, body)
        case .v6:
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            address.sin6_scope_id = scope
            unsafe withUnsafeMutableBytes(of: &address.sin6_addr) {
                unsafe $0.copyBytes(from: octets)
            }
            return unsafe lend(&address, body)
        }
    }

    private func lend<Address, Result>(
        _ address: inout Address,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        unsafe withUnsafeBytes(of: &address) { bytes in
            // Never nil: the address has a size.
            let start = unsafe bytes.assumingMemoryBound(to: sockaddr.self)
            guard let base = start.baseAddress else {
                var empty = sockaddr()
                return unsafe body(&empty, 0)
            }
            return unsafe body(base, socklen_t(bytes.count))
        }
    }
}

extension SocketAddress: CustomStringConvertible {
    package var description: String {
        family == .v4 ? "\(host):\(port)" : "[\(host)]:\(port)"
    }
}
