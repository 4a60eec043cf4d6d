// Finds the addresses of host names on a thread of its own: a dead name server blocks nobody else.
import CLinux
import Glibc
import Synchronization

/// What is known of a host name.
package enum Resolution: Equatable, Sendable {
    /// Not known yet; the resolver's mailbox says when it is.
    case pending
    case addresses([SocketAddress])
    /// The name doesn't exist, or no name server answered.
    case failed
}

/// Host names and their addresses, asked for again every so often.
package final class Resolver: Sendable {
    private let known = Mutex<[String: Resolution]>([:])
    /// New names don't wait for the next round.
    private let waker: Waker
    private let refreshSeconds: UInt32

    /// Resolves `hosts` now and every `refreshSeconds`; calls `whenChanged` on its own thread.
    package init(
        _ hosts: [String],
        refreshSeconds: UInt32 = 60,
        whenChanged: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        self.refreshSeconds = refreshSeconds
        waker = try Waker()
        add(hosts)
        try Thread.start { [weak self] in
            while let pause = self?.refresh(whenChanged) { self?.rest(seconds: pause) }
        }
    }

    /// Takes names in that a new configuration brought; they are pending until they were asked for.
    package func add(_ hosts: [String]) {
        for host in hosts {
            let literal = SocketAddress(host, port: 0)
            known.withLock { known in
                guard known[host] == nil else { return }
                known[host] = literal.map { .addresses([$0]) } ?? .pending
            }
        }
        waker.wake()
    }

    private func rest(seconds: UInt32) {
        var polled = pollfd(fd: waker.descriptor.number, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&polled, 1, Int32(clamping: UInt64(seconds) * 1000))
        waker.settle()
    }

    /// What is known now; never waits.
    package func addresses(of host: String, port: UInt16) -> Resolution {
        switch known.withLock({ $0[host] }) {
        case .addresses(let found)?: .addresses(found.map { $0.with(port: port) })
        case .pending?: .pending
        case .failed?, nil: .failed
        }
    }

    /// One round; returns the seconds until the next.
    private func refresh(_ whenChanged: @Sendable () -> Void) -> UInt32 {
        for host in known.withLock({ $0.keys.sorted() }) where SocketAddress(host, port: 0) == nil {
            let found = Resolver.lookUp(host)
            let isNews = known.withLock { known in
                let before = known[host]
                // A name that was found stays found while its server is away.
                if found == .failed, case .addresses? = before { return false }
                known[host] = found
                return before != found
            }
            if isNews { whenChanged() }
        }
        return hasPending ? 1 : refreshSeconds
    }

    private var hasPending: Bool {
        known.withLock { $0.values.contains(.pending) }
    }

    /// Asks now, and waits for the answer.
    package static func lookUp(_ host: String) -> Resolution {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, nil, &hints, &first) == 0 else { return .failed }
        defer { unsafe freeaddrinfo(first) }
        var found: [SocketAddress] = []
        var next = unsafe first
        while let entry = unsafe next {
            if let address = unsafe SocketAddress(entry.pointee) { found.append(address) }
            unsafe next = entry.pointee.ai_next
        }
        return found.isEmpty ? .failed : .addresses(found)
    }
}
