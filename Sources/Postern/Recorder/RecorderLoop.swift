// The recorder's waiting: for records, for the supervisor, for a disk that takes lines again.
import Audit
import Glibc
import Reactor

/// One thread, one loop: poll, read, commit.
struct RecorderLoop: ~Copyable {
    /// Between two attempts on a trail that can't be written.
    private static let retryMilliseconds: Int32 = 200
    /// After records that nobody waits for.
    ///
    /// The next ones come in a flock, and waking up for each would cost more than writing it. The
    /// socket's buffer holds what comes meanwhile.
    private static let restMilliseconds: Int32 = 2
    /// How long connections may live on after SIGTERM, or after the supervisor.
    private static let terminationSeconds: UInt16 = 10

    /// Between two checkpoints that are told to the supervisor, in microseconds.
    private static let tellingInterval: UInt64 = 60_000_000

    private enum Mood { case listening, resting, failing }

    private var recording: Recording
    private var visitors: Visitors
    private let control: ControlChannel?
    private let signals: SignalDescriptor
    private let log: Log
    /// When the loop ends even if connections are left; nil: it isn't ending.
    private var end: UInt64?
    private var isControlled: Bool
    private var mood = Mood.listening
    /// When a checkpoint was told last.
    private var toldAt: UInt64?

    init(
        _ recording: consuming Recording,
        visitors: consuming Visitors,
        control: ControlChannel?,
        signals: consuming SignalDescriptor,
        log: Log
    ) {
        self.recording = recording
        self.visitors = visitors
        self.control = control
        self.signals = signals
        self.log = log
        isControlled = control != nil
    }

    /// Runs until the supervisor and all gateways are gone; returns whether all is on disk.
    mutating func run() -> Bool {
        note(nil)
        while !isOver(at: MonotonicClock.now) { turn() }
        let isDone = recording.finish(at: Moment.now)
        tellCheckpoint(at: nil)
        return isDone
    }

    private func isOver(at now: UInt64) -> Bool {
        if let end, now >= end { return true }
        return recording.feeds.isEmpty && (end != nil || !isControlled)
    }

    private mutating func turn() {
        let ready = wait()
        if ready.signals { terminate() }
        if ready.control { heedSupervisor() }
        let now = Moment.now
        var hasOnlyHandedOver = false
        for index in ready.feeds {
            switch recording.receive(from: recording.feeds[index], at: now) {
            case .handedOver: hasOnlyHandedOver = true
            case .durable, .malformed, .nothing: break
            }
        }
        let before = recording.error
        if ready.visitors { receiveVisitors(at: now) }
        recording.commit(at: now)
        if visitors.areWaiting && recording.isSettled { visitors.admit() }
        recording.dropEndedFeeds()
        tellCheckpoint(at: now.monotonic)
        note(before)
        mood =
            recording.error != nil
            ? .failing
            : hasOnlyHandedOver && !recording.isGathering(at: now) ? .resting : .listening
    }

    private mutating func receiveVisitors(at now: Moment) {
        for visit in visitors.hear() {
            switch visit.wish {
            case .reading(let event, let text):
                recording.recordReading(event, by: visit.user, text, at: now)
            case .order(let order):
                do throws(OrderRefusal) {
                    try recording.carryOut(order, by: visit.user, at: now)
                    visit.answerDone()
                } catch {
                    visit.refuse(error)
                }
            }
        }
    }

    private struct Ready {
        var control = false
        var signals = false
        var visitors = false
        /// Indexes into `recording.feeds`.
        var feeds: [Int] = []
    }

    /// Waits for what the mood allows: a loop that can't write takes no more records, unless they
    /// are the last, which the reserve is for.
    private func wait() -> Ready {
        var polled = [pollfd(fd: signals.descriptor.number, events: Int16(POLLIN), revents: 0)]
        let watched = isControlled ? control?.descriptor ?? -1 : -1
        polled.append(pollfd(fd: watched, events: Int16(POLLIN), revents: 0))
        let isListening = mood == .listening || mood == .failing && end != nil
        let feeds = isListening ? recording.feeds : []
        for feed in feeds {
            polled.append(pollfd(fd: feed.descriptor, events: Int16(POLLIN), revents: 0))
        }
        for number in visitors.numbers {
            polled.append(pollfd(fd: number, events: Int16(POLLIN), revents: 0))
        }
        let count = unsafe poll(&polled, nfds_t(polled.count), patience)
        var ready = Ready()
        // Whoever has rested looks everywhere: asking where would cost as much.
        if mood == .resting { ready.feeds = Array(recording.feeds.indices) }
        guard count > 0 else { return ready }
        ready.signals = polled[0].revents != 0
        ready.control = polled[1].revents != 0
        ready.visitors = polled[(feeds.count + 2)...].contains { $0.revents != 0 }
        if isListening { ready.feeds = feeds.indices.filter { polled[$0 + 2].revents != 0 } }
        return ready
    }

    /// Milliseconds until something is due without any arrival.
    private var patience: Int32 {
        switch mood {
        case .failing: return Self.retryMilliseconds
        case .resting: return Self.restMilliseconds
        case .listening:
            let due = min(recording.deadline, end ?? .max)
            let now = MonotonicClock.now
            return due > now ? Int32(clamping: (due - now) / 1000 + 1) : 0
        }
    }

    private mutating func heedSupervisor() {
        guard let control else { return }
        switch try? control.receive() {
        case .message(.recorder, let descriptor?): recording.add(Feed(descriptor: descriptor))
        case .message(.drain(let seconds, _), _): drain(seconds: seconds)
        case .message(_, let descriptor?): close(descriptor)
        case .message, .nothing: break
        case .closed, nil:
            isControlled = false
            drain(seconds: Self.terminationSeconds)
        }
    }

    /// Tells the supervisor how far the trail is signed, who may know a safer place for it.
    ///
    /// `now` nil: this is the last one.
    private mutating func tellCheckpoint(at now: UInt64?) {
        if let now, let toldAt, now < toldAt + Self.tellingInterval { return }
        guard
            let control, let note = recording.takeCheckpoint(),
            let line = CheckpointLine.text(of: note)
        else { return }
        toldAt = now
        // A supervisor that is gone or doesn't read notices that elsewhere.
        try? control.send(.checkpoint(line))
    }

    private mutating func drain(seconds: UInt16) {
        let latest = MonotonicClock.now + UInt64(seconds) * 1_000_000
        end = min(end ?? latest, latest)
    }

    private mutating func terminate() {
        while signals.next() != nil { drain(seconds: Self.terminationSeconds) }
    }

    /// Tells the operator when the trail stops being writable, and when it is again.
    private func note(_ before: TrailError?) {
        guard recording.error != before else { return }
        if let error = recording.error {
            log.error("the trail can't be written: \(error)")
        } else {
            log.warning("the trail is written again")
        }
    }
}
