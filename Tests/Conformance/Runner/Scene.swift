// The real session with everything around it: client, backend, PAM, throttle, recorder, clock.
import Audit
import Authentication
import Bytes
import Policy
import Proxy

/// What goes over the backend's connection.
enum BackendWire {
    case heard([UInt8])
    case said([UInt8])
}

/// Feeds one session and keeps, octet by octet, what each side was sent.
final class Scene {
    private var session: Session
    private var out = Outbox()
    private var now: Instant = 1_000_000
    private let heading: Heading
    private(set) var toClient: [UInt8] = []
    private(set) var toBackend: [UInt8] = []
    /// Both directions of the backend's connection, in order.
    private(set) var backendWire: [BackendWire] = []
    private(set) var records: [Record] = []
    private(set) var isClosed = false
    /// What the session left of its input, offered again after every other event.
    private var clientRest: [UInt8] = []
    /// The client says nothing more, and the session was not told yet.
    private var hasClientEnded = false
    private var backendRest: [UInt8] = []
    private var effects: [Effect] = []
    private var acknowledges = true
    private var owesAcknowledgement = false
    private var admitsLogin = true
    private var volumes = VolumeLedger()
    private var nextAnswer: AuthenticationAnswer?

    init(_ heading: Heading, _ settings: Settings) {
        self.heading = heading
        session = Session(
            ConnectionFacts(
                session: "00112233aabbccdd",
                listener: "imaps",
                clientAddress: "192.0.2.7",
                clientPort: 50123,
                serverAddress: "192.0.2.1",
                serverPort: 993
            ),
            tls: heading.startsWithTLS ? heading.tls : nil,
            offersStartTLS: !heading.startsWithTLS,
            settings: settings,
            at: now,
            into: &out
        )
        pump()
    }

    // MARK: What comes from outside

    func client(_ octets: some Sequence<UInt8>) {
        clientRest += octets
        pump()
    }

    func backend(_ octets: some Sequence<UInt8>) {
        backendWire.append(.said(Array(octets)))
        backendRest += octets
        pump()
    }

    func direct(_ direction: StageDirection) throws {
        switch direction {
        case .clientCloses: session.clientClosed(at: now, into: &out)
        case .clientStopsSending: hasClientEnded = true
        case .backendCloses: session.backendClosed(at: now, into: &out)
        case .recorderHolds: acknowledges = false
        case .recorderAcknowledges:
            owesAcknowledgement = false
            session.recorded(at: now, into: &out)
        case .recorderIsLost: session.recorderChanged(isAvailable: false, at: now, into: &out)
        case .recorderIsBack: session.recorderChanged(isAvailable: true, at: now, into: &out)
        case .throttleRefuses: admitsLogin = false
        case .pamAnswers(let word):
            nextAnswer = AuthenticationAnswer.allCases.first { "\($0)" == word }
        case .timePasses:
            now = session.deadline + 1
            session.timePassed(at: now, into: &out)
        case .gatewayDrains: session.drain(at: now, into: &out)
        case .rules(let rules):
            let settings = try heading.settings(rules: rules)
            session.settingsChanged(settings, at: now, into: &out)
        }
        pump()
    }

    func forgetRecords() { records = [] }

    // MARK: The driver's part

    private func pump() {
        var moved = true
        while moved || !effects.isEmpty {
            collect()
            act()
            collect()
            moved = feedClient()
            moved = tellClientsEnd() || moved
            moved = feedBackend() || moved
            if owesAcknowledgement && acknowledges {
                owesAcknowledgement = false
                session.recorded(at: now, into: &out)
                moved = true
            }
        }
        collect()
    }

    private func collect() {
        records += out.records
        if out.records.contains(where: \.isDurable) { owesAcknowledgement = true }
        effects += out.effects
        toClient += out.client.bytes
        hear(backend: out.backend.bytes[...])
        out.removeAll()
    }

    private func hear(backend octets: ArraySlice<UInt8>) {
        guard !octets.isEmpty else { return }
        toBackend += octets
        backendWire.append(.heard(Array(octets)))
    }

    private func act() {
        guard !effects.isEmpty else { return }
        switch effects.removeFirst() {
        case .admitLogin: session.loginAdmitted(admitsLogin, at: now, into: &out)
        case .meter(let report):
            let amounts = report.meters.map { volumes.add(report.amount, to: $0, at: now) }
            session.metered(amounts, of: report.number, at: now, into: &out)
        case .lookUpGroups: session.groupsTold(heading.unixGroups, at: now, into: &out)
        case .authenticate(let credentials):
            let isRight = credentials.password == Secret("secret")
            let answer = nextAnswer ?? (isRight ? .accepted : .rejected)
            nextAnswer = nil
            session.authenticated(answer, at: now, into: &out)
        case .startClientTLS: session.clientSecured(heading.tls, at: now, into: &out)
        case .startBackendTLS: session.backendSecured(at: now, into: &out)
        // What a connection that is closed had still to say is lost.
        case .closeBackend: backendRest = []
        case .closeClient: isClosed = true
        // The transcript says when the backend greets, and it is what stands behind compression.
        case .connectBackend, .loginEnded, .sendTicket, .startCompression: break
        }
    }

    private func feedClient() -> Bool {
        guard !clientRest.isEmpty, !isClosed else { return false }
        let input = clientRest
        let progress = session.clientSent(input.span, at: now, into: &out)
        collect()
        let end = progress.consumed + progress.relayed
        hear(backend: input[progress.consumed..<end])
        clientRest.removeFirst(end)
        return end > 0
    }

    private func tellClientsEnd() -> Bool {
        guard hasClientEnded, clientRest.isEmpty, !isClosed else { return false }
        hasClientEnded = false
        session.clientEnded(at: now, into: &out)
        return true
    }

    private func feedBackend() -> Bool {
        guard !backendRest.isEmpty, !isClosed else { return false }
        let input = backendRest
        let progress = session.backendSent(input.span, at: now, into: &out)
        collect()
        let end = progress.consumed + progress.relayed
        toClient += input[progress.consumed..<end]
        backendRest.removeFirst(min(end, backendRest.count))
        return end > 0
    }
}

extension Heading {
    /// What is known of the client's TLS connection.
    fileprivate var tls: ClientTLSFacts {
        ClientTLSFacts(
            version: "TLSv1.3",
            cipher: "TLS_AES_128_GCM_SHA256",
            serverName: nil,
            certificate: certificate.map { addresses in
                var facts = CertificateFacts()
                facts.emailAddresses = addresses
                return facts
            }
        )
    }
}
