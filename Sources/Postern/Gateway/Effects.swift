// What a session puts out is done here, in the order in which it must happen.
import Audit
import Authentication
import Bytes
import Policy
import Proxy
import Reactor
import TLS

/// What a session asked for and is told, once the call under way is done with.
enum Answer: Equatable {
    case loginAdmitted(Bool)
    case authenticated(AuthenticationAnswer)
    case groupsTold(Set<String>?)
    case metered([VolumeAmount], of: UInt64)
    case clientBroke(StreamFault)
    case backendReached(BackendReach)
    case backendSecured
    case backendClosed
    case recorded
    case recorderChanged(isAvailable: Bool)
    case settingsChanged
    case clockSet
    case drained
    case timePassed
}

extension Driver {
    /// Tells a session something that did not come through its sockets, and all that follows.
    mutating func tell(_ connection: Connection, _ answer: Answer) {
        guard connection.course == .open else { return }
        answers.append(answer)
        settle(connection)
    }

    mutating func deliverAnswers(to connection: Connection) {
        // Delivering may bring further answers: they are taken in their order.
        var next = 0
        while next < answers.count, connection.course == .open {
            deliver(answers[next], to: connection)
            next += 1
        }
        answers.removeAll(keepingCapacity: true)
    }

    private mutating func deliver(_ answer: Answer, to connection: Connection) {
        switch answer {
        case .loginAdmitted(let isAdmitted):
            connection.session?.loginAdmitted(isAdmitted, at: now, into: &outbox)
        case .authenticated(let answer):
            connection.session?.authenticated(answer, at: now, into: &outbox)
        case .groupsTold(let groups):
            connection.session?.groupsTold(groups, at: now, into: &outbox)
        case .metered(let amounts, let number):
            connection.session?.metered(amounts, of: number, at: now, into: &outbox)
        case .clientBroke(let fault):
            connection.session?.clientBroke(fault, at: now, into: &outbox)
        case .backendReached(let reach):
            connection.session?.backendReached(reach, at: now, into: &outbox)
        case .backendSecured: connection.session?.backendSecured(at: now, into: &outbox)
        case .backendClosed: connection.session?.backendClosed(at: now, into: &outbox)
        case .recorded: connection.session?.recorded(at: now, into: &outbox)
        case .recorderChanged(let isAvailable):
            connection.session?.recorderChanged(
                isAvailable: isAvailable,
                at: now,
                into: &outbox
            )
        case .settingsChanged:
            connection.session?.settingsChanged(snapshot.settings, at: now, into: &outbox)
        case .clockSet: connection.session?.clockSet(epoch, at: now, into: &outbox)
        case .drained: connection.session?.drain(at: now, into: &outbox)
        case .timePassed: connection.session?.timePassed(at: now, into: &outbox)
        }
        connection.calls &+= 1
        performOutbox(of: connection)
    }

    mutating func performOutbox(of connection: Connection) {
        performOutbox(of: connection, relaying: Span(), from: .client)
    }

    /// Empties the outbox: records first, then its bytes, then `relayed`, then the effects.
    mutating func performOutbox(
        of connection: Connection,
        relaying relayed: Span<UInt8>,
        from side: Side
    ) {
        // What its effects lead to fills another one.
        var outbox = Outbox()
        swap(&outbox, &self.outbox)
        connection.traffic.sent(outbox.client.count + (side == .backend ? relayed.count : 0))
        if let last = outbox.records.indices.last {
            connection.traffic.complete(&outbox.records[last], at: now)
            record(&outbox.records, of: connection)
        }
        if !outbox.client.isEmpty { stageForClient(outbox.client.span, of: connection) }
        if !outbox.backend.isEmpty { stageForBackend(outbox.backend.span, of: connection) }
        if !relayed.isEmpty {
            switch side {
            case .client: stageForBackend(relayed, of: connection)
            case .backend: stageForClient(relayed, of: connection)
            }
        }
        for index in outbox.effects.indices { perform(outbox.effects[index], of: connection) }
        if outbox.holdsSecret {
            outbox.client.overwrite()
            outbox.backend.overwrite()
            staged.holdsSecret = true
        }
        outbox.removeAll()
        swap(&outbox, &self.outbox)
    }

    private mutating func record(_ records: inout [Record], of connection: Connection) {
        guard let number = recorder.append(&records, at: moment) else { return }
        guard !recorder.goesOn else { return answers.append(.recorded) }
        connection.awaitedRecord = number
        recorder.await(number, for: connection.id)
    }

    private mutating func perform(_ effect: Effect, of connection: Connection) {
        switch effect {
        case .startClientTLS: startClientTLS(connection)
        case .startCompression: startCompression(connection)
        case .authenticate(let credentials):
            desk.authenticate(credentials, for: connection.id, at: now)
        case .lookUpGroups(let user): lookUpGroups(of: user, for: connection)
        case .meter(let report):
            let amounts = volumes.add(report.amount, to: report.meters, at: now)
            answers.append(.metered(amounts, of: report.number))
        case .admitLogin(let user): admit(user, at: connection)
        case .loginEnded(let user, let succeeded):
            desk.ended(user, from: connection.clientAddress, succeeded: succeeded, at: now)
        case .connectBackend(let index): beginAttempt(connection, backend: index)
        case .startBackendTLS: startBackendTLS(connection)
        case .sendTicket: connection.client.tls?.sendTicket(ciphertextOut: &clientOut)
        case .closeBackend: closeBackend(connection)
        case .closeClient: sayGoodbye(connection)
        }
    }

    private mutating func lookUpGroups(of user: String, for connection: Connection) {
        let age = snapshot.settings.authentication.groupsAge
        let known = desk.groups(of: user, for: connection.id, age: age, at: now)
        if let known { answers.append(.groupsTold(known)) }
    }

    private mutating func admit(_ user: String, at connection: Connection) {
        switch desk.admit(user, from: connection.clientAddress, at: now) {
        case .now: answers.append(.loginAdmitted(true))
        case .refuse: answers.append(.loginAdmitted(false))
        case .after(let delay):
            connection.alarm = Alarm(kind: .admission, due: now &+ delay.microseconds)
        }
    }
}
