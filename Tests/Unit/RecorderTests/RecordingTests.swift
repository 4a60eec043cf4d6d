// The recorder between a gateway and a disk: nothing is acknowledged that the disk does not have.
import Audit
import Bytes
import CLinux
import Foundation
import Glibc
import Postern
import Reactor
import Testing

/// A gateway's end of a connection to the recorder.
private final class Gateway {
    private let descriptor: Int32
    let feed: Feed
    var client = RecorderClient()

    init() throws {
        var ends: [Int32] = [-1, -1]
        let result = unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
        guard result == 0 else { throw Missing() }
        descriptor = ends[0]
        feed = Feed(descriptor: ends[1])
        client.connected()
    }

    deinit { close(descriptor) }

    func hand(durable: Bool) {
        let event: Event = durable ? .select : .noop
        let record = Record(event, .decision, verdict: .allow, isDurable: durable, session: [])
        client.append(record, at: moment(0))
        send(client.unsent.array)
        client.sent(client.unsent.count)
    }

    func send(_ bytes: [UInt8]) {
        let count = unsafe bytes.withUnsafeBytes {
            unsafe write(descriptor, $0.baseAddress, $0.count)
        }
        #expect(count == bytes.count)
    }

    /// Takes the answers that have come; returns whether there were any.
    @discardableResult
    func hear() throws -> Bool {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let flags = Int32(MSG_DONTWAIT)
        let count = unsafe recv(descriptor, &bytes, bytes.count, flags)
        guard count > 0 else { return false }
        try client.received(bytes.span.extracting(first: count))
        return true
    }
}

private func recording(in folder: Folder) throws -> Recording {
    let trail = try Trail(in: folder.held(), limits: SegmentLimits(), at: 0)
    let seal = try seal(in: folder, trail)
    return Recording(trail, sealing: seal, boot: "test", at: moment(0))
}

@Suite struct RecordingTests {
    @Test func answersADurableRecordWhenItStandsInTheFile() throws {
        let folder = try Folder()
        let gateway = try Gateway()
        var recording = try recording(in: folder)
        recording.add(gateway.feed)
        recording.commit(at: moment(1))
        gateway.hand(durable: true)
        #expect(recording.receive(from: gateway.feed, at: moment(2)) == .durable(1))
        #expect(folder.lines.count == 1)
        try gateway.hear()
        #expect(gateway.client.durableUpTo == 0)
        recording.commit(at: moment(3))
        #expect(folder.lines.count == 2)
        try gateway.hear()
        #expect(gateway.client.durableUpTo == 1)
    }

    @Test func writesAHandedOverRecordAtOnceAndAnswersWithinASecond() throws {
        let folder = try Folder()
        let gateway = try Gateway()
        var recording = try recording(in: folder)
        recording.add(gateway.feed)
        recording.commit(at: moment(0))
        gateway.hand(durable: false)
        #expect(recording.receive(from: gateway.feed, at: moment(10)) == .handedOver)
        recording.commit(at: moment(10))
        #expect(folder.lines.count == 2)
        try gateway.hear()
        #expect(gateway.client.durableUpTo == 0)
        #expect(recording.deadline == 1_000_010)
        recording.commit(at: moment(1_000_010))
        try gateway.hear()
        #expect(gateway.client.durableUpTo == 1)
        #expect(recording.deadline == 5_000_000)
    }

    @Test func oneSyncAnswersEveryReactor() throws {
        let folder = try Folder()
        let gateways = try (0..<3).map { _ in try Gateway() }
        var recording = try recording(in: folder)
        for gateway in gateways { recording.add(gateway.feed) }
        for (index, gateway) in gateways.enumerated() {
            for _ in 0...index { gateway.hand(durable: index == 1) }
            _ = recording.receive(from: gateway.feed, at: moment(1))
        }
        recording.commit(at: moment(1))
        for (index, gateway) in gateways.enumerated() {
            try gateway.hear()
            #expect(gateway.client.durableUpTo == UInt64(index + 1))
        }
        let numbers = try folder.entries().map { $0["seq"] as? Int }
        #expect(numbers == Array(1...7))
    }

    @Test func waitsForOthersOnlyWhereOthersWaitedBefore() throws {
        let folder = try Folder()
        let gateway = try Gateway()
        var recording = try recording(in: folder)
        recording.add(gateway.feed)
        recording.commit(at: moment(0))
        func hand(_ count: Int, at time: UInt64) throws -> Bool {
            for _ in 0..<count { gateway.hand(durable: true) }
            #expect(recording.receive(from: gateway.feed, at: moment(time)) == .durable(count))
            recording.commit(at: moment(time))
            try gateway.hear()
            return gateway.client.durableUpTo == gateway.client.last
        }
        #expect(try hand(1, at: 10))
        #expect(try hand(3, at: 20))
        #expect(try !hand(2, at: 30))
        #expect(try hand(1, at: 40))
        #expect(try !hand(1, at: 50))
        #expect(recording.deadline == 3050)
        recording.commit(at: moment(3049))
        #expect(try !gateway.hear())
        recording.commit(at: moment(3050))
        #expect(try gateway.hear())
        // Alone now, and never asked to wait again.
        #expect(try hand(1, at: 4000))
    }

    @Test func recordsItsStartWithARepairAndItsEnd() throws {
        let folder = try Folder()
        try folder.write("{\"seq\":1,\"v\":1}\n{\"seq\":2,\"v\"", to: firstSegment)
        var recording = try recording(in: folder)
        recording.commit(at: moment(0))
        let isOnDisk = recording.finish(at: moment(1))
        #expect(isOnDisk)
        let entries = try folder.entries()
        #expect(entries.map { $0["seq"] as? Int } == [1, 2, 3])
        #expect(entries[1]["event"] as? String == "audit.start")
        #expect(entries[1]["reason"] as? String == "an unfinished line was removed")
        #expect(entries[1]["bytes"] as? Int == 12)
        #expect(entries[1]["args"] as? String == "boot test")
        #expect(entries[2]["event"] as? String == "audit.stop")
    }

    @Test func recordsThatTheClockJumpedAndHowGoodItIs() throws {
        let folder = try Folder()
        var recording = try recording(in: folder)
        recording.commit(at: moment(0))
        func later(_ time: UInt64, ahead: Int64) -> Moment {
            Moment(utc: UInt64(Int64(moment(time).utc) + ahead), monotonic: time)
        }
        // What a time server puts right between two looks.
        recording.commit(at: later(1_000_000, ahead: 400_000))
        recording.commit(at: later(2_000_000, ahead: -7_200_000_000))
        recording.commit(at: later(3_000_000, ahead: -7_200_000_000))
        recording.commit(at: later(4_000_000, ahead: 0))
        let entries = try folder.entries()
        #expect(
            entries.map { $0["event"] as? String } == ["audit.start", "audit.time", "audit.time"]
        )
        #expect(entries.map { $0["step_us"] as? Int } == [nil, -7_200_000_000, 7_200_000_000])
        #expect(entries.allSatisfy { $0["clock"] is String })
    }

    @Test func smallStepsOfTheClockAddUp() throws {
        let folder = try Folder()
        var recording = try recording(in: folder)
        recording.commit(at: moment(0))
        for step in 1...6 {
            let now = moment(UInt64(step) * 1000)
            let ahead = UInt64(step) * 100_000
            recording.commit(at: Moment(utc: now.utc + ahead, monotonic: now.monotonic))
        }
        let events = try folder.entries().map { $0["event"] as? String }
        #expect(events == ["audit.start", "audit.time"])
    }

    @Test func dropsAGatewayThatDoesNotSpeakTheProtocolAndSaysSo() throws {
        let payloads: [[UInt8]] = [
            Array("\"v\":1,\"x\":\n".utf8), Array("\"v\":1,\u{1B}".utf8),
            Array(#""v":1,"time":"x","mono":1,"event":"audit.stop","phase":"event""#.utf8),
        ]
        for payload in payloads {
            let folder = try Folder()
            let gateway = try Gateway()
            var recording = try recording(in: folder)
            recording.add(gateway.feed)
            gateway.hand(durable: false)
            let header = RecordHeader(
                payloadBytes: payload.count,
                recordClass: .durable,
                number: 2
            )
            var frame = Buffer()
            try header.orThrow().encode(into: &frame)
            frame.append(payload)
            gateway.send(frame.bytes)
            #expect(recording.receive(from: gateway.feed, at: moment(1)) == .malformed)
            recording.commit(at: moment(1))
            recording.dropEndedFeeds()
            #expect(recording.feeds.isEmpty)
            let events = try folder.entries().map { $0["event"] as? String }
            #expect(events == ["audit.start", "session.noop", "audit.fail"])
        }
    }

    @Test("survives a gateway that sends any bytes", arguments: 0..<50)
    func survives(seed: UInt64) throws {
        let folder = try Folder()
        let gateway = try Gateway()
        var recording = try recording(in: folder)
        recording.add(gateway.feed)
        var state = seed
        let bytes = (0..<200).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
        gateway.send(bytes)
        let arrival = recording.receive(from: gateway.feed, at: moment(1))
        #expect(arrival == .malformed || arrival == .nothing)
        let isOnDisk = recording.finish(at: moment(2))
        #expect(isOnDisk)
        let entries = try folder.entries()
        #expect(entries.last?["event"] as? String == "audit.stop")
    }

    @Test func takesRecordsAtEveryCut() throws {
        let folder = try Folder()
        var whole = RecorderClient()
        whole.connected()
        whole.append(Record(.noop, .decision, session: []), at: moment(0))
        let frame = whole.unsent.array
        for cut in 1..<frame.count {
            let gateway = try Gateway()
            var recording = try recording(in: folder)
            recording.add(gateway.feed)
            gateway.send(Array(frame[..<cut]))
            #expect(recording.receive(from: gateway.feed, at: moment(1)) == .nothing)
            gateway.send(Array(frame[cut...]))
            #expect(recording.receive(from: gateway.feed, at: moment(1)) == .handedOver)
        }
    }
}

@Suite struct ReserveTests {
    @Test func keepsSpaceFreeForTheEnd() throws {
        let folder = try Folder()
        let place = try folder.held(reserveBytes: .max)
        let trail = try Trail(in: place, limits: SegmentLimits(), at: 0)
        let seal = try seal(in: folder, trail)
        var recording = Recording(trail, sealing: seal, boot: "test", at: moment(0))
        recording.commit(at: moment(1))
        let full = SystemError("write to \(folder.path)", code: ENOSPC)
        #expect(recording.error == .system(full))
        #expect(folder.lines.isEmpty)
        let isOnDisk = recording.finish(at: moment(2))
        #expect(isOnDisk)
        let events = try folder.entries().map { $0["event"] as? String }
        #expect(events == ["audit.start", "audit.stop", "audit.fail"])
    }
}

/// Whether this process may mount; the disk that fills up is a small tmpfs.
private let mayMount = geteuid() == 0

@Suite(.enabled(if: mayMount, "needs root to mount a small tmpfs"))
struct FullDiskTests {
    @Test func acknowledgesNothingWhileTheDiskIsFullAndRecordsThatItWas() throws {
        let folder = try Folder()
        try run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.path)
        defer { try? run("umount", folder.path) }
        let gateway = try Gateway()
        var recording = try recording(in: folder)
        recording.add(gateway.feed)
        recording.commit(at: moment(0))
        let filler = "\(folder.path)/filler"
        try? Data(repeating: 0, count: 56 * 1024).write(to: URL(fileURLWithPath: filler))

        for _ in 0..<100 { gateway.hand(durable: true) }
        _ = recording.receive(from: gateway.feed, at: moment(1))
        recording.commit(at: moment(1000))
        let full = SystemError("write \(firstSegment)", code: ENOSPC)
        #expect(recording.error == .system(full))
        try gateway.hear()
        #expect(!gateway.client.isAvailable)
        #expect(gateway.client.durableUpTo == 0)
        recording.commit(at: moment(200_000))
        #expect(try !gateway.hear())

        try FileManager.default.removeItem(atPath: filler)
        recording.commit(at: moment(401_000))
        #expect(recording.error == nil)
        try gateway.hear()
        #expect(gateway.client.isAvailable)
        #expect(gateway.client.durableUpTo == 100)
        let entries = try folder.entries()
        #expect(entries.map { $0["seq"] as? Int } == Array(1...102))
        let last = try entries.last.orThrow()
        #expect(last["event"] as? String == "audit.fail")
        #expect(last["code"] as? String == "ENOSPC")
        #expect(last["duration_us"] as? Int == 400_000)
    }

    private func run(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Missing() }
    }
}
