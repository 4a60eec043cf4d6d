// The way to the recorder: one write a turn, acknowledgements back, and what happens without it.
import Audit
import Bytes
import Glibc
import Proxy
import Reactor

/// The reactor's channel to the recorder, and who waits for its word.
struct RecorderLink: ~Copyable {
    /// A recorder that acknowledges nothing for so long hangs: where all is well it takes a second,
    /// and a disk that is slower than this keeps nobody's promises.
    static let patienceMicroseconds: UInt64 = 5_000_000

    /// How long records that nothing waits for are kept for others to join them.
    ///
    /// What goes to a backend and what must be durable takes all records along at once; this is for
    /// greetings, answers and ends, which come in flocks.
    static let joiningMicroseconds: UInt64 = 2000

    private let place = InPlace()
    private var client = RecorderClient()
    private(set) var socket: Socket?
    /// The recorder's socket took less than there is.
    private(set) var isBlocked = false
    /// Whether the loop tells when the socket has room.
    private var watchesRoom = false
    /// When the records at hand go to the recorder at the latest; `.max`: none are at hand.
    private var leavesAt = Instant.max
    /// What the sessions were told last.
    var wasAvailable = false
    /// Since when an acknowledgement is owed without a word; `.max`: none is owed.
    private var owesSince = Instant.max
    /// The recorder is there and does not do its work.
    private(set) var isHanging = false
    /// Whether sessions go on while the trail can't be written.
    private let continuesOnFailure: Bool
    /// What they have done meanwhile.
    private var gap: TrailGap?

    /// Who waits for which record, in the order of the records.
    private var waiting: [(number: UInt64, id: ConnectionID)] = []
    private var waitingStart = 0

    init(continuesOnFailure: Bool = false) { self.continuesOnFailure = continuesOnFailure }

    var isAvailable: Bool { client.isAvailable && !isHanging || goesOn }

    /// Whether sessions go on without the trail, as the administrator has chosen.
    var goesOn: Bool { continuesOnFailure && (!client.isWorking || isHanging) }

    /// When the recorder counts as hanging unless it says something; `.max`: not as things are.
    var hangsAt: Instant {
        isHanging || owesSince == .max ? .max : owesSince &+ Self.patienceMicroseconds
    }

    /// Whether every record so far is handed over, so that what it is about may happen.
    var mayRelease: Bool { socket != nil && client.unsent.isEmpty || goesOn }

    /// When the records at hand must leave though nothing waits for them; `.max`: there are none,
    /// or the recorder wouldn't take them.
    var departure: Instant { socket == nil || isBlocked ? .max : leavesAt }

    /// Whether nothing is left to be acknowledged.
    var isIdle: Bool { client.last == client.durableUpTo }

    /// More waits than sessions may leave behind that stop when the recorder doesn't keep up.
    func isOverfull(_ recordsMax: UInt64) -> Bool {
        if goesOn { return false }
        return client.last - client.durableUpTo > recordsMax
            || client.backlogBytes > 2 * RecorderClient.backlogBytesMax
    }

    /// Puts a record behind the others and returns its number; while sessions go on without the
    /// trail, what finds no room any more is counted instead.
    @discardableResult
    mutating func append(_ record: borrowing Record, at moment: Moment) -> UInt64 {
        if goesOn, !note(record, at: moment) { return client.last }
        if owesSince == .max && socket != nil { owesSince = moment.monotonic }
        let latest = record.isDurable ? 0 : moment.monotonic &+ Self.joiningMicroseconds
        leavesAt = min(leavesAt, latest)
        return client.append(record, at: moment)
    }

    /// Takes records out; returns the number of the last one that must be durable, if any must.
    mutating func append(_ records: inout [Record], at moment: Moment) -> UInt64? {
        var lastDurable: UInt64?
        // Moved out one by one: a record is big, and a copy of it counts a dozen references.
        records.reverse()
        while let record = records.popLast() {
            let isDurable = record.isDurable
            let number = append(record, at: moment)
            if isDurable { lastDurable = number }
        }
        return lastDurable
    }

    mutating func await(_ number: UInt64, for id: ConnectionID) {
        waiting.append((number, id))
    }

    /// Counts a record of the time without a trail; false: there is no room for it.
    private mutating func note(_ record: borrowing Record, at moment: Moment) -> Bool {
        var gap = self.gap ?? TrailGap(since: moment.monotonic)
        if client.isFull { gap.lost += 1 } else if record.isDurable { gap.late += 1 }
        self.gap = gap
        return !client.isFull
    }

    /// The time without a trail, once the recorder has said that it is over; nil: there was none.
    mutating func takeGap() -> TrailGap? {
        guard client.isConfirmed, !goesOn else { return nil }
        return gap.take()
    }

    /// The next connection that waits no more, since its record is on disk or sessions go on
    /// without the trail; with the record's number.
    mutating func takeReleased(at now: Instant) -> (number: UInt64, id: ConnectionID)? {
        guard waitingStart < waiting.count else { return nil }
        let next = waiting[waitingStart]
        if next.number > client.durableUpTo {
            guard goesOn else { return nil }
            var gap = self.gap ?? TrailGap(since: now)
            gap.late += 1
            self.gap = gap
        }
        waitingStart += 1
        if waitingStart == waiting.count {
            waiting.removeAll(keepingCapacity: true)
            waitingStart = 0
        }
        return next
    }

    /// What it means for clients that the trail can't be written.
    var consequence: String { continuesOnFailure ? "sessions go on without it" : "sessions wait" }

    mutating func connect(_ socket: consuming Socket, at now: Instant) {
        self.socket = consume socket
        watchesRoom = false
        client.connected()
        isBlocked = false
        leavesAt = 0
        expectWord(at: now)
    }

    mutating func disconnect() {
        socket = nil
        client.disconnected()
        isBlocked = false
        owesSince = .max
        isHanging = false
    }

    /// Returns true when the recorder has come to count as hanging at this very moment.
    mutating func beginsToHang(at now: Instant) -> Bool {
        guard now >= hangsAt else { return false }
        isHanging = true
        return true
    }

    private mutating func expectWord(at now: Instant) {
        owesSince = isIdle ? .max : now
        isHanging = false
    }

    /// Sends what there is; false when the connection is broken.
    mutating func flush() -> Bool {
        isBlocked = false
        leavesAt = .max
        while !client.unsent.isEmpty {
            switch socket?.send(client.unsent) ?? .wouldBlock {
            case .moved(let count): client.sent(count)
            case .wouldBlock:
                isBlocked = true
                return true
            case .ended, .failed: return false
            }
        }
        return true
    }

    /// Has the loop tell of room while there is none; false when it can't.
    mutating func watchRoom(in loop: borrowing EventLoop) -> Bool {
        guard isBlocked != watchesRoom else { return true }
        watchesRoom = isBlocked
        let token = Token.recorder.value
        switch socket {
        case .some(let socket):
            let isDone: Void? = try? loop.watchInput(
                of: socket.descriptor,
                andRoom: isBlocked,
                token: token
            )
            return isDone != nil
        case .none: return true
        }
    }

    private borrowing func receive(into room: inout Scratch) -> Transfer {
        switch socket {
        case .some(let socket): room.receive(from: socket)
        case .none: .wouldBlock
        }
    }

    /// Reads what the recorder says into `room`; false when the connection is at its end.
    mutating func receive(_ room: inout Scratch, at now: Instant) -> Bool {
        let before = client.durableUpTo
        defer { if client.durableUpTo > before { expectWord(at: now) } }
        while true {
            switch receive(into: &room) {
            case .moved(let count):
                do {
                    try client.received(room.bytes)
                } catch {
                    return false
                }
                if count < room.capacity { return true }
            case .wouldBlock: return true
            case .ended, .failed: return false
            }
        }
    }
}

extension Driver {
    /// Uses a new channel; what the old one did not acknowledge is sent again.
    mutating func useRecorder(_ socket: consuming Socket) {
        do {
            // Its socket has room again after each of its reads: that is no news but when blocked.
            try loop.watchInput(of: socket.descriptor, token: Token.recorder.value)
        } catch {
            return log.error("recorder: \(error)")
        }
        recorder.connect(socket, at: now)
        handOverRecords()
    }

    mutating func recorderIsReady() {
        guard recorder.receive(&clientRoom, at: now) else { return loseRecorder() }
        if recorder.isBlocked { handOverRecords() }
        releaseSessions()
        tellAvailability()
    }

    private mutating func releaseSessions() {
        while let (number, id) = recorder.takeReleased(at: now) {
            // A later durable record of the same session is still on its way otherwise.
            guard let connection = connections[id], connection.awaitedRecord == number else {
                continue
            }
            connection.awaitedRecord = 0
            tell(connection, .recorded)
        }
    }

    /// Hands the records at hand over, in one write, unless they may wait for others.
    ///
    /// What is staged for backends leaves behind all records that were written until then.
    mutating func handOverRecords() {
        if !staged.isEmpty || recorder.isBlocked || now >= recorder.departure {
            if !recorder.flush() || !recorder.watchRoom(in: loop) { loseRecorder() }
        }
        if recorder.beginsToHang(at: now) {
            log.error("the recorder doesn't answer: \(recorder.consequence)")
        }
        tellAvailability()
    }

    private mutating func loseRecorder() {
        recorder.disconnect()
        log.error("the recorder is gone: \(recorder.consequence)")
        tellAvailability()
    }

    private mutating func tellAvailability() {
        if recorder.goesOn { releaseSessions() }
        if let gap = recorder.takeGap() { record(gap) }
        let isAvailable = recorder.isAvailable
        guard isAvailable != recorder.wasAvailable else { return }
        recorder.wasAvailable = isAvailable
        for connection in connections.all {
            tell(connection, .recorderChanged(isAvailable: isAvailable))
        }
        if isAvailable {
            log.info("the recorder takes records")
            wakeReaders()
        }
    }

    private mutating func record(_ gap: TrailGap) {
        log.error("the trail has a gap: \(gap.lost) records are lost, \(gap.late) came late")
        recorder.append(gap.record(at: now), at: moment)
    }

    /// Nobody was read while records waited; the kernel won't say again what it said then.
    mutating func wakeReaders() {
        for connection in connections.all
        where connection.client.mayReceive || connection.client.hasCompressed
            || connection.backend.mayReceive
        {
            enqueue(connection)
        }
    }
}
