// Non-blocking sockets, closed on exec: how they are made and which options they carry.
import CLinux
import Glibc

/// What became of an attempt to move bytes.
package enum Transfer: Equatable, Sendable {
    /// So many bytes were moved, at least one.
    case moved(Int)
    /// The kernel's buffer is empty (receiving) or full (sending).
    case wouldBlock
    /// The peer sends nothing any more.
    case ended
    /// The connection is broken; the kernel's error number.
    case failed(Int32)
}

/// A connected or listening socket.
package struct Socket: ~Copyable, Sendable {
    package let descriptor: FileDescriptor

    /// Takes over a socket that was inherited or received; makes it non-blocking.
    package init(_ descriptor: consuming FileDescriptor) {
        let flags = fcntl(descriptor.number, F_GETFL)
        if flags >= 0 && flags & O_NONBLOCK == 0 {
            _ = fcntl(descriptor.number, F_SETFL, flags | O_NONBLOCK)
        }
        self.descriptor = descriptor
    }

    private init(accepted number: Int32) { descriptor = FileDescriptor(owning: number) }

    private init(family: SocketAddress.Family) throws(SystemError) {
        let number = linux_socket(family == .v4 ? AF_INET : AF_INET6, Int32(SOCK_STREAM.rawValue))
        guard number >= 0 else { throw .last("socket") }
        descriptor = FileDescriptor(owning: number)
    }

    /// Opens a listener; with `sharesAddress` others of its kind may listen there too
    /// (SO_REUSEPORT).
    package static func listen(
        on address: SocketAddress,
        backlog: Int32 = 1024,
        sharesAddress: Bool = true
    ) throws(SystemError) -> Socket {
        let socket = try Socket(family: address.family)
        socket.set(SOL_SOCKET, SO_REUSEADDR, 1)
        if sharesAddress { socket.set(SOL_SOCKET, SO_REUSEPORT, 1) }
        if address.family == .v6 { socket.set(Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
        // Accepted sockets are born with their listener's options.
        socket.prepareForMail()
        let number = socket.descriptor.number
        let isBound = unsafe address.withKernelForm { unsafe bind(number, $0, $1) } == 0
        guard isBound else { throw .last("bind \(address)") }
        guard Glibc.listen(number, backlog) == 0 else { throw .last("listen \(address)") }
        return socket
    }

    /// Starts to connect; the socket becomes writable when it is done, see `connectionError`.
    package static func connect(to address: SocketAddress) throws(SystemError) -> Socket {
        let socket = try Socket(family: address.family)
        socket.prepareForMail()
        let number = socket.descriptor.number
        let isBegun = unsafe address.withKernelForm { unsafe Glibc.connect(number, $0, $1) } == 0
        guard isBegun || errno == EINPROGRESS else { throw .last("connect \(address)") }
        return socket
    }

    /// The next waiting connection and where it comes from; nil when none waits.
    package borrowing func accept(
        from address: inout SocketAddress?
    ) throws(SystemError) -> Socket? {
        while true {
            var storage = sockaddr_storage()
            let number = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
                var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
                return unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe linux_accept(descriptor.number, $0, &size)
                }
            }
            if number >= 0 {
                address = SocketAddress(storage)
                let socket = Socket(accepted: number)
                return socket
            }
            switch errno {
            // The peer gave up before it was its turn.
            case ECONNABORTED, EINTR: continue
            case EAGAIN: return nil
            default: throw .last("accept")
            }
        }
    }

    /// The error a connection attempt ended with; nil when it succeeded.
    package var connectionError: Int32? {
        let error = linux_socket_error(descriptor.number)
        return error == 0 ? nil : error
    }

    package var localAddress: SocketAddress? { unsafe address(getsockname) }

    /// Says that nothing more will be sent.
    package borrowing func endSending() { _ = shutdown(descriptor.number, Int32(SHUT_WR)) }

    private borrowing func address(
        _ ask: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> SocketAddress? {
        var storage = sockaddr_storage()
        let answer = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
            return unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe ask(descriptor.number, $0, &size)
            }
        }
        return answer == 0 ? SocketAddress(storage) : nil
    }

    /// Small answers leave at once; a peer that vanished is noticed within some minutes.
    private borrowing func prepareForMail() {
        set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        set(SOL_SOCKET, SO_KEEPALIVE, 1)
        set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, 300)
        set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, 30)
        set(Int32(IPPROTO_TCP), TCP_KEEPCNT, 4)
    }

    /// An option that can't be set costs comfort, not correctness: the answer is not looked at.
    private borrowing func set(_ level: Int32, _ option: Int32, _ value: Int32) {
        _ = linux_set_option(descriptor.number, level, option, value)
    }
}
