// What the recorder does with records: into the trail, onto the disk, and only then the answer.
package import Audit
import Bytes
import Reactor

/// The recorder without its waiting: feeds, the trail, and what is due when.
package struct Recording: ~Copyable {
    /// How long a record that was handed over may be known to the kernel only, in microseconds.
    private static let syncDelayMax: UInt64 = 1_000_000
    /// Bytes not on disk that a gateway must keep; twice this fits its backlog.
    private static let unsyncedBytesMax = 1024 * 1024
    /// How long a sync waits for as many to join it as the last one had, in microseconds.
    ///
    /// A group costs the disk and us what one record does; whoever writes alone never waits.
    private static let gatheringMax: UInt64 = 3000
    /// How long the recorder may say nothing of its own, in microseconds.
    ///
    /// Where longer passes between two such records it did not run, or its records are gone.
    private static let silenceMax: UInt64 = 60_000_000

    private struct Failure {
        /// Microseconds of the monotonic clock.
        var since: UInt64
        var error: TrailError
    }

    var trail: Trail
    /// The keys of fields, of all periods.
    let keyFolder: KeyFolder
    private var seal: Seal
    /// Lines that came to the disk with the last sync; kept for its storage.
    private var durable = Buffer()
    package private(set) var feeds: [Feed] = []
    private var scratch = Feed.scratch()
    private var encoder = RecordEncoder()
    private var clock: ClockWatch

    /// Records whose effects wait for the disk, and how many did at the last sync.
    private var durableWaiting = 0
    private var durableBefore = 1
    /// When the first of those who wait came.
    private var durableSince: UInt64 = 0
    /// When the oldest line that is not on disk came.
    private var unsyncedSince: UInt64?
    /// When the recorder last put a record of its own into the trail.
    private var spokeAt: UInt64 = 0
    private var failure: Failure?

    /// Takes the trail over and puts the start into it.
    ///
    /// `settings`: what of the configuration decides over the trail, in words. `keys`: where keys of
    /// fields are, if not in the trail's folder.
    package init(
        _ trail: consuming Trail,
        sealing seal: consuming Seal,
        boot: String,
        settings: String = "",
        keys: KeyFolder? = nil,
        at now: Moment
    ) {
        let repairedBytes = trail.repairedBytes + seal.repairedBytes
        let isLineCut = trail.repairedBytes > 0
        keyFolder = keys ?? KeyFolder(KeyFolder.usual(of: trail.path))
        self.trail = trail
        self.seal = seal
        clock = ClockWatch(at: now)
        var start = Record(.auditStart, .event, isDurable: true, session: [])
        start.arguments = ShortBytes(Array("boot \(boot)\(settings)".utf8).span)
        start.details = ClockWatch.details
        if repairedBytes > 0 {
            start.reason =
                isLineCut
                ? "an unfinished line was removed" : "an unfinished checkpoint was removed"
            start.bytes = repairedBytes
        }
        record(start, at: now)
    }

    /// What keeps the trail from being written; nil: nothing does.
    package var error: TrailError? { failure?.error }

    /// When `commit` is due without any arrival, in microseconds of the monotonic clock.
    package var deadline: UInt64 {
        if durableWaiting > 0 { return durableSince + Self.gatheringMax }
        let own = min(spokeAt + Self.silenceMax, seal.deadline ?? .max)
        return min(own, unsyncedSince.map { $0 + Self.syncDelayMax } ?? .max)
    }

    package mutating func add(_ feed: Feed) {
        feeds.append(feed)
        if failure != nil { feed.reportFailure() }
    }

    /// Reads once from a feed.
    package mutating func receive(from feed: Feed, at now: Moment) -> Feed.Arrival {
        do {
            try trail.keys?.turn(to: now.utc)
        } catch {
            fail(error, at: now)
            return .nothing
        }
        let arrival = feed.receive(through: &scratch, into: &trail)
        if case .durable(let count) = arrival { awaitDisk(count, at: now) }
        if arrival == .malformed { recordMalformed(at: now) }
        return arrival
    }

    private mutating func awaitDisk(_ count: Int, at now: Moment) {
        if durableWaiting == 0 { durableSince = now.monotonic }
        durableWaiting += count
    }

    /// Whether those who wait for the disk wait for others to join them, too.
    package func isGathering(at now: Moment) -> Bool {
        failure == nil && durableWaiting > 0 && durableWaiting < durableBefore
            && now.monotonic < durableSince + Self.gatheringMax
    }

    /// Brings the lines as far as is due; an acknowledgement says only what the disk has.
    package mutating func commit(at now: Moment, isLast: Bool = false) {
        let jump = clock.jump(at: now)
        if jump != 0 { recordJump(of: jump, at: now) }
        if now.monotonic >= spokeAt + Self.silenceMax && failure == nil { recordLife(at: now) }
        if isGathering(at: now) && !isLast { return }
        do {
            try trail.keys?.turn(to: now.utc)
            if failure != nil {
                try trail.rewind()
                try seal.sign(in: trail.segmentName, at: now.monotonic)
            }
            try trail.write(at: now.monotonic, isLast: isLast)
            if isSyncDue(at: now.monotonic) {
                try trail.sync(into: &durable)
                for feed in feeds { feed.acknowledge() }
                seal.extend(durable)
                settle()
            }
            try sealWhatIsDue(at: now.monotonic, isLast: isLast)
            if failure != nil { endFailure(at: now) }
        } catch {
            fail(error, at: now)
        }
    }

    /// Signs when it is time to, and ends the segment if it is full.
    private mutating func sealWhatIsDue(at now: UInt64, isLast: Bool) throws(TrailError) {
        if trail.isTurnDue(at: now) {
            try seal.close(trail.segmentName, at: now)
            trail.turnOver(at: now)
        } else if isLast || now >= seal.deadline ?? .max {
            try seal.sign(in: trail.segmentName, at: now)
        }
    }

    /// The last checkpoint that was signed, once.
    package mutating func takeCheckpoint() -> SignedNote? { seal.takeCheckpoint() }

    /// Lets the connections go whose gateway is gone.
    package mutating func dropEndedFeeds() { feeds.removeAll(where: \.isEnded) }

    /// Puts the end into the trail; returns whether everything is on disk.
    package mutating func finish(at now: Moment) -> Bool {
        record(Record(.auditStop, .event, isDurable: true, session: []), at: now)
        commit(at: now, isLast: true)
        return trail.unsyncedBytes == 0
    }

    private mutating func isSyncDue(at now: UInt64) -> Bool {
        if trail.unsyncedBytes > 0 && unsyncedSince == nil { unsyncedSince = now }
        guard let unsyncedSince else { return false }
        return durableWaiting > 0 || failure != nil
            || trail.unsyncedBytes >= Self.unsyncedBytesMax
            || now >= unsyncedSince + Self.syncDelayMax
    }

    /// Everything is on disk.
    private mutating func settle() {
        durableBefore = durableWaiting
        durableWaiting = 0
        unsyncedSince = nil
    }

    /// Puts the failure that is over into the trail.
    private mutating func endFailure(at now: Moment) {
        guard let ended = failure else { return }
        failure = nil
        for feed in feeds { feed.acknowledge() }
        var entry = Record(.auditFail, .event, isDurable: true, session: [])
        entry.reason = "the trail could not be written"
        if case .system(let error) = ended.error { entry.code = Phrase(errorNumber: error.code) }
        entry.duration = now.monotonic - min(now.monotonic, ended.since)
        record(entry, at: now)
        commit(at: now, isLast: true)
    }

    private mutating func fail(_ error: TrailError, at now: Moment) {
        if failure == nil { failure = Failure(since: now.monotonic, error: error) }
        for feed in feeds { feed.reportFailure() }
    }

    private mutating func recordMalformed(at now: Moment) {
        var entry = Record(.auditFail, .event, isDurable: true, session: [])
        entry.reason = "a gateway sent what is no record; its connection is closed"
        record(entry, at: now)
    }

    /// Says that there is nothing to say: who removes records can't remove a minute.
    private mutating func recordLife(at now: Moment) {
        var entry = Record(.auditAlive, .event, isDurable: true, session: [])
        entry.details = ClockWatch.details
        record(entry, at: now)
    }

    /// Whether everything that was put into the trail so far is on disk.
    package var isSettled: Bool { durableWaiting == 0 && failure == nil }

    /// Somebody is about to read the trail, or to take a part of it away.
    package mutating func recordReading(
        _ event: Event,
        by user: UInt32,
        _ text: [UInt8],
        at now: Moment
    ) {
        var entry = Record(event, .event, isDurable: true, session: [])
        entry.arguments = ShortBytes(text.span)
        entry.details = [.number("uid", UInt64(user))]
        record(entry, at: now)
    }

    /// The trail's folder.
    var folder: String { trail.path }

    /// Puts an order's entry into the trail; when this returns its line, it is on disk and signed.
    ///
    /// May use the space that is kept free: what is removed makes more.
    @discardableResult
    mutating func recordNow(_ entry: Record, at now: Moment) throws(TrailError) -> [UInt8] {
        record(entry, at: now)
        let line = trail.lastLine
        commit(at: now, isLast: true)
        if let error { throw error }
        return line
    }

    /// Whether a segment's hashes are at hand without its lines.
    func checkSealed(_ segment: SegmentName, last: UInt64) throws {
        try seal.checkSealed(segment, last: last)
    }

    private mutating func recordJump(of microseconds: Int64, at now: Moment) {
        var entry = Record(.auditTime, .event, isDurable: true, session: [])
        entry.reason = "the clock was set, or the machine slept"
        entry.details = [.number("step_us", microseconds)] + ClockWatch.details
        record(entry, at: now)
    }

    /// Puts an entry of the recorder's own into the trail.
    private mutating func record(_ entry: Record, at now: Moment) {
        var own = Buffer()
        encoder.encode(entry, at: now, into: &own)
        // Its form is ours: only a library that fails could keep it out.
        guard trail.append(own.span) else { return fail(.signing, at: now) }
        spokeAt = now.monotonic
        awaitDisk(1, at: now)
    }
}
