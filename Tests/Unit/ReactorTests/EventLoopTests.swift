// What the loop tells, how often it tells it, and how other threads reach it.
import Chance
import Reactor
import Testing

@Suite("The event loop")
struct EventLoopTests {
    @Test("tells of a change once, and of input for as long as there is some")
    func edgesAndLevels() throws {
        let pair = try SocketPair()
        var edges = try EventLoop()
        var levels = try EventLoop()
        try edges.watchChanges(of: pair.far.descriptor, token: 7)
        try levels.watchInput(of: pair.far.descriptor, token: 8)
        _ = pair.near.send([1].span)
        #expect(edges.wait(atMost: 10_000_000) == 1)
        #expect(edges.event(0).token == 7)
        #expect(edges.event(0).readiness.wantsReceiving)
        #expect(edges.wait(atMost: 0) == 0)
        #expect(levels.wait(atMost: 10_000_000) == 1)
        #expect(levels.wait(atMost: 0) == 1)
    }

    @Test("tells of a peer's end")
    func peersEnd() throws {
        let pair = try SocketPair()
        var loop = try EventLoop()
        try loop.watchChanges(of: pair.far.descriptor, token: 3)
        pair.near.endSending()
        #expect(wait(for: 3, .ending, in: &loop))
    }

    @Test("forgets what is closed")
    func forgets() throws {
        var loop = try EventLoop()
        do {
            let pair = try SocketPair()
            try loop.watchChanges(of: pair.far.descriptor, token: 1)
        }
        #expect(loop.wait(atMost: 0) == 0)
    }

    @Test("keeps all 64 bits of a token")
    func tokens() throws {
        let pair = try SocketPair()
        var loop = try EventLoop()
        try loop.watchInput(of: pair.far.descriptor, token: .max - 1)
        _ = pair.near.send([1].span)
        #expect(loop.wait(atMost: 10_000_000) == 1)
        #expect(loop.event(0).token == UInt64.max - 1)
    }

    @Test("is woken by another thread, which hands over its values in order")
    func mailbox() throws {
        let mailbox = try Mailbox<Int>()
        var loop = try EventLoop()
        try loop.watchInput(of: mailbox.waker.descriptor, token: 5)
        try Thread.start { for number in 0..<1000 { mailbox.post(number) } }
        var taken: [Int] = []
        while taken.count < 1000, loop.wait(atMost: 10_000_000) == 1 { taken += mailbox.take() }
        #expect(taken == Array(0..<1000))
        #expect(loop.wait(atMost: 0) == 0)
    }
}

@Suite("The timer wheel")
struct TimerWheelTests {
    @Test("gives every token back once, never early and at most a tick late", arguments: 0..<50)
    func timely(seed: UInt64) {
        var generator = Dice(seed: seed)
        let tick: UInt64 = 100
        var wheel = TimerWheel(tickMicroseconds: tick, slots: 16, at: 5000)
        var due: [UInt64: UInt64] = [:]
        var now: UInt64 = 5000
        var last = now
        for token in 0..<200 as Range<UInt64> {
            let moment = now + generator.next() % 10_000
            due[token] = moment
            wheel.arm(token, at: moment)
            last = now
            now += generator.next() % 300
            check(&wheel, from: last, to: now, tick, &due)
        }
        while wheel.count > 0 {
            guard let wait = wheel.wait(from: now) else { break }
            last = now
            now += max(1, wait)
            check(&wheel, from: last, to: now, tick, &due)
        }
        #expect(due.isEmpty)
        #expect(wheel.wait(from: now) == nil)
    }

    private func check(
        _ wheel: inout TimerWheel,
        from last: UInt64,
        to now: UInt64,
        _ tick: UInt64,
        _ due: inout [UInt64: UInt64]
    ) {
        var tokens: [UInt64] = []
        wheel.advance(to: now, into: &tokens)
        for token in tokens {
            guard let moment = due.removeValue(forKey: token) else {
                Issue.record("token \(token) came twice")
                continue
            }
            #expect(moment <= now)
        }
        for (token, moment) in due {
            #expect(moment + 2 * tick > now, "token \(token) is late")
        }
    }

    @Test("survives a pause longer than its round")
    func longPause() {
        var wheel = TimerWheel(tickMicroseconds: 10, slots: 4, at: 0)
        for token in 0..<100 as Range<UInt64> { wheel.arm(token, at: token * 10) }
        var tokens: [UInt64] = []
        wheel.advance(to: 1_000_000, into: &tokens)
        #expect(tokens.sorted() == Array(0..<100))
    }
}
