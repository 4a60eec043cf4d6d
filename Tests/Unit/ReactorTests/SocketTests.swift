// Sockets over loopback and between processes: addresses, partial writes, ends, descriptors.
import Glibc
import Reactor
import Testing

/// Waits until `token` is ready in the way asked for; false after ten seconds.
func wait(
    for token: UInt64,
    _ readiness: Readiness,
    in loop: inout EventLoop
) -> Bool {
    let deadline = MonotonicClock.now + 10_000_000
    while MonotonicClock.now < deadline {
        let count = loop.wait(atMost: 100_000)
        for index in 0..<count {
            let event = loop.event(index)
            if event.token == token && event.readiness.isSuperset(of: readiness) { return true }
        }
    }
    return false
}

func received(_ socket: borrowing Socket, bytesMax: Int = 65_536) -> ([UInt8], Transfer) {
    var room = [UInt8](repeating: 0, count: bytesMax)
    var span = room.mutableSpan
    let transfer = socket.receive(into: &span)
    guard case .moved(let count) = transfer else { return ([], transfer) }
    return (Array(room.prefix(count)), transfer)
}

@Suite("A socket")
struct SocketTests {
    @Test("accepts a client and knows both addresses", arguments: ["127.0.0.1", "::1"])
    func accepts(_ host: String) throws {
        let address = try #require(SocketAddress(host, port: 0))
        let listener = try Socket.listen(on: address)
        let local = listener.localAddress
        let bound = try #require(local)
        var loop = try EventLoop()
        try loop.watchInput(of: listener.descriptor, token: 1)
        let client = try Socket.connect(to: bound)
        #expect(wait(for: 1, .readable, in: &loop))
        var from: SocketAddress?
        guard let server = try listener.accept(from: &from) else {
            Issue.record("nobody was accepted")
            return
        }
        let clientAddress = client.localAddress
        #expect(from == clientAddress)
        let serverAddress = server.localAddress
        #expect(serverAddress == bound)
        #expect(from?.host == host)
        let isAlone = try listener.accept(from: &from) == nil
        #expect(isAlone)
    }

    @Test("shares its address with another listener")
    func sharesItsAddress() throws {
        let address = try #require(SocketAddress("127.0.0.1", port: 0))
        let first = try Socket.listen(on: address)
        let local = first.localAddress
        let bound = try #require(local)
        let second = try Socket.listen(on: bound)
        let shared = second.localAddress
        #expect(shared == bound)
    }

    @Test("says why a connection was refused")
    func refused() throws {
        let address = try #require(SocketAddress("127.0.0.1", port: 0))
        var bound: SocketAddress?
        do {
            let listener = try Socket.listen(on: address)
            bound = listener.localAddress
        }
        let client = try Socket.connect(to: try #require(bound))
        var loop = try EventLoop()
        try loop.watchChanges(of: client.descriptor, token: 2)
        #expect(wait(for: 2, .broken, in: &loop))
        let error = client.connectionError
        #expect(error == ECONNREFUSED)
    }

    @Test("takes what fits of a large write, and the rest after the reader made room")
    func partialWrites() throws {
        let pair = try SocketPair()
        let message = (0..<4_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        var loop = try EventLoop()
        try loop.watchChanges(of: pair.near.descriptor, token: 1)
        var sent = 0
        var arrived: [UInt8] = []
        var wasFull = false
        while arrived.count < message.count {
            filling: while sent < message.count {
                switch pair.near.send(message.span.extracting(droppingFirst: sent)) {
                case .moved(let count): sent += count
                case .wouldBlock:
                    wasFull = true
                    break filling
                case .ended, .failed:
                    Issue.record("the pair broke")
                    return
                }
            }
            arrived += received(pair.far).0
        }
        #expect(wasFull)
        #expect(arrived == message)
        #expect(wait(for: 1, .writable, in: &loop))
    }

    @Test("sends two runs of bytes in their order")
    func sendsTwo() throws {
        let pair = try SocketPair()
        let (first, second) = (Array("greeting ".utf8), Array("and more".utf8))
        let sending = pair.near.send(first.span, then: second.span)
        #expect(sending == .moved(17))
        let arrived = received(pair.far).0
        #expect(arrived == Array("greeting and more".utf8))
    }

    @Test("says that nothing is there, and later that nothing more will come")
    func ends() throws {
        let pair = try SocketPair()
        let early = received(pair.far).1
        #expect(early == .wouldBlock)
        pair.near.endSending()
        let late = received(pair.far).1
        #expect(late == .ended)
    }

    @Test("survives a peer that is gone")
    func peerGone() throws {
        let pair = try SocketPair()
        let near = pair.split { near, _ in near } as Socket
        let sending = near.send([1, 2, 3].span)
        #expect(sending == .failed(EPIPE))
    }

    @Test(
        "reads and writes addresses",
        arguments: [
            ("192.0.2.1", 993 as UInt16, "192.0.2.1:993"),
            ("2001:db8:0:0:0:0:0:1", 143, "[2001:db8::1]:143"),
        ]
    )
    func addresses(_ text: String, _ port: UInt16, _ form: String) throws {
        let address = try #require(SocketAddress(text, port: port))
        #expect(address.description == form)
        #expect(SocketAddress(address.host, port: port) == address)
    }

    @Test(
        "takes no address from",
        arguments: ["", "localhost", "1.2.3", "1.2.3.4.5", "::g", "[::1]"]
    )
    func refusesAddress(_ text: String) {
        #expect(SocketAddress(text, port: 1) == nil)
    }
}

@Suite("Descriptors that travel")
struct DescriptorPassingTests {
    @Test("arrive with their message, open and in order")
    func arrive() throws {
        let channel = try SocketPair(.messages)
        let carried = try SocketPair()
        let other = try SocketPair()
        let numbers = [carried.far.descriptor.number, other.far.descriptor.number]
        let sending = channel.near.send([9].span, with: numbers)
        #expect(sending == .moved(1))
        var room: [UInt8] = [0, 0]
        var span = room.mutableSpan
        var passed = ReceivedDescriptors()
        let receiving = channel.far.receive(into: &span, with: &passed)
        #expect(receiving == .moved(1))
        #expect(passed.count == 2)
        guard let first = passed.takeFirst() else { return }
        let socket = Socket(first)
        let answering = socket.send(Array("hello".utf8).span)
        #expect(answering == .moved(5))
        let answer = received(carried.near).0
        #expect(answer == Array("hello".utf8))
    }

    @Test("are closed when nobody takes them")
    func areClosed() throws {
        let channel = try SocketPair(.messages)
        let carried = try SocketPair()
        let near: Socket = carried.split { near, far in
            _ = channel.near.send([1].span, with: [far.descriptor.number])
            return near
        }
        do {
            var room: [UInt8] = [0]
            var span = room.mutableSpan
            var passed = ReceivedDescriptors()
            let receiving = channel.far.receive(into: &span, with: &passed)
            #expect(receiving == .moved(1))
            let whileHeld = received(near).1
            #expect(whileHeld == .wouldBlock)
        }
        let afterwards = received(near).1
        #expect(afterwards == .ended)
    }

    @Test("come with whole messages only")
    func cutMessage() throws {
        let channel = try SocketPair(.messages)
        let sending = channel.near.send([1, 2, 3].span, with: [])
        #expect(sending == .moved(3))
        var room: [UInt8] = [0]
        var span = room.mutableSpan
        var passed = ReceivedDescriptors()
        let receiving = channel.far.receive(into: &span, with: &passed)
        #expect(receiving == .failed(EMSGSIZE))
    }
}
