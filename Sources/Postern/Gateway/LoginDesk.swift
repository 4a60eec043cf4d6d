// Who may try to log in, and what PAM says: the throttle and the reactor's share of the helpers.
import Authentication
import Bytes
import Reactor
import Synchronization

/// One throttle for all reactors, so that failures count wherever the kernel sends a client.
///
/// Asked at logins only: no command that is relayed waits for its lock.
final class SharedThrottle: Sendable {
    private let throttle: Mutex<Throttle>

    init(_ settings: ThrottleSettings) { throttle = Mutex(Throttle(settings)) }

    func admit(address: ClientNetwork, user: String, at now: UInt64) -> Throttle.Verdict {
        throttle.withLock { $0.admit(address: address, user: user, at: now) }
    }

    func ended(address: ClientNetwork, user: String, succeeded: Bool, at now: UInt64) {
        throttle.withLock { throttle in
            if succeeded {
                throttle.succeeded(address: address, user: user, at: now)
            } else {
                throttle.failed(address: address, user: user, at: now)
            }
        }
    }
}

/// One memory of users' Unix groups for all reactors; asked at logins, and seldom while they last.
final class SharedGroups: Sendable {
    private let cache = Mutex(GroupCache())

    func groups(of user: String, age: Duration, at now: UInt64) -> Set<String>? {
        cache.withLock { $0.groups(of: user, age: age, at: now) }
    }

    func note(_ groups: Set<String>, of user: String, at now: UInt64) {
        cache.withLock { $0.note(groups, of: user, at: now) }
    }
}

/// A channel to a PAM helper.
final class HelperChannel {
    let socket: Socket
    /// The supervisor's number of the helper.
    let number: Int

    init(_ socket: consuming Socket, number: Int) {
        self.socket = socket
        self.number = number
    }
}

/// Puts questions to helpers and keeps their answers until the driver takes them.
struct LoginDesk: ~Copyable {
    private var pool: HelperPool
    private let throttle: SharedThrottle
    private let groups: SharedGroups
    /// By the pool's own numbers.
    private var channels: [HelperChannel?]
    private var packet = Buffer()

    /// One byte more than an answer has: a longer packet is seen to be none.
    private static let packetBytesMax = PAMReply.bytesMax + 1
    /// Lent to the socket; too large to be made for each packet.
    private var room = [UInt8](repeating: 0, count: LoginDesk.packetBytesMax)

    /// What sessions are to be told.
    private(set) var answers: [(id: ConnectionID, answer: Answer)] = []
    /// The supervisor's numbers of helpers that must be replaced.
    private(set) var condemned: [Int] = []

    init(helpers: Int, deadline: Duration, throttle: SharedThrottle, groups: SharedGroups) {
        var limits = HelperPoolLimits()
        limits.deadline = deadline
        pool = HelperPool(helpers: helpers, limits: limits)
        channels = Array(repeating: nil, count: helpers)
        self.throttle = throttle
        self.groups = groups
    }

    var nextDeadline: UInt64? { pool.nextDeadline }

    mutating func authenticate(_ credentials: Credentials, for id: ConnectionID, at now: UInt64) {
        // What can't be put in a packet PAM never sees: such a password is nobody's.
        guard PAMQuestion.carries(credentials.password) else {
            answers.append((id, .authenticated(.rejected)))
            return
        }
        let session = Token.connection(id, .client).value
        perform(pool.ask(.login(credentials), session: session, at: now), at: now)
    }

    /// The user's Unix groups, where they are remembered; else a helper is asked for them.
    mutating func groups(
        of user: String,
        for id: ConnectionID,
        age: Duration,
        at now: UInt64
    ) -> Set<String>? {
        if let known = groups.groups(of: user, age: age, at: now) { return known }
        let session = Token.connection(id, .client).value
        perform(pool.ask(.groups(of: user), session: session, at: now), at: now)
        return nil
    }

    mutating func forget(_ id: ConnectionID) {
        pool.forget(session: Token.connection(id, .client).value)
    }

    mutating func admit(
        _ user: String,
        from address: SocketAddress,
        at now: UInt64
    )
        -> Throttle.Verdict
    {
        guard let network = ClientNetwork(octets: address.octets) else { return .refuse }
        return throttle.admit(address: network, user: user, at: now)
    }

    mutating func ended(
        _ user: String,
        from address: SocketAddress,
        succeeded: Bool,
        at now: UInt64
    ) {
        guard let network = ClientNetwork(octets: address.octets) else { return }
        throttle.ended(address: network, user: user, succeeded: succeeded, at: now)
    }

    mutating func expire(at now: UInt64) {
        guard let deadline = pool.nextDeadline, deadline <= now else { return }
        perform(pool.expire(at: now), at: now)
    }

    /// Takes a new helper into the pool's place `index`.
    mutating func start(_ channel: HelperChannel, at index: Int, now: UInt64) {
        guard channels.indices.contains(index) else { return }
        channels[index] = channel
        perform(pool.helperStarted(index, at: now), at: now)
    }

    /// Reads one packet of the helper; an end or an error costs it its place.
    ///
    /// The loop tells again of what is left.
    mutating func receive(from index: Int, at now: UInt64) {
        guard channels.indices.contains(index), let channel = channels[index] else { return }
        var room: [UInt8] = []
        swap(&room, &self.room)
        defer { swap(&room, &self.room) }
        var span = room.mutableSpan
        switch channel.socket.receive(into: &span) {
        case .moved(let count):
            let packet = room.span.extracting(first: count)
            perform(pool.received(packet, helper: index, at: now), at: now)
        case .wouldBlock: return
        case .ended, .failed:
            channels[index] = nil
            perform(pool.helperEnded(index), at: now)
        }
    }

    mutating func takeAnswers() -> [(id: ConnectionID, answer: Answer)] {
        let taken = answers
        answers.removeAll()
        return taken
    }

    mutating func takeCondemned() -> [Int] {
        let taken = condemned
        condemned.removeAll()
        return taken
    }

    private mutating func perform(_ actions: [HelperPool.Action], at now: UInt64) {
        for action in actions {
            switch action {
            case .send(let question, let index): send(question, to: index, at: now)
            case .answer(let session, let answer): tell(session, .authenticated(answer))
            case .groups(let groups, let user, let session):
                if let groups { self.groups.note(groups, of: user, at: now) }
                if let session { tell(session, .groupsTold(groups)) }
            case .kill(let index):
                if let channel = channels[index] { condemned.append(channel.number) }
                channels[index] = nil
            }
        }
    }

    private mutating func tell(_ session: UInt64, _ answer: Answer) {
        if case .connection(let id, _)? = Token(session) { answers.append((id, answer)) }
    }

    private mutating func send(_ question: PAMQuestion, to index: Int, at now: UInt64) {
        guard let channel = channels[index] else {
            return perform(pool.helperEnded(index), at: now)
        }
        packet.removeAll()
        defer { packet.overwrite() }
        let isSendable = question.encode(into: &packet)
        guard isSendable, case .moved = channel.socket.send(packet.span) else {
            channels[index] = nil
            condemned.append(channel.number)
            return perform(pool.helperEnded(index), at: now)
        }
    }
}
