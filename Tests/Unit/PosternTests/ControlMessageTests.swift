// What supervisor and children say to each other, whole, broken, and with the wrong descriptors.
import Chance
import Bytes
import Glibc
import Reactor
import Testing

@testable import Postern

private let messages: [ControlMessage] = [
    .configure(by: Requester(user: 70_000, process: 0)), .listener(reactor: 1, listener: 258),
    .helper(65_535),
    .recorder(reactor: 3),
    .start(reactors: 2), .drain(seconds: 30, by: Requester(user: 0, process: 4_000_000)), .ready,
    .killHelper(7), .configured,
    .refused("policy.yaml:3:1: unknown key"), .refused(""), .checkpoint("checkpoint a 1 b c"),
    .unchanged(
        RefusedReload(
            reason: .hasErrors,
            detail: "/etc/postern/a file.yaml:3:1 and 2 more",
            requester: Requester(user: 1000, process: 7)
        )
    ),
    .unchanged(
        RefusedReload(reason: .isUnreadable, detail: "", requester: Requester(user: 0, process: 1))
    ),
]

@Suite("A control message")
struct ControlMessageTests {
    @Test("comes out as it went in", arguments: messages)
    func roundTrip(message: ControlMessage) {
        #expect(ControlMessage(message.encoded.span) == message)
    }

    @Test("has the documented form")
    func form() {
        #expect(ControlMessage.listener(reactor: 1, listener: 258).encoded == [2, 0, 1, 1, 2])
        #expect(ControlMessage.refused("no").encoded == [10, 0, 0, 0, 0, 110, 111])
    }

    @Test("is refused when it is cut, and when more follows", arguments: messages)
    func isRefusedInParts(message: ControlMessage) {
        let bytes = message.encoded
        for cut in 0..<min(ControlMessage.headerBytes, bytes.count) {
            #expect(ControlMessage(bytes.span.extracting(..<cut)) == nil)
        }
        if case .refused = message { return }
        if case .checkpoint = message { return }
        if case .unchanged = message { return }
        #expect(ControlMessage((bytes + [0]).span) == nil)
    }

    @Test("never grows beyond its bound, whatever the text")
    func isBounded() {
        for text in [String(repeating: "x", count: 5000), String(repeating: "é", count: 700)] {
            let bytes = ControlMessage.refused(text).encoded
            #expect(bytes.count <= ControlMessage.bytesMax)
            #expect(ControlMessage(bytes.span) != nil)
        }
        let tooLong = [UInt8](repeating: 10, count: ControlMessage.bytesMax + 1)
        #expect(ControlMessage(tooLong.span) == nil)
    }

    @Test("with bytes changed is refused or one that can be sent", arguments: 0..<100)
    func survives(seed: UInt64) {
        var chance = Dice(seed: seed)
        for message in messages {
            var bytes = message.encoded
            for _ in 0..<Int.random(in: 1...4, using: &chance) {
                let index = Int.random(in: bytes.indices, using: &chance)
                bytes[index] = UInt8.random(in: .min ... .max, using: &chance)
            }
            if let message = ControlMessage(bytes.span) { #expect(message.encoded == bytes) }
        }
        let noise = chance.bytes(atMost: 2 * ControlMessage.bytesMax)
        if let message = ControlMessage(noise.span) { #expect(message.encoded == noise) }
    }
}

@Suite("A control channel")
struct ControlChannelTests {
    private func ends() throws -> (ControlChannel, Int32) {
        let pair = try SocketPair(.messages)
        let raw = fcntl(pair.far.descriptor.number, F_DUPFD_CLOEXEC, 0)
        let near = try pair.near.descriptor.duplicate()
        return (ControlChannel(Socket(near)), raw)
    }

    @Test("is done with a message whose descriptor is missing")
    func missesADescriptor() throws {
        let (channel, raw) = try ends()
        defer { close(raw) }
        let packet = ControlMessage.configure(by: .own).encoded
        let sent = unsafe send(raw, packet, packet.count, 0)
        #expect(sent == packet.count)
        #expect(throws: ControlChannel.Failure.malformed) { try channel.receive() }
    }

    @Test("takes no descriptor that doesn't belong, and closes it")
    func closesWhatDoesNotBelong() throws {
        let (channel, raw) = try ends()
        defer { close(raw) }
        let other = Socket(FileDescriptor(owning: fcntl(raw, F_DUPFD_CLOEXEC, 0)))
        for count in [1, 2, Socket.descriptorsMax] {
            let lent = try SocketPair(.stream)
            let witness = Socket(try lent.far.descriptor.duplicate())
            let number = fcntl(lent.near.descriptor.number, F_DUPFD_CLOEXEC, 0)
            _ = consume lent
            let numbers = [Int32](repeating: number, count: count)
            let sent = other.send(ControlMessage.ready.encoded.span, with: numbers)
            close(number)
            #expect(sent == .moved(ControlMessage.headerBytes))
            #expect(throws: ControlChannel.Failure.malformed) { try channel.receive() }
            // The last copy of the other end is closed.
            var room = [UInt8](repeating: 0, count: 1)
            var span = room.mutableSpan
            let arrival = witness.receive(into: &span)
            #expect(arrival == .ended)
        }
    }

    @Test("is done with a packet longer than any message")
    func refusesLongPackets() throws {
        let (channel, raw) = try ends()
        defer { close(raw) }
        let packet = [UInt8](repeating: 10, count: ControlMessage.bytesMax + 1)
        let sent = unsafe send(raw, packet, packet.count, 0)
        #expect(sent == packet.count)
        #expect(throws: ControlChannel.Failure.malformed) { try channel.receive() }
    }

    @Test("says when the other process is gone")
    func noticesTheEnd() throws {
        let (channel, raw) = try ends()
        close(raw)
        let arrival = try channel.receive()
        #expect(arrival == .closed)
        #expect(throws: ControlChannel.Failure.closed) { try channel.send(.ready) }
    }
}
