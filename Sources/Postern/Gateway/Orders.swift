// What the supervisor wants of a reactor: its sockets, its channels, a new configuration, its end.
import Audit
import Authentication
import Bytes
import Policy
import Proxy
import Reactor

extension Driver {
    mutating func carryOut(_ order: Order) {
        switch order {
        case .listen(let listener, let descriptor):
            let socket = Socket(FileDescriptor(owning: descriptor))
            do {
                try listen(socket, listener: listener)
            } catch {
                log.error("listener \(listener): \(error)")
            }
        case .recorder(let descriptor):
            useRecorder(Socket(FileDescriptor(owning: descriptor)))
        case .helper(let number, let place, let descriptor):
            startHelper(number, at: place, Socket(FileDescriptor(owning: descriptor)))
        case .reload(let snapshot, let requester): reload(snapshot, recordedFor: requester)
        case .recordRefusal(let reload): record(reload)
        case .addressesChanged: addressesChanged()
        case .drain(let until, let requester):
            if let requester { recordDrain(until: until, by: requester) }
            drain(until)
        case .recordBeginning:
            recordConfiguration(replacing: nil, "the gateway begins with this configuration")
        }
    }

    private mutating func startHelper(_ number: Int, at place: Int, _ socket: consuming Socket) {
        let channel = HelperChannel(socket, number: number)
        do {
            let token = Token.helper(place).value
            try loop.watchInput(of: channel.socket.descriptor, token: token)
        } catch {
            return log.error("pam helper \(number): \(error)")
        }
        desk.start(channel, at: place, now: now)
    }

    /// Swaps the configuration in whole; each session learns of it before its next command.
    private mutating func reload(_ snapshot: Snapshot, recordedFor requester: Requester?) {
        let previous = self.snapshot
        self.snapshot = snapshot
        if let requester {
            recordReload(by: requester)
            recordConfiguration(
                replacing: previous,
                "the configuration was read again",
                by: requester
            )
        }
        for connection in connections.all { tell(connection, .settingsChanged) }
    }

    /// Takes nobody in any more, and asks every session to come to its end.
    private mutating func drain(_ until: Instant) {
        drainsUntil = until
        entrances.removeAll()
        for connection in connections.all {
            if connection.session == nil && connection.course == .open {
                clientIsGone(connection)
            } else {
                tell(connection, .drained)
            }
        }
    }

    /// Tells sessions what PAM said, and the supervisor which helpers are to be replaced.
    mutating func passLoginAnswersOn() {
        for (id, answer) in desk.takeAnswers() {
            guard let connection = connections[id] else { continue }
            tell(connection, answer)
        }
        for number in desk.takeCondemned() {
            do {
                try control.send(.killHelper(UInt16(clamping: number)))
            } catch {
                log.error("supervisor: \(error)")
            }
        }
    }
}
