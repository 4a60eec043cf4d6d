// What a verification makes of the clocks: silence, a clock that was set back, an order that is none.
import Audit
import Postern
import Testing

@Suite struct ClockTests {
    private func words(_ weight: TrailFinding.Weight, in folder: Folder) throws -> [String] {
        try findings(in: folder).filter { $0.weight == weight }.map(\.text)
    }

    @Test func saysThatTheRecorderWasSilentFor10Minutes() throws {
        let folder = try Folder()
        var run = try Run(folder)
        run.pass(2)
        run.pass(2, from: 11 * minute)
        #expect(
            try words(.notice, in: folder) == ["the recorder said nothing for 600 s before it"]
        )
        #expect(try broken(in: folder) == [])
    }

    @Test func saysThatTheClockWasSetBack() throws {
        let folder = try Folder()
        var run = try Run(folder)
        run.pass(2)
        let start = moment(3 * minute)
        let earlier = Moment(utc: start.utc - 60 * minute, monotonic: start.monotonic)
        let isDone = run.recording.finish(at: earlier)
        #expect(isDone)
        let notices = try words(.notice, in: folder)
        #expect(notices.count == 1)
        #expect(notices.first?.hasPrefix("the machine's clock was set back, from ") == true)
        #expect(try broken(in: folder) == [])
    }

    @Test func saysWhenTheRecorderWasStoppedOrEnded() throws {
        let folder = try Folder()
        do {
            var run = try Run(folder)
            run.pass(1)
            let isDone = run.recording.finish(at: moment(2 * minute))
            #expect(isDone)
        }
        do {
            var run = try Run(folder, at: 10 * minute)
            run.pass(1, from: 10 * minute)
        }
        var run = try Run(folder, at: 20 * minute)
        run.pass(1, from: 20 * minute)
        let notices = try words(.notice, in: folder)
        #expect(notices.count == 2)
        #expect(notices.first?.hasPrefix("the recorder was stopped at ") == true)
        #expect(notices.last?.hasPrefix("the recorder ended after ") == true)
    }

    /// Within one run of the machine nothing sets this clock back.
    @Test func findsARecordThatWasMadeBeforeTheOneAboveIt() throws {
        let folder = try Folder()
        var run = try Run(folder)
        run.pass(3)
        let isDone = run.recording.finish(at: moment(2 * minute))
        #expect(isDone)
        #expect(
            try broken(in: folder) == [
                "\(firstSegment):5: record 5: was made before the recorder's record that stands above it"
            ]
        )
    }
}
