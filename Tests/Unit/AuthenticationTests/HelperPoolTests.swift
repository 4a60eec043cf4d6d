// Conversations with the pool: who is asked, who waits, who is killed.
import Chance
import Authentication
import Bytes
import Testing

private let second: UInt64 = 1_000_000
private let ann = Credentials(user: "ann", password: Secret("x"), host: "192.0.2.1")

private func question(_ id: UInt32, to helper: Int) -> HelperPool.Action {
    .send(PAMQuestion(id: id, .login(ann)), helper: helper)
}

private func reply(_ id: UInt32, _ answer: AuthenticationAnswer = .accepted) -> [UInt8] {
    var buffer = Buffer()
    _ = PAMReply(id: id, answer: answer).encode(into: &buffer)
    return buffer.bytes
}

private func told(_ id: UInt32) -> [UInt8] {
    var buffer = Buffer()
    _ = PAMReply(id: id, .groups(["mail"])).encode(into: &buffer)
    return buffer.bytes
}

/// A pool whose helpers all run.
private func pool(_ helpers: Int, waitingMax: Int = 64) -> HelperPool {
    var limits = HelperPoolLimits()
    limits.waitingMax = waitingMax
    var pool = HelperPool(helpers: helpers, limits: limits)
    for index in 0..<helpers { _ = pool.helperStarted(index, at: 0) }
    return pool
}

@Suite("The helper pool")
struct HelperPoolTests {
    @Test("asks a free helper and passes its answer on", arguments: AuthenticationAnswer.allCases)
    func asks(_ answer: AuthenticationAnswer) {
        var pool = pool(2)
        #expect(pool.ask(.login(ann), session: 9, at: 0) == [question(1, to: 0)])
        #expect(
            pool.received(reply(1, answer).span, helper: 0, at: 1)
                == [.answer(session: 9, answer)]
        )
        #expect(pool.nextDeadline == nil)
    }

    @Test("holds one conversation a helper, and lets the others wait in order")
    func queues() {
        var pool = pool(1)
        #expect(pool.ask(.login(ann), session: 1, at: 0) == [question(1, to: 0)])
        #expect(pool.ask(.login(ann), session: 2, at: 0) == [])
        #expect(pool.ask(.login(ann), session: 3, at: 0) == [])
        #expect(
            pool.received(reply(1).span, helper: 0, at: 1)
                == [.answer(session: 1, .accepted), question(2, to: 0)]
        )
        #expect(
            pool.received(reply(2, .rejected).span, helper: 0, at: 2)
                == [.answer(session: 2, .rejected), question(3, to: 0)]
        )
    }

    @Test("asks for groups, and takes no answer of the other kind")
    func asksForGroups() {
        var pool = pool(1)
        let asked = pool.ask(.groups(of: "ann"), session: 1, at: 0)
        #expect(asked == [.send(PAMQuestion(id: 1, .groups(of: "ann")), helper: 0)])
        #expect(
            pool.received(told(1).span, helper: 0, at: 1)
                == [.groups(["mail"], of: "ann", session: 1)]
        )
        _ = pool.ask(.groups(of: "ann"), session: 1, at: 2)
        #expect(
            pool.received(reply(2, .unavailable).span, helper: 0, at: 3)
                == [.groups(nil, of: "ann", session: 1)]
        )
        _ = pool.ask(.groups(of: "ann"), session: 1, at: 4)
        #expect(
            pool.received(reply(3, .accepted).span, helper: 0, at: 5)
                == [.kill(helper: 0), .groups(nil, of: "ann", session: 1)]
        )
        _ = pool.helperStarted(0, at: 6)
        _ = pool.ask(.login(ann), session: 1, at: 7)
        #expect(
            pool.received(told(4).span, helper: 0, at: 8)
                == [.kill(helper: 0), .answer(session: 1, .unavailable)]
        )
    }

    @Test("tells of groups whose asker is gone, and of none in time")
    func groupsOfWhoIsGone() {
        var pool = pool(1)
        _ = pool.ask(.groups(of: "ann"), session: 1, at: 0)
        pool.forget(session: 1)
        #expect(
            pool.received(told(1).span, helper: 0, at: 1)
                == [.groups(["mail"], of: "ann", session: nil)]
        )
        _ = pool.ask(.groups(of: "bob"), session: 2, at: 2)
        #expect(
            pool.expire(at: 2 + 10 * second)
                == [.kill(helper: 0), .groups(nil, of: "bob", session: 2)]
        )
    }

    @Test("turns questions away when too many wait")
    func isBounded() {
        var pool = pool(1, waitingMax: 1)
        _ = pool.ask(.login(ann), session: 1, at: 0)
        _ = pool.ask(.login(ann), session: 2, at: 0)
        #expect(pool.ask(.login(ann), session: 3, at: 0) == [.answer(session: 3, .unavailable)])
    }

    @Test("has a helper killed that hangs, and asks its successor")
    func killsHangingHelper() {
        var pool = pool(1)
        _ = pool.ask(.login(ann), session: 1, at: 0)
        _ = pool.ask(.login(ann), session: 2, at: 9 * second)
        #expect(pool.nextDeadline == 10 * second)
        #expect(pool.expire(at: 10 * second - 1) == [])
        #expect(
            pool.expire(at: 10 * second)
                == [.kill(helper: 0), .answer(session: 1, .unavailable)]
        )
        #expect(pool.received(reply(1).span, helper: 0, at: 10 * second) == [])
        #expect(pool.helperEnded(0) == [])
        #expect(pool.helperStarted(0, at: 11 * second) == [question(2, to: 0)])
    }

    @Test("answers who waited too long, and spares the helper that began late")
    func sparesBusyHelper() {
        var pool = pool(1)
        _ = pool.ask(.login(ann), session: 1, at: 0)
        _ = pool.ask(.login(ann), session: 2, at: 0)
        _ = pool.received(reply(1).span, helper: 0, at: 9 * second)
        #expect(pool.expire(at: 10 * second) == [.answer(session: 2, .unavailable)])
        #expect(pool.nextDeadline == 19 * second)
        #expect(pool.received(reply(2).span, helper: 0, at: 11 * second) == [])
        #expect(pool.ask(.login(ann), session: 3, at: 11 * second) == [question(3, to: 0)])
    }

    @Test("answers for a helper that died")
    func helperDies() {
        var pool = pool(2)
        _ = pool.ask(.login(ann), session: 1, at: 0)
        #expect(pool.helperEnded(0) == [.answer(session: 1, .unavailable)])
        #expect(pool.ask(.login(ann), session: 2, at: 0) == [question(2, to: 1)])
        #expect(pool.helperStarted(1, at: 0) == [.answer(session: 2, .unavailable)])
    }

    @Test("keeps questions until the first helper is there, but not past the deadline")
    func waitsForHelpers() {
        var pool = HelperPool(helpers: 1)
        #expect(pool.ask(.login(ann), session: 1, at: 0) == [])
        #expect(pool.ask(.login(ann), session: 2, at: 5 * second) == [])
        #expect(pool.expire(at: 10 * second) == [.answer(session: 1, .unavailable)])
        #expect(pool.helperStarted(0, at: 11 * second) == [question(1, to: 0)])
    }

    @Test("has a helper killed that says anything but the answer to its question")
    func distrusts() {
        for packet in [reply(2), [], [0, 0, 0, 1, 9], Array(repeating: 0, count: 100)] {
            var pool = pool(1)
            _ = pool.ask(.login(ann), session: 1, at: 0)
            #expect(
                pool.received(packet.span, helper: 0, at: 1)
                    == [.kill(helper: 0), .answer(session: 1, .unavailable)]
            )
        }
        var idle = pool(1)
        #expect(idle.received(reply(0).span, helper: 0, at: 1) == [.kill(helper: 0)])
    }

    @Test("tells nothing to a session that is gone")
    func forgets() {
        var pool = pool(1)
        _ = pool.ask(.login(ann), session: 1, at: 0)
        _ = pool.ask(.login(ann), session: 2, at: 0)
        pool.forget(session: 1)
        pool.forget(session: 2)
        #expect(pool.received(reply(1).span, helper: 0, at: 1) == [])
        #expect(pool.nextDeadline == nil)
    }

    @Test("answers every question exactly once, whatever happens", arguments: 0..<200)
    func answersOnce(seed: UInt64) {
        var chance = Dice(seed: seed)
        var pool = HelperPool(helpers: 3)
        var asked: UInt64 = 0
        var answered: [UInt64] = []
        var open: [Int: UInt32] = [:]
        func perform(_ actions: [HelperPool.Action]) {
            for action in actions {
                switch action {
                case .send(let question, let helper): open[helper] = question.id
                case .answer(let session, _), .groups(_, _, let session?): answered.append(session)
                case .groups(_, _, nil): break
                case .kill(let helper): open[helper] = nil
                }
            }
        }
        for step in 0..<300 {
            let now = UInt64(step) * second / 2
            let helper = Int.random(in: 0..<3, using: &chance)
            switch Int.random(in: 0..<5, using: &chance) {
            case 0:
                asked += 1
                let request = chance.hits(50) ? PAMRequest.login(ann) : .groups(of: "ann")
                perform(pool.ask(request, session: asked, at: now))
            case 1 where chance.hits(50):
                perform(pool.received(told(open[helper] ?? 0).span, helper: helper, at: now))
            case 1: perform(pool.received(reply(open[helper] ?? 0).span, helper: helper, at: now))
            case 2: perform(pool.helperEnded(helper))
            case 3: perform(pool.helperStarted(helper, at: now))
            default: perform(pool.expire(at: now))
            }
        }
        perform(pool.expire(at: 1000 * second))
        #expect(answered.sorted() == (0..<asked).map { $0 + 1 })
        #expect(pool.nextDeadline == nil)
    }
}
