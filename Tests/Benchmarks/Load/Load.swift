// Many clients at once, each with one command under way: the load behind every figure.
import Bytes
import Glibc

/// What the clients do once they are logged in.
enum LoadMode: String {
    /// NOOP after NOOP.
    case noop
    /// A message of 1 MiB after the other.
    case fetch
    /// Connect, handshake without resumption, LOGIN, LOGOUT, and again.
    case login
    /// Nothing.
    case idle
}

final class Load {
    /// A proxy that needs longer for all logins together is broken.
    private static let preparationSeconds: UInt64 = 60
    /// Logins before the first that counts: pages are touched, pools are filled.
    private static let warmUpLogins = 50

    private final class Connection {
        enum Step { case handshake, greeting, login, select, ready, working, logout }

        let client: TLSClient
        var replies = Replies()
        var step = Step.handshake

        init(_ client: TLSClient) { self.client = client }
    }

    private let mode: LoadMode
    private let port: UInt16
    private let count: Int
    private let clients: TLSClients
    private let poller: Poller
    private var connections: [Int32: Connection] = [:]
    private var scratch = [UInt8](repeating: 0, count: 64 * 1024)
    private var readyCount = 0
    private var isWorking = false
    private var operations = 0

    init(_ mode: LoadMode, port: UInt16, connections count: Int) throws {
        self.mode = mode
        self.port = port
        self.count = count
        clients = try TLSClients()
        poller = try Poller()
    }

    /// Brings every connection to where the work begins.
    func prepare() throws {
        let deadline = Self.now() + Self.preparationSeconds * 1_000_000_000
        // A few at a time: a queue of handshakes longer than a listener's backlog measures nothing.
        let atOnce = 32
        var opened = 0
        while mode == .login ? operations < Self.warmUpLogins : readyCount < count {
            guard Self.now() < deadline else { throw Failure("logins take too long") }
            while opened < count && opened - readyCount < atOnce {
                try open()
                opened += 1
            }
            try turn(milliseconds: 100)
        }
        operations = 0
    }

    /// Works for so long; returns how many commands (for `login`: sessions) were completed.
    func work(seconds: UInt64) throws -> Int {
        isWorking = true
        let end = Self.now() + seconds * 1_000_000_000
        operations = 0
        for connection in connections.values where connection.step == .ready {
            try begin(connection)
        }
        while Self.now() < end { try turn(milliseconds: 100) }
        return operations
    }

    private func open() throws {
        let connection = Connection(try TLSClient(clients, port: port))
        connections[connection.client.socket] = connection
        try poller.watch(connection.client.socket, isNew: true)
        try connection.client.handshake()
    }

    private func turn(milliseconds: Int32) throws {
        for socket in poller.wait(milliseconds: milliseconds) {
            guard let connection = connections[socket] else { continue }
            if !connection.client.isReady { try connection.client.handshake() }
            if connection.client.isReady { try read(connection) }
        }
    }

    private func read(_ connection: Connection) throws {
        if connection.step == .handshake { connection.step = .greeting }
        while let count = try connection.client.receive(into: &scratch) {
            guard count > 0 else { return try ended(connection) }
            var taken = 0
            while taken < count {
                let piece = connection.replies.take(scratch.span.extracting(taken..<count))
                taken += piece.count
                switch piece.event {
                case .greeting, .completed: try advance(connection)
                case .refused(let line): throw Failure("the server answered \(line)")
                case nil: break
                }
            }
        }
    }

    /// An answer is complete: sends the next command.
    private func advance(_ connection: Connection) throws {
        switch connection.step {
        case .greeting:
            connection.step = .login
            try connection.client.send("a LOGIN ann secret\r\n")
        case .login where mode == .login:
            connection.step = .logout
            try connection.client.send("a LOGOUT\r\n")
        case .login:
            connection.step = .select
            try connection.client.send("a SELECT INBOX\r\n")
        case .select:
            connection.step = .ready
            readyCount += 1
        case .working:
            operations += 1
            try begin(connection)
        case .logout: connection.client.end()
        case .handshake, .ready: throw Failure("the server spoke unasked")
        }
    }

    private func begin(_ connection: Connection) throws {
        connection.step = .working
        switch mode {
        case .noop: try connection.client.send("a NOOP\r\n")
        case .fetch: try connection.client.send("a UID FETCH 1 (BODY.PEEK[])\r\n")
        case .login, .idle: break
        }
    }

    private func ended(_ connection: Connection) throws {
        guard connection.step == .logout else { throw Failure("the server closed a connection") }
        connections[connection.client.socket] = nil
        operations += 1
        try open()
    }

    /// Nanoseconds of the monotonic clock.
    private static func now() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(max(0, time.tv_sec)) * 1_000_000_000 + UInt64(max(0, time.tv_nsec))
    }
}
