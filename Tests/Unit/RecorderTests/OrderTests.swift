// Orders to the recorder: in the trail first, then done, and only what can be done.
import Audit
import Bytes
import Foundation
import Postern
import Testing

private func recording(in folder: Folder) throws -> Recording {
    let trail = try Trail(in: folder.held(), limits: SegmentLimits(), at: 0)
    let seal = try seal(in: folder, trail)
    return Recording(trail, sealing: seal, boot: "test", at: moment(0))
}

@Suite("An order to the recorder")
struct OrderTests {
    @Test("stands in the trail, signed, and is carried out")
    func holds() throws {
        let folder = try Folder()
        var recording = try recording(in: folder)
        let hold = try Hold(
            "case-7",
            user: "ann",
            mailbox: "Archive/**",
            because: "letter of the court"
        )
        try recording.carryOut(.hold(hold), by: 1007, at: moment(5))
        let entry = try #require(folder.entries().last)
        #expect(entry["event"] as? String == "audit.hold")
        #expect(entry["hold"] as? String == "case-7")
        #expect(entry["args"] as? String == "user ann, mailbox Archive/**")
        #expect(entry["because"] as? String == "letter of the court")
        #expect(entry["uid"] as? Int == 1007)
        #expect(folder.text("checkpoint").split(separator: "\n")[1] == "2")
        let kept = try Holds(in: folder.path)
        #expect(kept.entries.map(\.hold) == [hold])
        #expect(kept.entries.map(\.user) == [1007])
        try recording.carryOut(
            .release(name: "case-7", because: "closed"),
            by: 0,
            at: moment(9)
        )
        #expect(try Holds(in: folder.path).entries.isEmpty)
        #expect(try folder.entries().last?["event"] as? String == "audit.release")
    }

    @Test("that can't be carried out doesn't stand in the trail")
    func refuses() throws {
        let folder = try Folder()
        var recording = try recording(in: folder)
        recording.commit(at: moment(1))
        #expect(throws: OrderRefusal("there is no hold called x")) {
            try recording.carryOut(.release(name: "x", because: "y"), by: 0, at: moment(2))
        }
        try recording.carryOut(.hold(Hold("x", because: "y")), by: 0, at: moment(3))
        #expect(throws: OrderRefusal("there is a hold called x already")) {
            try recording.carryOut(.hold(Hold("x", because: "z")), by: 0, at: moment(4))
        }
        try folder.write("name x\nuser\n", to: "holds")
        #expect(throws: OrderRefusal.self) {
            try recording.carryOut(.hold(Hold("z", because: "z")), by: 0, at: moment(5))
        }
        let events = try folder.entries().map { $0["event"] as? String }
        #expect(events == ["audit.start", "audit.hold"])
    }

    @Test("keeps so many holds and no more")
    func bounded() throws {
        let folder = try Folder()
        var recording = try recording(in: folder)
        for number in 0..<Holds.countMax {
            let hold = try Hold("case-\(number)", because: "\(number)")
            try recording.carryOut(.hold(hold), by: 0, at: moment(1))
        }
        #expect(throws: OrderRefusal.self) {
            try recording.carryOut(.hold(Hold("one-more", because: "y")), by: 0, at: moment(2))
        }
        #expect(try Holds(in: folder.path).entries.count == Holds.countMax)
    }

    @Test("is read as it was written")
    func reads() throws {
        let hold = try Hold(
            "case.7_b",
            user: "ann \u{301}x",
            mailbox: "Söder/*",
            since: "2026-03-01T00:00:00.000000Z",
            until: "2026-04-01T00:00:00.000000Z",
            because: "  two spaces, and \"quotes\""
        )
        for order in [TrailOrder.hold(hold), .release(name: "a", because: "b")] {
            #expect(try TrailOrder(order.event, order.text()) == order)
        }
    }

    @Test(
        "is refused when it is malformed",
        arguments: [
            "", "name a", "because b", "name a\nbecause", "name a\nbecause b\nname c",
            "name a\nbecause b\nuntold c", "name a/b\nbecause c", "name a\nbecause \u{1B}[2J",
            "name a\nbecause b\nmailbox a//b", "name a\nbecause b\nsince yesterday",
            "name \(String(repeating: "a", count: 65))\nbecause b", " name a\nbecause b",
        ]
    )
    func malformed(_ text: String) {
        #expect(throws: OrderRefusal.self) { try TrailOrder(.auditHold, text) }
    }

    @Test("is one of a closed list")
    func closed() {
        #expect(throws: OrderRefusal.self) { try TrailOrder(.auditStop, "name a\nbecause b") }
        for event in Event.allCases where TrailOrder.events.contains(event) {
            #expect(event.rawValue.hasPrefix("audit."))
        }
    }
}
