// The gateway's end of the control channel: hands what the supervisor sends to the right reactor.
import Authentication
import Bytes
import CLinux
import Configuration
import Glibc
import Proxy
import Reactor
import Synchronization
import TLS

/// The gateway's main thread: starts the reactors and passes orders on to them.
struct Reception {
    private enum Failure: Error, Equatable {
        /// The supervisor started us before it said everything.
        case incomplete
    }

    private let control: ControlChannel
    private let configurationPath: String
    private let log: Log
    private var snapshot: Snapshot?
    private var configuration: Configuration?
    private var resolver: Resolver?
    private var mailboxes: [Mailbox<Driver.Order>] = []

    /// Came before the reactors were started.
    private var early: [(ControlMessage, Int32?)] = []

    init(_ control: ControlChannel, configurationPath: String, log: Log) {
        self.control = control
        self.configurationPath = configurationPath
        self.log = log
    }

    /// Runs until the supervisor is gone; a drained gateway exits by itself.
    mutating func run() throws {
        while case .message(let message, let descriptor) = try control.receive(waits: true) {
            try take(message, descriptor)
        }
    }

    private mutating func take(_ message: ControlMessage, _ descriptor: Int32?) throws {
        switch message {
        case .configure(let requester):
            guard let descriptor else { return }
            try configure(FileDescriptor(owning: descriptor), by: requester)
        case .unchanged(let reload): mailboxes.first?.post(.recordRefusal(reload))
        case .listener, .helper, .recorder:
            if mailboxes.isEmpty {
                early.append((message, descriptor))
            } else {
                pass(message, descriptor)
            }
        case .start(let reactors):
            try start(reactors: max(1, Int(reactors)))
            for (message, descriptor) in early { pass(message, descriptor) }
            early = []
            mailboxes.first?.post(.recordBeginning)
            try control.send(.ready)
        case .drain(let seconds, let requester):
            let until = MonotonicClock.now &+ UInt64(seconds) &* 1_000_000
            for (index, mailbox) in mailboxes.enumerated() {
                mailbox.post(.drain(until: until, recordedFor: index == 0 ? requester : nil))
            }
            if mailboxes.isEmpty { exit(0) }
        case .ready, .killHelper, .configured, .refused, .checkpoint: break
        }
    }

    /// Posts a descriptor to the reactor that it is for; one for nobody is closed.
    private func pass(_ message: ControlMessage, _ descriptor: Int32?) {
        guard let descriptor else { return }
        switch message {
        case .listener(let reactor, let listener) where mailboxes.indices.contains(Int(reactor)):
            mailboxes[Int(reactor)].post(.listen(Int(listener), descriptor: descriptor))
        case .recorder(let reactor) where mailboxes.indices.contains(Int(reactor)):
            mailboxes[Int(reactor)].post(.recorder(descriptor: descriptor))
        case .helper(let number):
            let reactor = Int(number) % mailboxes.count
            let place = Int(number) / mailboxes.count
            mailboxes[reactor].post(.helper(Int(number), place: place, descriptor: descriptor))
        default: _ = close(descriptor)
        }
    }

    /// The first configuration must be good; a bad later one leaves the one in force.
    private mutating func configure(
        _ file: consuming FileDescriptor,
        by requester: Requester
    ) throws {
        do {
            let (configuration, snapshot) = try load(file)
            self.configuration = configuration
            self.snapshot = snapshot
            guard !mailboxes.isEmpty else { return }
            resolver?.add(snapshot.hosts)
            for (index, mailbox) in mailboxes.enumerated() {
                mailbox.post(.reload(snapshot, recordedFor: index == 0 ? requester : nil))
            }
            try control.send(.configured)
        } catch {
            // What is wrong with TLS files quotes nothing of them.
            let detail = Self.words(on: error)
            let reload = RefusedReload(reason: .isUnusable, detail: detail, requester: requester)
            mailboxes.first?.post(.recordRefusal(reload))
            try control.send(.refused(detail.isEmpty ? "\(error)" : detail))
            if mailboxes.isEmpty { throw error }
        }
    }

    private static func words(on error: any Error) -> String {
        switch error {
        case let error as TLSError: error.description
        case let error as ConfigurationErrors:
            error.errors.map(\.description).joined(separator: "; ")
        default: ""
        }
    }

    private func load(
        _ file: consuming FileDescriptor
    ) throws -> (Configuration, Snapshot) {
        let contents = try SealedMemory.contents(of: file, bytesMax: ConfigurationBundle.bytesMax)
        let bundle = try contents.withBytes { try ConfigurationBundle(decoding: $0) }
        let configuration = try Configuration.load(
            path: configurationPath,
            reader: FileReader(bundle),
            digest: Digest.sha256
        )
        let findings = CertificateFindings(configuration, at: Int64(time(nil)))
        guard findings.errors.isEmpty else { throw ConfigurationErrors(errors: findings.errors) }
        for warning in findings.warnings { log.warning("\(warning)") }
        let text = bundle[configurationPath].map { $0.withBytes { $0.array } }
        let revision = Digest.sha256(text ?? [])
        return (
            configuration,
            try Snapshot(configuration, revision: revision, replacing: snapshot)
        )
    }

    /// Descriptors that neither clients nor the supervisor's messages are: the C library's for name
    /// servers, the log, a configuration that is being read.
    private static let ownDescriptors = 32
    /// Each reactor's epoll, mailbox and reserve, and as many again for addresses being tried.
    private static let reactorDescriptors = 8

    /// How many connections of two sockets each a reactor may have, so that strangers never take the
    /// descriptors away that the supervisor sends.
    ///
    /// What came early stays for good, and may be there twice while it is replaced.
    private func connectionsMax(reactors: Int) -> Int {
        let own = Self.ownDescriptors + reactors * Self.reactorDescriptors + 2 * early.count
        return max(1, (linux_descriptor_limit() - own) / 2 / reactors)
    }

    private mutating func start(reactors: Int) throws {
        guard let snapshot, let configuration, mailboxes.isEmpty else { throw Failure.incomplete }
        for _ in 0..<reactors { mailboxes.append(try Mailbox()) }
        let mailboxes = mailboxes
        let resolver = try Resolver(snapshot.hosts) {
            for mailbox in mailboxes { mailbox.post(.addressesChanged) }
        }
        self.resolver = resolver
        let running = Countdown(reactors)
        // The supervisor sees to it that every reactor has a helper.
        let helpers = configuration.pam.map { max($0.helpers, reactors) } ?? 0
        let throttle = SharedThrottle(configuration.throttle)
        let groups = SharedGroups()
        let volumes = SharedVolumes()
        let connectionsMax = connectionsMax(reactors: reactors)
        for mailbox in mailboxes {
            let (control, log) = (control, log)
            try Thread.start {
                do {
                    var driver = try Driver(
                        snapshot,
                        mailbox: mailbox,
                        resolver: resolver,
                        control: control,
                        log: log,
                        helpers: (helpers + reactors - 1) / reactors,
                        throttle: throttle,
                        groups: groups,
                        volumes: volumes,
                        connectionsMax: connectionsMax
                    )
                    driver.run()
                } catch {
                    log.error("reactor: \(error)")
                    exit(1)
                }
                if running.isLast() { exit(0) }
            }
        }
    }
}

/// Tells the last of several threads that it is the last.
private final class Countdown: Sendable {
    private let count: Atomic<Int>

    init(_ count: Int) { self.count = Atomic(count) }

    func isLast() -> Bool {
        count.subtract(1, ordering: .acquiringAndReleasing).newValue == 0
    }
}
