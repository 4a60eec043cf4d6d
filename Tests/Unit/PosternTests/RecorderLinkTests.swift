// The reactor's word on the recorder: there, gone, or there and of no use.
import Audit
import Bytes
import Glibc
import Reactor
import Testing

@testable import Postern

private func moment(_ monotonic: UInt64) -> Moment { Moment(utc: monotonic, monotonic: monotonic) }

private let record = Record(.noop, .decision, verdict: .allow, session: [])

/// A link, and the recorder's end of its socket.
private struct Stage: ~Copyable {
    var link: RecorderLink
    var room = Scratch(capacity: 4096)
    let recorder: Socket

    init(at now: UInt64, continuing: Bool = false) throws {
        let pair = try SocketPair(.stream)
        let far = try pair.far.descriptor.duplicate()
        let near = try pair.near.descriptor.duplicate()
        recorder = Socket(far)
        link = RecorderLink(continuesOnFailure: continuing)
        link.connect(Socket(near), at: now)
    }

    mutating func acknowledge(
        _ number: UInt64,
        _ status: Acknowledgement.Status = .working,
        at now: UInt64
    ) -> Bool {
        var out = Buffer()
        Acknowledgement(status: status, durableUpTo: number).encode(into: &out)
        guard case .moved = recorder.send(out.span) else { return false }
        return link.receive(&room, at: now)
    }
}

@Suite("A recorder that keeps silent")
struct RecorderLinkTests {
    private let patience = RecorderLink.patienceMicroseconds

    @Test("hangs when it acknowledges nothing for too long, and not a moment before")
    func hangs() throws {
        var stage = try Stage(at: 0)
        #expect(stage.link.hangsAt == .max)
        stage.link.append(record, at: moment(1000))
        stage.link.append(record, at: moment(2000))
        #expect(stage.link.flush() == true)
        #expect(stage.link.hangsAt == 1000 + patience)
        #expect(stage.link.beginsToHang(at: 999 + patience) == false)
        #expect(stage.link.isAvailable == true)
        #expect(stage.link.beginsToHang(at: 1000 + patience) == true)
        #expect(stage.link.isAvailable == false)
        // Said once, and no reason to wake up again.
        #expect(stage.link.beginsToHang(at: 5000 + patience) == false)
        #expect(stage.link.hangsAt == .max)
    }

    @Test("is back with its next acknowledgement")
    func comesBack() throws {
        var stage = try Stage(at: 0)
        stage.link.append(record, at: moment(0))
        stage.link.append(record, at: moment(0))
        #expect(stage.link.flush() == true)
        #expect(stage.link.beginsToHang(at: patience) == true)
        #expect(stage.acknowledge(1, at: patience + 10) == true)
        #expect(stage.link.isAvailable == true)
        #expect(stage.link.hangsAt == 2 * patience + 10)
        #expect(stage.acknowledge(2, at: patience + 20) == true)
        #expect(stage.link.hangsAt == .max)
    }

    @Test("does not hang while it works through a long queue")
    func isSlow() throws {
        var stage = try Stage(at: 0)
        for _ in 0..<20 { stage.link.append(record, at: moment(0)) }
        #expect(stage.link.flush() == true)
        for number in 1...20 {
            let now = UInt64(number) * (patience - 1)
            #expect(stage.link.beginsToHang(at: now) == false)
            #expect(stage.acknowledge(UInt64(number), at: now) == true)
        }
        #expect(stage.link.hangsAt == .max)
    }

    @Test("owes the records of the one before it")
    func inheritsDebts() throws {
        var stage = try Stage(at: 0)
        stage.link.append(record, at: moment(0))
        stage.link.disconnect()
        #expect(stage.link.hangsAt == .max)
        let pair = try SocketPair(.stream)
        stage.link.connect(Socket(try pair.near.descriptor.duplicate()), at: 70)
        #expect(stage.link.hangsAt == 70 + patience)
        #expect(stage.link.isAvailable == true)
    }

    @Test("is sent no more than fits a bounded backlog, be it of many records or of large ones")
    func isBounded() throws {
        var small = try Stage(at: 0)
        for _ in 0..<100 { small.link.append(record, at: moment(0)) }
        #expect(small.link.isOverfull(100) == false)
        small.link.append(record, at: moment(0))
        #expect(small.link.isOverfull(100) == true)

        var large = try Stage(at: 0)
        var entry = record
        entry.session = [UInt8](repeating: UInt8(ascii: "x"), count: 64 * 1024)
        var count = 0
        while !large.link.isOverfull(.max), count < 1000 {
            large.link.append(entry, at: moment(0))
            count += 1
        }
        // Sessions stop long before nobody is read any more.
        #expect(large.link.isAvailable == false)
        #expect(count > 200 && count < 300)
    }

    @Test("is done with when it acknowledges what it can't have")
    func lies() throws {
        var stage = try Stage(at: 0)
        stage.link.append(record, at: moment(0))
        #expect(stage.link.flush() == true)
        #expect(stage.acknowledge(2, at: 1) == false)
    }

    @Test("gets a record that nothing waits for within moments, and a durable one at once")
    func gathers() throws {
        var stage = try Stage(at: 0)
        _ = stage.link.flush()
        #expect(stage.link.departure == .max)
        stage.link.append(record, at: moment(1000))
        stage.link.append(record, at: moment(1500))
        #expect(stage.link.departure == 1000 + RecorderLink.joiningMicroseconds)
        var durable = record
        durable.isDurable = true
        stage.link.append(durable, at: moment(1600))
        #expect(stage.link.departure == 0)
        _ = stage.link.flush()
        #expect(stage.link.departure == .max)
    }
}

@Suite("A trail that can't be written, where sessions are to go on")
struct TrailGapTests {
    private let id = ConnectionID(index: 0, generation: 1)

    private var durable: Record {
        var durable = record
        durable.isDurable = true
        return durable
    }

    @Test("releases who waits and whoever comes, keeps what there is room for, and tells the rest")
    func goesOn() throws {
        var stage = try Stage(at: 0, continuing: true)
        let first = stage.link.append(durable, at: moment(10))
        stage.link.await(first, for: id)
        #expect(stage.link.flush() == true)
        #expect(stage.link.takeReleased(at: 15) == nil)
        #expect(stage.acknowledge(0, .failing, at: 20) == true)
        #expect(stage.link.goesOn == true)
        #expect(stage.link.isAvailable == true)
        #expect(stage.link.mayRelease == true)
        #expect(stage.link.takeReleased(at: 20)?.number == first)
        #expect(stage.link.takeGap() == nil)

        stage.link.append(durable, at: moment(30))
        var large = record
        large.session = [UInt8](repeating: UInt8(ascii: "x"), count: 64 * 1024)
        for _ in 0..<200 { stage.link.append(large, at: moment(40)) }
        #expect(stage.link.isOverfull(1) == false)
        #expect(stage.link.takeGap() == nil)

        #expect(stage.acknowledge(1, at: 1000) == true)
        #expect(stage.link.goesOn == false)
        let found = stage.link.takeGap()
        let gap = try #require(found)
        #expect(gap.since == 20)
        #expect(gap.late == 2)
        // 128 of them are 8 MiB.
        #expect((70...73).contains(gap.lost))
        #expect(gap.record(at: 1020).duration == 1000)
        #expect(stage.link.takeGap() == nil)
    }

    @Test("goes on without a recorder that hangs, and without one that is gone")
    func isGone() throws {
        var stage = try Stage(at: 0, continuing: true)
        stage.link.append(record, at: moment(0))
        #expect(stage.link.flush() == true)
        #expect(stage.link.goesOn == false)
        #expect(stage.link.beginsToHang(at: RecorderLink.patienceMicroseconds) == true)
        #expect(stage.link.goesOn == true)
        stage.link.disconnect()
        #expect(stage.link.goesOn == true)
        stage.link.append(durable, at: moment(10_000_000))

        // The next one has said nothing yet: it may fail like the one before.
        let pair = try SocketPair(.stream)
        stage.link.connect(Socket(try pair.near.descriptor.duplicate()), at: 20_000_000)
        #expect(stage.link.goesOn == false)
        #expect(stage.link.takeGap() == nil)
    }

    @Test("is no gap where nothing happened meanwhile, nor where sessions wait")
    func isNone() throws {
        var idle = try Stage(at: 0, continuing: true)
        idle.link.disconnect()
        #expect(idle.link.goesOn == true)
        #expect(idle.link.takeGap() == nil)
        var waiting = try Stage(at: 0)
        waiting.link.disconnect()
        waiting.link.append(durable, at: moment(10))
        #expect(waiting.link.goesOn == false)
        #expect(waiting.link.takeGap() == nil)
    }
}
