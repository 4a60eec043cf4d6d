// A backend that answers at once and knows one user, one mailbox and one message of 1 MiB.
import Bytes
import Glibc

/// The stub's sockets: IMAP in plain text, and the HTTP answer that nginx asks for at each login.
final class Stub {
    private let poller: Poller
    private let imap: (socket: Int32, port: UInt16)
    private let authorization: (socket: Int32, port: UInt16)
    private var connections: [Int32: StubConnection] = [:]
    private var scratch = [UInt8](repeating: 0, count: 64 * 1024)

    init() throws {
        poller = try Poller()
        imap = try Loopback.listen()
        authorization = try Loopback.listen()
    }

    /// Serves until standard input ends.
    func run() throws {
        for socket in [STDIN_FILENO, imap.socket, authorization.socket] {
            try poller.watch(socket, isNew: true)
        }
        Benchmarks.say("imap \(imap.port) auth \(authorization.port)")
        while true {
            for socket in poller.wait(milliseconds: -1) {
                switch socket {
                case STDIN_FILENO: return
                case imap.socket: try accept(imap.socket, speaksHTTP: false)
                case authorization.socket: try accept(authorization.socket, speaksHTTP: true)
                default: try serve(socket)
                }
            }
        }
    }

    private func accept(_ listener: Int32, speaksHTTP: Bool) throws {
        while let socket = try Loopback.accept(listener) {
            let connection = StubConnection(socket, httpFor: speaksHTTP ? imap.port : nil)
            connections[socket] = connection
            try poller.watch(socket, isNew: true)
            try flush(connection)
        }
    }

    private func serve(_ socket: Int32) throws {
        guard let connection = connections[socket] else { return }
        if connection.output.isEmpty {
            let count = unsafe read(socket, &scratch, scratch.count)
            if count > 0 {
                connection.take(scratch.span.extracting(first: count))
            } else if count == 0 || errno != EAGAIN {
                connection.isEnding = true
            }
        }
        try flush(connection)
    }

    /// Sends what the socket takes; a connection that is slow isn't read until it has caught up.
    private func flush(_ connection: StubConnection) throws {
        while !connection.output.isEmpty {
            let count = Loopback.send(connection.output.span, to: connection.socket)
            guard count > 0 else {
                if errno != EAGAIN { connection.output.removeAll() }
                break
            }
            connection.output.removeFirst(count)
        }
        let isBlocked = !connection.output.isEmpty
        if connection.isEnding && !isBlocked {
            connections[connection.socket] = nil
            close(connection.socket)
        } else if connection.isBlocked != isBlocked {
            connection.isBlocked = isBlocked
            try poller.watch(connection.socket, forOutput: isBlocked, isNew: false)
        }
    }
}
