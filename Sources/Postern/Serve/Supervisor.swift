// Keeps the other processes running, and stops them in order. Nothing from the network gets here.
import Configuration
import Glibc
import Reactor

/// The one process that lives as long as the service.
///
/// One thread, one loop: signals, messages of the children, ends of children, moments that are due.
final class Supervisor {
    enum Phase: Equatable {
        /// Gateway and recorder are not ready for the first time yet: a failure ends everything.
        case starting
        case serving
        /// The gateway ends its sessions; until when it may.
        case draining(until: UInt64)
        /// The gateway is gone; the recorder writes what it has; until when it may.
        case closing(until: UInt64)
    }

    /// A configuration that the gateway is asked to use.
    struct Proposal {
        let configuration: LoadedConfiguration
        let requester: Requester
    }

    /// What the gateway may need beyond the time it was given, in microseconds.
    private static let drainGrace: UInt64 = 2_000_000
    /// For the last records; the recorder has no more to do than one flush.
    static let closingSeconds: UInt16 = 10

    let programs: Programs
    private(set) var sockets: [ListeningSocket]
    let reactors: UInt16
    let gateway = Child(.gateway)
    let recorder = Child(.recorder)
    let helpers: [Child]
    let shippers: [Child]
    /// In force, as far as the gateway has told.
    var loaded: LoadedConfiguration
    /// Sent to the gateway, which has not said yet what it thinks of it.
    var proposed: Proposal?
    /// Asked for while the gateway was not ready, or had not said yet what it thinks of `proposed`.
    var reloadIsDueFor: Requester?
    /// Reloads that came to nothing, and no gateway was there to record it; at most `unrecordedMax`.
    var unrecorded: [RefusedReload] = []
    static let unrecordedMax = 16
    var log: Log
    var phase = Phase.starting

    private let orphans: Orphans
    private let signals: SignalDescriptor
    private var hasFailed = false

    /// Opens the listening sockets.
    init(
        loaded: LoadedConfiguration,
        programs: Programs,
        reactors: UInt16,
        log: Log
    ) throws(SystemError) {
        self.loaded = loaded
        self.programs = programs
        self.reactors = reactors
        self.log = log
        let configuration = loaded.configuration
        sockets = try ListeningSocket.open(configuration.listeners, reactors: reactors)
        // Each reactor needs one at least: helper n serves reactor n % reactors.
        let helperCount = configuration.pam.map { max($0.helpers, Int(reactors)) } ?? 0
        helpers = (0..<helperCount).map { Child(.helper($0)) }
        shippers = configuration.audit.shippings.indices.map { Child(.shipper($0)) }
        _ = signal(SIGPIPE, SIG_IGN)
        orphans = try Orphans()
        signals = try SignalDescriptor([SIGTERM, SIGINT, SIGHUP])
    }

    var children: [Child] { [recorder, gateway] + helpers + shippers }

    /// Runs the service to its end; returns whether it ended because somebody asked for it.
    func run() -> Bool {
        for child in children { child.restartAt = 0 }
        while !isOver {
            startDue()
            wait()
            for child in [recorder, gateway] { takeMessages(of: child) }
            for child in children { noticeEnd(of: child) }
            if orphans.reap() { killOrphans() }
            // Last: nobody is asked for anything who has ended meanwhile.
            while let signal = signals.next() { heed(signal) }
            enforceDeadline()
        }
        return !hasFailed
    }

    /// Ends what a helper has left behind: nobody waits for its answer any more.
    func killOrphans() { orphans.kill(allBut: children.compactMap(\.processID)) }

    private var isOver: Bool {
        if case .closing = phase { return !children.contains(where: \.isRunning) }
        return false
    }

    private func startDue() {
        for child in children where mayStart(child) {
            guard let moment = child.restartAt, moment <= MonotonicClock.now else { continue }
            start(child)
        }
    }

    /// While the gateway drains its sessions still need the recorder, but no new logins.
    private func mayStart(_ child: Child) -> Bool {
        switch phase {
        case .starting, .serving: true
        case .draining: child.role == .recorder
        case .closing: false
        }
    }

    private func wait() {
        var numbers = [signals.descriptor.number]
        for child in children {
            numbers += [child.endingNumber, child.channel?.descriptor ?? -1]
        }
        numbers += orphans.endingNumbers
        var polled = numbers.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        _ = unsafe poll(&polled, nfds_t(polled.count), waitMilliseconds)
    }

    private var waitMilliseconds: Int32 {
        var moments = children.filter(mayStart).compactMap(\.restartAt)
        switch phase {
        case .draining(let until), .closing(let until): moments.append(until)
        case .starting, .serving: break
        }
        guard let next = moments.min() else { return -1 }
        let now = MonotonicClock.now
        return next > now ? Int32(clamping: (next - now) / 1000 + 1) : 0
    }

    private func heed(_ signal: SignalDescriptor.Signal) {
        if signal.number == SIGHUP { return reload(for: signal.sender) }
        switch phase {
        case .starting: close(failed: false)
        case .serving: drain(for: signal.sender)
        case .draining:
            log.warning("stopping at once: asked again")
            gateway.signal(SIGKILL)
        case .closing: break
        }
    }

    private func drain(for requester: Requester) {
        let seconds = UInt16(
            clamping: max(0, loaded.configuration.processes.drainTimeout.components.seconds)
        )
        log.info("stopping: sessions have \(seconds) seconds")
        ServiceNotification.stopping.send()
        phase = .draining(
            until: MonotonicClock.now + UInt64(seconds) * 1_000_000 + Self.drainGrace
        )
        // Nobody will be taken in any more: better to be refused than to wait in a queue.
        sockets.removeAll()
        if gateway.isRunning {
            tell(gateway, .drain(seconds: seconds, by: requester))
        } else {
            close(failed: false)
        }
    }

    /// Ends what is left: the gateway if it still runs, then the recorder and the helpers.
    func close(failed: Bool) {
        hasFailed = hasFailed || failed
        gateway.signal(SIGKILL)
        phase = .closing(until: MonotonicClock.now + UInt64(Self.closingSeconds) * 1_000_000)
        if recorder.isRunning {
            tell(recorder, .drain(seconds: Self.closingSeconds, by: .own))
        }
        // What the shippers have not sent they send after the next start.
        for child in helpers + shippers { child.signal(SIGTERM) }
    }

    private func enforceDeadline() {
        switch phase {
        case .draining(let until) where MonotonicClock.now >= until:
            log.warning("the gateway did not stop in time")
            close(failed: false)
        case .closing(let until) where MonotonicClock.now >= until:
            for child in children { child.signal(SIGKILL) }
            // Nothing survives SIGKILL; this only keeps the loop from turning without a pause.
            phase = .closing(until: .max)
        default: break
        }
    }
}
