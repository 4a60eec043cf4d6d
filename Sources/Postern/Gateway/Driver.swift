// One reactor of the gateway: feeds sessions, performs their effects, keeps the order of things.
import Audit
import Authentication
import Bytes
import Proxy
import Reactor
import TLS

/// Everything that one thread of the gateway owns.
///
/// Nothing in here is locked: only `mailbox` is known to other threads.
struct Driver: ~Copyable {
    /// What the supervisor's messages come to.
    enum Order: Sendable {
        /// The listener's index in the snapshot; the driver owns the descriptor from then on.
        case listen(Int, descriptor: Int32)
        case recorder(descriptor: Int32)
        case helper(Int, place: Int, descriptor: Int32)
        /// One reactor of all records it, and who has asked for it.
        case reload(Snapshot, recordedFor: Requester?)
        /// Record that a reload came to nothing.
        case recordRefusal(RefusedReload)
        case addressesChanged
        /// One reactor of all records it, and who has asked for it.
        case drain(until: Instant, recordedFor: Requester?)
        /// Record what the gateway begins with.
        case recordBeginning
    }

    static let clientReadBytesMax = 64 * 1024
    /// Message data comes from backends: reads below 32 KiB were measured to cost a third more.
    static let backendReadBytesMax = 128 * 1024
    static let timerTickMicroseconds: UInt64 = 100_000
    static let timerSlots = 1024
    /// How often the age of ticket keys is looked at; nothing against their life of hours.
    static let rotationMicroseconds: UInt64 = 60_000_000
    /// How long it may go unnoticed at most that the clock on the wall was set.
    static let clockMicroseconds: UInt64 = 60_000_000

    private let place = InPlace()
    let mailbox: Mailbox<Order>
    let resolver: Resolver
    let control: ControlChannel
    let log: Log
    let wire: TLSWire
    var loop: EventLoop
    var snapshot: Snapshot
    /// When the turn began: the time of all that happens in it.
    private(set) var moment: Moment
    var now: Instant { moment.monotonic }
    /// By which sessions tell the time of day.
    private(set) var epoch: Epoch

    var connections = ConnectionTable()
    var names = SessionNames()
    /// Served in this turn, because something came or a budget ended.
    var ready: [Connection] = []
    private var serving: [Connection] = []
    var timers: TimerWheel
    private var dueTokens: [UInt64] = []
    private var rotatesAt: Instant = 0

    var entrances: [Entrance] = []
    /// Given up for a moment where there is no descriptor to refuse a client with.
    var reserve: Waker?
    var recorder: RecorderLink
    /// Sessions may have been passed over in the last turn, because nobody could take their records.
    private var readersAreHeld = false
    var desk: LoginDesk
    let volumes: SharedVolumes
    var awaitingAddresses: [ConnectionID] = []
    let compressionRoom = CompressionRoom()
    var failedOpenings = FailureBudget()
    var turnedAway = FailureBudget()
    /// What the reactor's share of the process's descriptors allows.
    let connectionsMax: Int
    var drainsUntil: Instant?

    // Shared by all connections, empty between two of them.
    var outbox = Outbox()
    var answers: [Answer] = []
    var clientRoom = Scratch(capacity: Driver.clientReadBytesMax)
    var backendRoom = Scratch(capacity: Driver.backendReadBytesMax)
    var plaintext = Buffer()
    /// What compressed clients sent, a piece at a time; and what they get.
    var inflated = Buffer()
    var deflated = Buffer()
    var clientOut = Buffer()
    // Shared by all connections, empty between two turns.
    var staged = StagedBytes()

    init(
        _ snapshot: Snapshot,
        mailbox: Mailbox<Order>,
        resolver: Resolver,
        control: ControlChannel,
        log: Log,
        helpers: Int,
        throttle: SharedThrottle,
        groups: SharedGroups,
        volumes: SharedVolumes,
        connectionsMax: Int
    ) throws {
        let wire = try TLSWire()
        let loop = try EventLoop()
        let reserve = try Waker()
        try loop.watchInput(of: mailbox.waker.descriptor, token: Token.mailbox.value)
        self.connectionsMax = connectionsMax
        recorder = RecorderLink(continuesOnFailure: snapshot.continuesOnFailure)
        self.volumes = volumes
        self.snapshot = snapshot
        self.mailbox = mailbox
        self.resolver = resolver
        self.control = control
        self.log = log
        moment = Moment(utc: WallClock.now, monotonic: MonotonicClock.now)
        epoch = Epoch(utc: moment.utc, monotonic: moment.monotonic)
        self.wire = wire
        self.loop = loop
        timers = TimerWheel(
            tickMicroseconds: Driver.timerTickMicroseconds,
            slots: Driver.timerSlots,
            at: moment.monotonic
        )
        desk = LoginDesk(
            helpers: helpers,
            deadline: snapshot.settings.authentication.deadline,
            throttle: throttle,
            groups: groups
        )
        self.reserve = consume reserve
    }

    /// Runs until the gateway is drained.
    mutating func run() {
        while !isDrained { turn() }
    }

    /// The order of a turn is a promise: records leave before the bytes that they are about.
    private mutating func turn() {
        let count = loop.wait(atMost: hasWork ? 0 : waitMicroseconds)
        moment = Moment(utc: WallClock.now, monotonic: MonotonicClock.now)
        noticeClock()
        for index in 0..<count { note(loop.event(index)) }
        fireTimers()
        let wereHeld = !mayRead
        serveReady()
        passLoginAnswersOn()
        handOverRecords()
        if (wereHeld || readersAreHeld) && mayRead { wakeReaders() }
        readersAreHeld = !mayRead
        if recorder.mayRelease && !staged.isEmpty { sendStaged() }
    }

    /// Tells every session when somebody has set the clock on the wall.
    private mutating func noticeClock() {
        let current = Epoch(utc: moment.utc, monotonic: moment.monotonic)
        guard current.isApart(from: epoch) else { return }
        epoch = current
        for connection in connections.all { tell(connection, .clockSet) }
    }

    /// Whether the last turn left something that no event will announce.
    private var hasWork: Bool { !ready.isEmpty || now >= recorder.departure }

    private var waitMicroseconds: UInt64? {
        let timers = timers.wait(from: now)
        let recorder = min(recorder.hangsAt, recorder.departure)
        var due = min(desk.nextDeadline ?? .max, drainsUntil ?? .max, recorder)
        // Nothing tells of a clock that is set.
        if connections.count > 0 { due = min(due, now &+ Driver.clockMicroseconds) }
        guard due < .max else { return timers }
        return min(timers ?? .max, due > now ? due - now : 0)
    }

    private var isDrained: Bool {
        guard let drainsUntil else { return false }
        if connections.count > 0 && now < drainsUntil { return false }
        return recorder.isIdle || now >= drainsUntil
    }

    private mutating func note(_ event: ReadyEvent) {
        switch Token(event.token) {
        case .connection(let id, let side)?:
            guard let connection = connections[id] else { return }
            note(event.readiness, of: side, at: connection)
        case .mailbox?: for order in mailbox.take() { carryOut(order) }
        case .recorder?: recorderIsReady()
        case .listener(let index)?: acceptClient(at: index)
        case .helper(let index)?: desk.receive(from: index, at: now)
        case nil: break
        }
    }

    private mutating func note(_ readiness: Readiness, of side: Side, at connection: Connection) {
        switch side {
        case .client:
            if readiness.wantsReceiving { connection.client.mayReceive = true }
            if readiness.isEnding { connection.client.isEnding = true }
        case .backend:
            if readiness.wantsReceiving { connection.backend.mayReceive = true }
            if readiness.contains(.writable) { connection.backend.isWritable = true }
            if readiness.isEnding { connection.backend.isEnding = true }
        }
        enqueue(connection)
    }

    mutating func enqueue(_ connection: Connection) {
        guard !connection.isQueued, connection.course != .closed else { return }
        connection.isQueued = true
        ready.append(connection)
    }

    private mutating func serveReady() {
        swap(&ready, &serving)
        for connection in serving {
            connection.isQueued = false
            serve(connection)
        }
        serving.removeAll(keepingCapacity: true)
    }

    private mutating func fireTimers() {
        timers.advance(to: now, into: &dueTokens)
        for token in dueTokens {
            guard case .connection(let id, _)? = Token(token), let connection = connections[id]
            else { continue }
            if now >= connection.armed { connection.armed = .max }
            if now >= connection.deadline { timePassed(connection) } else { arm(connection) }
        }
        dueTokens.removeAll(keepingCapacity: true)
        desk.expire(at: now)
        rotateTicketKeys()
    }

    /// Looks after the keys of session tickets; they know themselves when it is time.
    private mutating func rotateTicketKeys() {
        guard now >= rotatesAt else { return }
        rotatesAt = now &+ Driver.rotationMicroseconds
        let time = Duration.microseconds(Int64(clamping: now))
        for listener in snapshot.listeners { listener.ticketKeys.rotateIfDue(at: time) }
    }

    /// Sees to it that a timer fires no later than the connection's deadline.
    mutating func arm(_ connection: Connection) {
        let deadline = connection.deadline
        guard deadline < connection.armed else { return }
        connection.armed = deadline
        timers.arm(Token.connection(connection.id, .client).value, at: deadline)
    }
}
