// One connection to a receiver: all of a batch goes over it, and its end says that all was read.
import Bytes
import CLinux
import Configuration
import Glibc
import Reactor
import TLS

/// What a TLS connection to the receiver is made with.
struct ShipSecurity {
    private static let fileBytesMax = 1024 * 1024

    private let ca: [UInt8]?
    private let serverName: String?
    private let certificate: CertificateAndKey?

    init(
        caFile: String?,
        serverName: String?,
        chainFile: String?,
        keyFile: String?
    ) throws(ShipError) {
        ca = try caFile.map(Self.contents)
        self.serverName = serverName
        if let chainFile, let keyFile {
            let key = try Self.contents(keyFile)
            certificate = CertificateAndKey(
                chainPEM: try Self.contents(chainFile),
                keyPEM: Secret(key.span)
            )
        } else {
            certificate = nil
        }
    }

    private static func contents(_ path: String) throws(ShipError) -> [UInt8] {
        do throws(TrailError) {
            return try FileDescriptor.opening(path, O_RDONLY)
                .contents(path, bytesMax: fileBytesMax)
        } catch {
            throw .position("\(error)")
        }
    }

    func context(for host: String) throws(TLSError) -> ClientTLSContext {
        try ClientTLSContext(
            ClientTLSSettings(
                caPEM: ca,
                serverName: serverName ?? host,
                certificate: certificate,
                applicationProtocol: nil
            )
        )
    }
}

/// An open connection, used by one thread that may wait.
struct ShipConnection: ~Copyable {
    private static let bufferBytesMax = 64 * 1024
    private static let readBytesMax = 16 * 1024
    /// A receiver that takes or says nothing for so long is away.
    private static let patienceMilliseconds: Int32 = 30_000
    /// Between two looks at what the other kernel has taken.
    private static let acknowledgementMilliseconds: Int32 = 5

    private let name: String
    private let socket: Socket
    private var tls: TLSConnection?
    private var plaintext = Buffer()
    private var out = Buffer()
    private var hasEnded = false

    private init(_ name: String, _ socket: consuming Socket, _ tls: consuming TLSConnection?) {
        self.name = name
        self.socket = socket
        self.tls = tls
    }

    /// Connects, and over TLS believes the receiver before anything is sent.
    static func open(
        _ target: ShipTarget,
        _ security: ShipSecurity
    ) throws(ShipError) -> ShipConnection {
        let name = target.description
        switch target {
        case .file: throw .receiver("\(name) is no socket")
        case .unix(let path): return ShipConnection(name, try LocalStream.connect(to: path), nil)
        case .tcp(let host, let port): return ShipConnection(name, try connect(host, port), nil)
        case .tls(let host, let port):
            let socket = try connect(host, port)
            var connection = ShipConnection(name, socket, try secured(host, security))
            try connection.shakeHands()
            return connection
        }
    }

    private static func secured(
        _ host: String,
        _ security: ShipSecurity
    ) throws(ShipError) -> TLSConnection {
        do throws(TLSError) {
            return try TLSConnection(client: security.context(for: host), wire: TLSWire())
        } catch {
            throw .receiver("\(host): \(error)")
        }
    }

    private static func connect(_ host: String, _ port: UInt16) throws(ShipError) -> Socket {
        guard case .addresses(let addresses) = Resolver.lookUp(host) else {
            throw .receiver("\(host): no address is known")
        }
        var trouble = "\(host):\(port): no address"
        for address in addresses.map({ $0.with(port: port) }) {
            do throws(SystemError) {
                let socket = try Socket.connect(to: address)
                guard wait(for: POLLOUT, at: socket.descriptor.number) else {
                    trouble = "connect \(address): no answer"
                    continue
                }
                guard let code = socket.connectionError else { return socket }
                trouble = "\(SystemError("connect \(address)", code: code))"
            } catch {
                trouble = "\(error)"
            }
        }
        throw .receiver(trouble)
    }

    private static func wait(for events: Int32, at descriptor: Int32) -> Bool {
        var polled = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        return unsafe poll(&polled, 1, patienceMilliseconds) > 0
    }

    private mutating func shakeHands() throws(ShipError) {
        _ = tls?.startHandshake(ciphertextOut: &out)
        while tls?.isEstablished == false {
            try flush()
            try read()
            if hasEnded { throw .receiver("\(name): closed during the TLS handshake") }
        }
        try flush()
    }

    mutating func send(_ message: Span<UInt8>) throws(ShipError) {
        plaintext.append(message)
        if plaintext.count >= Self.bufferBytesMax { try encryptAndFlush() }
    }

    /// Ends the connection in order; returns when the receiver has read everything before the end.
    mutating func finish() throws(ShipError) {
        try encryptAndFlush()
        tls?.close(ciphertextOut: &out)
        try flush()
        socket.endSending()
        while !hasEnded { try read() }
        try awaitAcknowledgement()
    }

    /// Returns when the other kernel has taken every byte of ours.
    ///
    /// One whose process ended before it had read everything answers with a reset instead, which
    /// may come behind the end of what it had to say.
    private func awaitAcknowledgement() throws(ShipError) {
        let until = MonotonicClock.now + UInt64(Self.patienceMilliseconds) * 1000
        while socket.connectionError == nil, MonotonicClock.now < until {
            if linux_unacknowledged(socket.descriptor.number) == 0 { return }
            // Nothing that could be waited for tells of it.
            _ = poll(nil, 0, Self.acknowledgementMilliseconds)
        }
        throw .receiver("\(name): went away before it had read everything")
    }

    private mutating func encryptAndFlush() throws(ShipError) {
        // In locals, where each may be used while another is changed.
        var (text, cipher) = (Buffer(), Buffer())
        swap(&text, &plaintext)
        if tls == nil {
            swap(&out, &text)
        } else {
            swap(&cipher, &out)
            let isSent = tls?.send(text.span, ciphertextOut: &cipher) ?? false
            swap(&cipher, &out)
            guard isSent else { throw .receiver("\(name): the TLS connection is broken") }
        }
        text.removeAll()
        swap(&text, &plaintext)
        try flush()
    }

    private mutating func flush() throws(ShipError) {
        while !out.isEmpty {
            switch socket.send(out.span) {
            case .moved(let count): out.removeFirst(count)
            case .wouldBlock:
                guard Self.wait(for: POLLOUT, at: socket.descriptor.number) else {
                    throw .receiver("\(name): takes nothing any more")
                }
            case .ended: throw .receiver("\(name): closed the connection")
            case .failed(let code): throw .receiver("\(SystemError("send to \(name)", code: code))")
            }
        }
    }

    /// Waits for something of the receiver; syslog's has nothing to say but its end.
    private mutating func read() throws(ShipError) {
        guard Self.wait(for: POLLIN, at: socket.descriptor.number) else {
            throw .receiver("\(name): says nothing")
        }
        var received = [UInt8](repeating: 0, count: Self.readBytesMax)
        var room = received.mutableSpan
        let transfer = socket.receive(into: &room)
        switch transfer {
        case .moved(let count): try take(received, count)
        case .wouldBlock: return
        case .ended: hasEnded = true
        case .failed(let code):
            throw .receiver("\(SystemError("receive from \(name)", code: code))")
        }
    }

    private mutating func take(_ received: [UInt8], _ count: Int) throws(ShipError) {
        guard tls != nil else { return }
        var (ignored, cipher) = (Buffer(), Buffer())
        swap(&cipher, &out)
        let progress = tls?.receive(
            received.span.extracting(first: count),
            plaintext: &ignored,
            ciphertextOut: &cipher
        )
        swap(&cipher, &out)
        switch progress {
        case .failed(let error): throw .receiver("\(name): \(error)")
        // The receiver's close_notify may come before it has read everything, or not at all: what
        // counts is the end of the stream below.
        case .handshaking, .open, .closed, nil: break
        }
    }
}

/// A stream socket in the file system.
enum LocalStream {
    static func connect(to path: String) throws(ShipError) -> Socket {
        guard let address = LocalAddress(path: path) else {
            throw .receiver("unix:\(path): the path is too long")
        }
        let number = linux_socket(AF_UNIX, Int32(SOCK_STREAM.rawValue))
        guard number >= 0 else { throw .receiver("\(SystemError.last("socket"))") }
        let socket = Socket(FileDescriptor(owning: number))
        let result = unsafe address.given { unsafe Glibc.connect(number, $0, $1) }
        guard result == 0 else { throw .receiver("\(SystemError.last("connect \(path)"))") }
        return socket
    }
}
