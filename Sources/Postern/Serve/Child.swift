// One process that the supervisor answers for: running, or waiting to be started again.
import Glibc
import Reactor

/// What a child is for.
enum Role: Equatable, Sendable {
    case gateway
    case recorder
    /// A PAM helper by its number.
    case helper(Int)
    /// A sender of the trail's records by its place in the configuration.
    case shipper(Int)
}

extension Role: CustomStringConvertible {
    var description: String {
        switch self {
        case .gateway: "gateway"
        case .recorder: "recorder"
        case .helper(let index): "pam helper \(index)"
        case .shipper(let index): "shipper \(index)"
        }
    }
}

/// How long to wait before something that keeps failing is started again.
struct Backoff: Equatable {
    static let first: UInt64 = 100_000
    static let last: UInt64 = 5_000_000
    /// A process that lived so long failed for a new reason.
    static let lifeThatCounts: UInt64 = 10_000_000

    private var next = Backoff.first

    /// Microseconds to wait after a process ended that lived for `life` microseconds.
    mutating func delay(afterLife life: UInt64) -> UInt64 {
        if life >= Self.lifeThatCounts { next = Self.first }
        defer { next = min(next * 2, Self.last) }
        return next
    }
}

final class Child {
    let role: Role
    private(set) var process: ChildProcess?
    /// To gateway and recorder; helpers talk to the gateway alone.
    private(set) var channel: ControlChannel?
    /// A helper's channel that no gateway has got yet.
    var offer: Socket?
    /// The process said that it is ready.
    var isReady = false
    /// When to start it again, in microseconds of the monotonic clock; nil while it runs or rests.
    var restartAt: UInt64?

    private var backoff = Backoff()
    private var startedAt: UInt64 = 0

    init(_ role: Role) { self.role = role }

    var isRunning: Bool { process != nil }

    /// The process's number; nil without one.
    var processID: Int32? { process?.id }

    /// Readable when the process has ended; -1, which `poll` skips, without one.
    var endingNumber: Int32 { process?.ending.number ?? -1 }

    func started(_ process: consuming ChildProcess, channel: ControlChannel?, at now: UInt64) {
        self.process = consume process
        self.channel = channel
        startedAt = now
        restartAt = nil
        isReady = false
    }

    /// The process could not be started.
    func failedToStart(at now: UInt64) { restartAt = now + backoff.delay(afterLife: 0) }

    /// The process closed its end, which it can't get back; its own end should follow.
    func lostChannel() { channel = nil }

    func signal(_ number: Int32) { process?.signal(number) }

    /// How the process ended, nil while it runs; `restartAt` then says when it is due again.
    func reap(at now: UInt64) -> ChildProcess.End? {
        guard let end = process?.reap() else { return nil }
        process = nil
        channel = nil
        offer = nil
        isReady = false
        restartAt = now + backoff.delay(afterLife: now - startedAt)
        return end
    }
}
