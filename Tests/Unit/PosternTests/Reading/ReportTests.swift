// Reports: what is counted in which period, and what counts as unusual.
import Audit
import Policy
import Testing
import TrailIndex

@testable import Postern

@Suite struct ReportTests {
    private static func report(
        _ trail: SampleTrail,
        by period: TrailReport.Period = .day,
        since: Int64? = nil
    ) throws -> TrailReport {
        let figures = try trail.trail().index.figures(
            since: since,
            until: nil,
            slotSeconds: period.slotSeconds
        )
        return TrailReport(figures, by: period, top: 10)
    }

    @Test("what happened is counted once, in its period")
    func counts() throws {
        let trail = try SampleTrail()
        var ann = SampleSession(1)
        try trail.append(ann.event(.connectionOpen))
        try trail.append(ann.event(.authenticationFail))
        try trail.append(ann.event(.authenticationOK))
        try trail.append(ann.decision(.fetch))
        try trail.append(ann.outcome(.fetch, uids: "1:7", messages: 7))
        trail.seconds += 86_400
        try trail.append(ann.decision(.delete, .deny, "DELETE", rules: ["a", "b"]))
        try trail.append(ann.decision(.delete, .wouldDeny, "DELETE", rules: ["c"]))
        try trail.append(ann.decision(.append, .allow, "APPEND"))
        try trail.append(ann.outcome(.append, .no, messages: 1))
        var end = ann.event(.connectionClose)
        end.messages = 7
        try trail.append(end)

        let report = try Self.report(trail)
        #expect(report.rows.map(\.period) == ["2026-03-01", "2026-03-02"])
        let total = report.total
        #expect(total.sessions == 1)
        #expect(total.logins == 1)
        #expect(total.failedLogins == 1)
        #expect(total.commands == 4)
        #expect(total.refusals == 1)
        #expect(total.messagesRead == 7)
        #expect(total.messagesFiled == 0)
        #expect(report.rules.map(\.name) == ["a", "b", "c"])
        #expect(report.rules.map(\.refused) == [1, 1, 0])
        #expect(report.rules.map(\.rehearsed) == [0, 0, 1])
        #expect(report.readers.map(\.messages) == [7])
        #expect(report.failures.map(\.name) == ["192.0.2.7"])
        #expect(try Self.report(trail, by: .month).rows.map(\.period) == ["2026-03"])
        #expect(
            try Self.report(trail, by: .hour).rows.map(\.period)
                == ["2026-03-01T09:00", "2026-03-02T09:00"]
        )
        // 2026-03-01 was a Sunday.
        #expect(
            try Self.report(trail, by: .week).rows.map(\.period) == ["2026-02-23", "2026-03-02"]
        )
        let later = try Self.report(trail, since: 1_772_409_600_000_000)
        #expect(later.rows.map(\.period) == ["2026-03-02"])
    }

    @Test("volumes beyond all numbers, which a gateway that was taken over may tell, end no report")
    func excess() throws {
        let trail = try SampleTrail()
        var ann = SampleSession(1)
        for _ in 0..<3 {
            for volume in [UInt64.max, UInt64(Int64.max), 1] {
                var read = ann.decision(.fetch)
                read.messages = volume
                read.bytes = volume
                try trail.append(read)
            }
            trail.seconds += 86_400
        }
        let report = try Self.report(trail, by: .month)
        #expect(report.total.bytesRead == .max)
        #expect(report.total.messagesRead == .max)
        #expect(report.readers.map(\.bytes) == [.max])
        #expect(report.readers.map(\.messages) == [.max])
    }

    @Test("a day on which somebody read far more than usual stands out")
    func unusual() throws {
        let trail = try SampleTrail()
        var ann = SampleSession(1)
        for day in 0..<10 {
            try trail.append(ann.decision(.fetch))
            let messages: UInt64 = day == 6 ? 900 : 100
            try trail.append(ann.outcome(.fetch, uids: "1", messages: messages))
            trail.seconds += 86_400
        }
        let unusual = try Self.report(trail, by: .month).unusual
        #expect(unusual.map(\.period) == ["2026-03-07"])
        #expect(unusual.map(\.messages) == [900])
        #expect(unusual.map(\.usual) == [100])
    }

    @Test("names are harmless in each form")
    func names() throws {
        let trail = try SampleTrail()
        var session = SampleSession(1, user: "=<b>\u{202E}\"")
        try trail.append(session.decision(.fetch))
        try trail.append(session.outcome(.fetch, uids: "1", messages: 1))
        let report = try Self.report(trail)
        #expect(report.text.contains(#"=<b>\u{202E}""#))
        #expect(report.csv.contains(#""'=<b>\u{202E}"""#))
        let page = TrailReportPage(report, of: "trail").html
        #expect(page.contains(#"=&lt;b&gt;\u{202E}&quot;"#))
        #expect(!page.contains("<b>"))
    }

    @Test("nothing is reported of nothing")
    func empty() throws {
        let report = try Self.report(try SampleTrail())
        #expect(report.rows.isEmpty)
        #expect(report.unusual.isEmpty)
        #expect(TrailReportPage(report, of: "trail").html.contains("empty"))
    }
}

@Suite struct TailTests {
    private static func lines(_ tail: inout TrailTail) throws -> [UInt64] {
        var found: [UInt64] = []
        try tail.forEachNew { line in
            if let record = TrailRecord(line) { found.append(record.sequence) }
        }
        return found
    }

    @Test("begins with the last lines, over segments", arguments: [0, 1, 2, 3, 4, 5, 100])
    func last(_ count: Int) throws {
        let trail = try SampleTrail()
        var session = SampleSession(1)
        for number in 1...5 {
            if number == 2 || number == 4 { trail.endSegment() }
            try trail.append(session.decision(.fetch))
        }
        var tail = try TrailTail(trail.folder, last: count)
        #expect(try Self.lines(&tail) == Array([1, 2, 3, 4, 5].suffix(count)))
    }

    @Test("goes on with what is added, whole lines only, and with the next segment")
    func follows() throws {
        let trail = try SampleTrail()
        var tail = try TrailTail(trail.folder, last: 10)
        #expect(try Self.lines(&tail) == [])
        var session = SampleSession(1)
        try trail.append(session.decision(.fetch))
        #expect(try Self.lines(&tail) == [1])
        #expect(try Self.lines(&tail) == [])
        try trail.append(session.decision(.fetch))
        trail.endSegment()
        try trail.append(session.decision(.fetch))
        #expect(try Self.lines(&tail) == [2, 3])
        try trail.append(Array(#"{"seq":4,"#.utf8))
        #expect(try Self.lines(&tail) == [])
        try trail.append(Array("\"v\":1}\n".utf8))
        #expect(try Self.lines(&tail) == [4])
    }

    @Test("an outcome is shown when its decision was")
    func filter() throws {
        var ann = SampleSession(1)
        var bob = SampleSession(2, user: "bob")
        let trail = try SampleTrail()
        let inbox = try Pattern("INBOX")
        for record in [
            ann.decision(.fetch), bob.decision(.fetch, mailbox: "Sent"), bob.outcome(.fetch),
            ann.outcome(.fetch), ann.outcome(.fetch),
        ] { try trail.append(record) }
        var search = Search()
        search.mailboxes = [inbox]
        var filter = RecordFilter(search)
        var shown: [UInt64] = []
        var tail = try TrailTail(trail.folder, last: 10)
        try tail.forEachNew { line in
            guard let record = TrailRecord(line), filter.includes(record) else { return }
            shown.append(record.sequence)
        }
        #expect(shown == [1, 4])
    }
}
