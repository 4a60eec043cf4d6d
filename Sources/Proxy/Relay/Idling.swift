// IDLE (RFC 2177): relayed, and begun anew before the backend loses patience; or, for a backend
// that does not know it, polling.
import Audit
import Bytes
import IMAP

/// An IDLE command, from its verb to its answer.
///
/// Asked about at every turn of a session: what is big lives elsewhere.
enum Idling: Equatable {
    /// The backend has not confirmed it yet.
    case asked(UInt64)
    /// `renewal` is when the backend must be asked anew.
    case active(UInt64, renewal: Instant)
    /// DONE was sent, the client's or ours, and the backend's answer is awaited.
    case ending
    /// As `ending`, but the client idles on: it is begun anew with the answer.
    case renewing
    /// The backend has not confirmed what the client was told long ago.
    case reasked(UInt64)
    /// The client idles on while the backend is asked for something else.
    indirect case interrupted(Exchange)
    /// The backend does not know IDLE: it gets a NOOP when the time has come.
    indirect case polling(Exchange, next: Instant)
    /// A NOOP is under way; with an answer for the client, that is the last.
    indirect case polled(Exchange, Ending?)

    /// The client's command, where the backend has been asked for something else in its place.
    var detached: Exchange? {
        switch self {
        case .polling(let asked, _), .polled(let asked, _), .interrupted(let asked): asked
        case .asked, .active, .ending, .renewing, .reasked: nil
        }
    }

    /// How the client ended it.
    enum Ending: Equatable { case done, anotherLine }
}

extension Relay {
    /// Servers may close a connection that idles for half an hour (RFC 2177, section 3).
    static let idleRenewal: Duration = .seconds(29 * 60)

    /// A line in IDLE is DONE; anything much longer is not worth reading.
    static let doneBytesMax = 1024

    /// Whether the client's next line ends its IDLE.
    var expectsDone: Bool {
        switch idling {
        case .active, .polling, .polled(_, nil): true
        default: false
        }
    }

    /// Whether the client must not be read until its IDLE has come further.
    var isIdleInBetween: Bool {
        switch idling {
        case .asked, .ending, .renewing, .reasked, .interrupted, .polled(_, .some): true
        case .active, .polling, .polled(_, nil), nil: false
        }
    }

    /// Whether the backend is asked for IDLE anew, of which the client knows nothing.
    var isIdleRenewed: Bool {
        switch idling {
        case .renewing, .reasked, .interrupted: true
        default: false
        }
    }

    /// When an IDLE wants the clock's attention, be it sooner than the client's time is up.
    var idleDeadline: Instant? {
        switch idling {
        case .active(_, let renewal): renewal
        case .polling(_, let next): next
        default: nil
        }
    }

    /// The backend confirms an IDLE; false when none waits for that.
    mutating func idleConfirmed(at now: Instant, into out: inout Outbox) -> Bool {
        switch idling {
        case .asked(let number):
            idling = .active(number, renewal: now.advanced(by: Self.idleRenewal))
            tellIdling(into: &out)
        case .reasked(let number):
            idling = .active(number, renewal: now.advanced(by: Self.idleRenewal))
        default: return false
        }
        if isWatchStale || uses.wantsAnswer { interruptIdle(into: &out) }
        return true
    }

    private mutating func tellIdling(into out: inout Outbox) {
        client.reset()
        out.client.append("+ idling\r\n")
        if isDraining { endIfDrained(into: &out) }
    }

    /// The client's line in IDLE.
    mutating func endIdle(at now: Instant, into out: inout Outbox) {
        let ending: Idling.Ending = client.command.spells("DONE") ? .done : .anotherLine
        client.reset()
        switch idling {
        case .active(let number, _):
            if ending == .anotherLine {
                inFlight.setPurpose(.refusal(.expectedDone), of: number)
            }
            out.backend.append("DONE\r\n")
            idling = .ending
        case .polling(let asked, _): endPolling(asked, ending, at: now, into: &out)
        case .polled(let asked, nil): idling = .polled(asked, ending)
        default: break
        }
    }

    /// The backend has ended an IDLE, asked to or not.
    mutating func idleEnded(into out: inout Outbox) {
        switch idling {
        // Refused instead of confirmed: DONE would now be a command.
        case .asked: client.reset()
        case .active, .renewing, .reasked:
            return desynchronized("Backend ended IDLE by itself", into: &out)
        default: break
        }
        idling = nil
    }

    // MARK: The clock

    mutating func idleTimePassed(at now: Instant, into out: inout Outbox) {
        switch idling {
        case .active(_, let renewal) where now >= renewal: interruptIdle(into: &out)
        case .polling(let asked, let next) where now >= next:
            send(.noop, tag: nil, .poll, at: now, into: &out)
            idling = .polled(asked, nil)
        default: break
        }
    }

    /// Ends an IDLE at the backend, of which the client knows nothing.
    mutating func interruptIdle(into out: inout Outbox) {
        guard case .active = idling else { return }
        out.backend.append("DONE\r\n")
        idling = .renewing
    }

    /// The backend has ended an IDLE that the client has never left.
    mutating func idleInterrupted(_ ended: Exchange, at now: Instant, into out: inout Outbox) {
        idling = .interrupted(ended)
        renewUses(at: now, into: &out)
        renewWatch(at: now, into: &out)
        if undertaking == nil { resumeIdle(at: now, into: &out) }
    }

    /// Asks the backend for IDLE anew, if it was interrupted.
    mutating func resumeIdle(at now: Instant, into out: inout Outbox) {
        guard case .interrupted(var renewed) = idling else { return }
        renewed.number = nextTag()
        out.backend.append("g")
        out.backend.append(decimal: renewed.number)
        out.backend.append(" IDLE\r\n")
        inFlight.insert(renewed)
        idling = .reasked(renewed.number)
    }

    // MARK: Polling

    mutating func beginPolling(_ asked: Exchange, at now: Instant, into out: inout Outbox) {
        idling = .polling(asked, next: nextPoll(after: now))
        tellIdling(into: &out)
    }

    /// The NOOP is answered; what it brought has gone to the client already.
    mutating func pollEnded(at now: Instant, into out: inout Outbox) {
        guard case .polled(let asked, let ending) = idling else { return }
        if let ending { return endPolling(asked, ending, at: now, into: &out) }
        idling = .polling(asked, next: nextPoll(after: now))
        renewUses(at: now, into: &out)
        renewWatch(at: now, into: &out)
    }

    /// The backend knows nothing of an IDLE: it can be asked meanwhile.
    var isPolling: Bool { if case .polling = idling { true } else { false } }

    private func nextPoll(after now: Instant) -> Instant {
        now.advanced(by: backend.emulations.idleInterval)
    }

    private mutating func endPolling(
        _ asked: Exchange,
        _ ending: Idling.Ending,
        at now: Instant,
        into out: inout Outbox
    ) {
        idling = nil
        switch ending {
        case .done: answer(asked, .ok, nil, at: now, into: &out)
        case .anotherLine: answer(asked, .expectedDone, at: now, into: &out)
        }
    }
}
