// Searches over a small trail: what is found, and that decisions stand with their outcomes.
import Audit
import Foundation
import Policy
import Testing
import TrailIndex

@testable import Postern

@Suite struct SearchTests {
    /// Ann reads 5 and 10 to 12 and is refused in Secret; Bob files into Shared/a.
    private static func trail() throws -> SampleTrail {
        let trail = try SampleTrail()
        var ann = SampleSession(1)
        var bob = SampleSession(2, user: "bob@example.org", from: "2001:db8::1")
        try trail.append(ann.event(.authenticationOK))  // 1
        try trail.append(bob.event(.authenticationOK))  // 2
        try trail.append(ann.decision(.fetch, arguments: "5 (BODY[])"))  // 3
        let copy = bob.decision(.copy, .allow, "UID COPY", mailbox: "INBOX", arguments: "9")
        var filed = copy
        filed.destination = copy.mailbox
        filed.destination?.canonical = Array("Shared/a".utf8)
        try trail.append(filed)  // 4
        try trail.append(ann.outcome(.fetch, uids: "5,10:12", messages: 4))  // 5
        try trail.append(bob.outcome(.copy, .no, uids: "9"))  // 6
        try trail.append(
            ann.decision(
                .fetch,
                .deny,
                mailbox: "Secret/b",
                arguments: "7 (FLAGS)",
                rules: ["no-secrets"]
            )
        )  // 7
        trail.endSegment()
        try trail.append(ann.event(.connectionClose))  // 8
        return trail
    }

    @Test("everything is found in its order, with outcomes in their entries")
    func all() throws {
        let trail = try Self.trail()
        #expect(try trail.found() == [1, 2, 3, 4, 7, 8])
        let entries = try trail.entries()
        #expect(entries.map { $0.outcome?.sequence } == [nil, nil, 5, 6, nil, nil])
        #expect(entries[2][outcome: .uids] == "5,10:12")
        #expect(entries[2].number(.messages) == 4)
        #expect(entries[4].rules == ["no-secrets"])
    }

    @Test("each criterion finds what it names")
    func criteria() throws {
        let trail = try Self.trail()
        #expect(try trail.found { $0.users = ["ann"] } == [1, 3, 7, 8])
        #expect(try trail.found { $0.users = ["*@example.org", "eve"] } == [2, 4])
        #expect(try trail.found { $0.users = ["eve"] } == [])
        let secret = try Pattern("Secret/**")
        #expect(try trail.found { $0.mailboxes = [secret] } == [7])
        let shared = try Pattern("Shared/*")
        #expect(try trail.found { $0.mailboxes = [shared] } == [4])
        #expect(try trail.found { $0.events = ["auth.*"] } == [1, 2])
        #expect(try trail.found { $0.verdicts = ["deny"] } == [7])
        #expect(try trail.found { $0.results = ["NO", "BAD"] } == [4])
        #expect(try trail.found { $0.rules = ["no-secrets"] } == [7])
        let network = try Network("2001:db8::/32")
        #expect(try trail.found { $0.networks = [network] } == [2, 4])
        #expect(try trail.found { $0.session = "0000000000000002" } == [2, 4])
        #expect(try trail.found { $0.session = "no session" } == [])
    }

    @Test("criteria of different kinds must all apply")
    func together() throws {
        let trail = try Self.trail()
        let inbox = try Pattern("INBOX")
        #expect(
            try trail.found {
                $0.users = ["ann"]
                $0.mailboxes = [inbox]
                $0.events = ["msg.*"]
            } == [3]
        )
        #expect(
            try trail.found {
                $0.users = ["bob*"]
                $0.verdicts = ["deny"]
            } == []
        )
    }

    @Test("times bound the search, the second one not included")
    func times() throws {
        let trail = try Self.trail()
        let start: Int64 = 1_772_357_400_000_000
        #expect(try trail.found { $0.since = start + 3_000_000 } == [4, 7, 8])
        #expect(try trail.found { $0.until = start + 2_000_000 } == [1, 2])
        #expect(
            try trail.found {
                $0.since = start + 2_000_000
                $0.until = start + 4_000_000
            } == [3, 4]
        )
        #expect(try trail.found { $0.since = start + 60_000_000 } == [])
    }

    @Test(
        "a message is found in the sets that hold it",
        arguments: [
            (5, [3]), (9, [4]), (10, [3]), (11, [3]), (12, [3]), (13, []), (4, []), (7, [7]),
            (0, []), (UInt32.max, []),
        ] as [(UInt32, [UInt64])]
    )
    func messages(_ uid: UInt32, _ found: [UInt64]) throws {
        #expect(try Self.trail().found { $0.uid = uid } == found)
    }

    @Test("the first are found, or the last")
    func bounds() throws {
        let trail = try Self.trail()
        #expect(try trail.found { $0.countMax = 2 } == [1, 2])
        #expect(
            try trail.found {
                $0.countMax = 2
                $0.isNewestFirst = true
            } == [8, 7]
        )
    }

    @Test("a glob that many names match finds them all")
    func manyNames() throws {
        let trail = try SampleTrail()
        var session = SampleSession(1)
        for number in 1...700 {
            try trail.append(session.decision(.select, mailbox: "Box/\(number)"))
        }
        let boxes = try Pattern("Box/*")
        #expect(try trail.found { $0.mailboxes = [boxes] }.count == 700)
    }

    @Test("an outcome without its decision is an entry of its own")
    func orphan() throws {
        let trail = try SampleTrail()
        let session = SampleSession(1)
        try trail.append(session.outcome(.fetch, .ok, of: 3))
        #expect(try trail.found { $0.results = ["OK"] } == [1])
    }

    @Test("the outcome belongs to the command's own decision, not to those beside it")
    func besides() throws {
        let trail = try SampleTrail()
        var session = SampleSession(1)
        var watched = session.decision(.multiSearch, .allow, "ESEARCH")
        try trail.append(watched)
        watched.event = .search
        try trail.append(watched)
        try trail.append(session.outcome(.multiSearch))
        #expect(try trail.entries().map { $0.outcome?.sequence } == [3, nil])
    }
}
