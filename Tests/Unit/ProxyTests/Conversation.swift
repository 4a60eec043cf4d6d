// A session with a client, a backend, a PAM and a recorder that do as the test says.
import Audit
import Authentication
import Bytes
import Policy
import Proxy

/// Plays every role around a session and keeps what each side was sent.
final class Conversation {
    private var session: Session
    private var out = Outbox()
    private(set) var now: Instant = 1_000_000
    /// What the client and the backend have been sent since they were last asked.
    private var toClient = ""
    private var toBackend = ""
    /// All that the backend ever got, for oracles.
    private(set) var backendHeard = ""
    private(set) var clientHeard = ""
    private(set) var records: [Record] = []
    private(set) var effects: [Effect] = []
    /// Input that the session left, offered again after every other event.
    private var clientRest: [UInt8] = []
    private var backendRest: [UInt8] = []
    /// Whether durable records are confirmed at once.
    var acknowledges = true
    private var isOwedAcknowledgement = false

    init(
        tls: ClientTLSFacts? = .plainUser,
        offersStartTLS: Bool = false,
        settings: Settings = .sample(),
        compressionRoom: CompressionRoom = CompressionRoom()
    ) {
        session = Session(
            ConnectionFacts(
                session: "00112233aabbccdd",
                listener: "imaps",
                clientAddress: "192.0.2.7",
                clientPort: 50123,
                serverAddress: "192.0.2.1",
                serverPort: 993
            ),
            tls: tls,
            offersStartTLS: offersStartTLS,
            settings: settings,
            compressionRoom: compressionRoom,
            at: now,
            into: &out
        )
        collect()
    }

    // MARK: What the others do

    /// The client sends text.
    ///
    /// `\n` stands for CRLF. Returns what it gets.
    @discardableResult
    func client(_ text: String) -> String {
        clientRest += Array(text.wire)
        pump()
        return heardByClient()
    }

    /// The backend sends text.
    ///
    /// `\n` stands for CRLF. Returns what the client gets.
    @discardableResult
    func backend(_ text: String) -> String {
        backendRest += Array(text.wire)
        pump()
        return heardByClient()
    }

    func heardByClient() -> String {
        defer { toClient = "" }
        return toClient.replacing("\r\n", with: "\n")
    }

    func heardByBackend() -> String {
        defer { toBackend = "" }
        return toBackend.replacing("\r\n", with: "\n")
    }

    func pam(_ answer: AuthenticationAnswer) {
        session.authenticated(answer, at: now, into: &out)
        pump()
    }

    func admit(_ isAdmitted: Bool = true) {
        session.loginAdmitted(isAdmitted, at: now, into: &out)
        pump()
    }

    func acknowledge() {
        isOwedAcknowledgement = false
        session.recorded(at: now, into: &out)
        pump()
    }

    func recorder(isAvailable: Bool) {
        session.recorderChanged(isAvailable: isAvailable, at: now, into: &out)
        pump()
    }

    func secured(_ tls: ClientTLSFacts) {
        session.clientSecured(tls, at: now, into: &out)
        pump()
    }

    func backendReached(_ reach: BackendReach) {
        session.backendReached(reach, at: now, into: &out)
        pump()
    }

    func backendSecured() {
        session.backendSecured(at: now, into: &out)
        pump()
    }

    func backendClosed() {
        session.backendClosed(at: now, into: &out)
        pump()
    }

    func clientClosed() {
        session.clientClosed(at: now, into: &out)
        pump()
    }

    /// The client's compressed stream can't be read on.
    ///
    /// Returns what the client gets.
    func broke(_ fault: StreamFault) -> String {
        session.clientBroke(fault, at: now, into: &out)
        pump()
        return heardByClient()
    }

    func drain() {
        session.drain(at: now, into: &out)
        pump()
    }

    func reload(_ settings: Settings) {
        session.settingsChanged(settings, at: now, into: &out)
        pump()
    }

    /// The name service says in which groups ann is; nil: it can't.
    func tellGroups(_ groups: Set<String>?) {
        session.groupsTold(groups, at: now, into: &out)
        pump()
    }

    /// The ledger says what the meters of the last report hold; returns that report.
    @discardableResult
    func tellMeters(_ amount: VolumeAmount) -> VolumeReport? {
        let reports = takeEffects().compactMap { effect -> VolumeReport? in
            if case .meter(let report) = effect { report } else { nil }
        }
        guard let last = reports.last else { return nil }
        let amounts = last.meters.map { _ in amount }
        session.metered(amounts, of: last.number, at: now, into: &out)
        pump()
        return last
    }

    /// Somebody sets the clock on the wall to this moment, in seconds since 1970.
    func setClock(_ time: UInt64) {
        session.clockSet(Epoch(utc: time * 1_000_000, monotonic: now), at: now, into: &out)
        pump()
    }

    /// Lets time pass until after the session's deadline.
    func waitForDeadline() {
        now = session.deadline + 1
        session.timePassed(at: now, into: &out)
        pump()
    }

    /// Lets time pass.
    func pass(_ duration: Duration) {
        now += UInt64(duration.components.seconds) * 1_000_000
        if now >= session.deadline { session.timePassed(at: now, into: &out) }
        pump()
    }

    func takeEffects() -> [Effect] {
        defer { effects = [] }
        return effects
    }

    var isClosed: Bool { effects.contains(.closeClient) }

    /// Offers bytes to the session once; returns how many of them it dealt with.
    func offer(_ text: String) -> Int {
        let bytes = text.wire
        let progress = session.clientSent(bytes.span, at: now, into: &out)
        collect()
        return progress.consumed + progress.relayed
    }

    // MARK: The driver's part

    private func pump() {
        var moved = true
        while moved {
            collect()
            moved = feedClient()
            collect()
            moved = feedBackend() || moved
            if isOwedAcknowledgement && acknowledges {
                isOwedAcknowledgement = false
                session.recorded(at: now, into: &out)
                moved = true
            }
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

    private func feedBackend() -> Bool {
        guard !backendRest.isEmpty, !isClosed else { return false }
        let input = backendRest
        let progress = session.backendSent(input.span, at: now, into: &out)
        collect()
        let end = progress.consumed + progress.relayed
        hear(client: input[progress.consumed..<end])
        backendRest.removeFirst(min(end, backendRest.count))
        return end > 0
    }

    private func collect() {
        records += out.records
        if out.records.contains(where: \.isDurable) { isOwedAcknowledgement = true }
        effects += out.effects
        // What a connection that is closed had still to say is lost.
        if out.effects.contains(.closeBackend) { backendRest = [] }
        hear(client: out.client.bytes[...])
        hear(backend: out.backend.bytes[...])
        out.removeAll()
    }

    private func hear(client bytes: ArraySlice<UInt8>) {
        let text = String(decoding: bytes, as: UTF8.self)
        toClient += text
        clientHeard += text
    }

    private func hear(backend bytes: ArraySlice<UInt8>) {
        let text = String(decoding: bytes, as: UTF8.self)
        toBackend += text
        backendHeard += text
    }
}

extension Conversation {
    /// A session that `ann` has logged in to, at a backend that can all there is to relay.
    static func loggedIn(
        settings: Settings = .sample(),
        capabilities: String = Conversation.capabilities,
        namespace: String = #"(("" "/")) NIL NIL"#,
        special: String = "OK",
        compressionRoom: CompressionRoom = CompressionRoom()
    ) -> Conversation {
        let talk = Conversation(settings: settings, compressionRoom: compressionRoom)
        talk.logIn(capabilities: capabilities, namespace: namespace, special: special)
        _ = talk.takeEffects()
        return talk
    }

    /// Logs ann in, at a backend that agrees to all.
    func logIn(
        capabilities: String = Conversation.capabilities,
        namespace: String = #"(("" "/")) NIL NIL"#,
        special: String = "OK"
    ) {
        client("a LOGIN ann secret\n")
        admit()
        pam(.accepted)
        meetBackend(capabilities: capabilities, namespace: namespace, special: special)
    }

    /// The backend takes ann in; `special` is what it says of special uses, to the condition.
    func meetBackend(
        capabilities: String = Conversation.capabilities,
        namespace: String = #"(("" "/")) NIL NIL"#,
        special: String = "OK"
    ) {
        backend("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\n")
        _ = heardByBackend()
        backend("g1 OK [CAPABILITY \(capabilities)] in\n")
        for command in heardByBackend().split(separator: "\n") {
            let tag = command.prefix { $0 != " " }
            switch command.dropFirst(tag.count + 1) {
            case "NAMESPACE": backend("* NAMESPACE \(namespace)\n\(tag) OK\n")
            case let asked where asked.hasPrefix("LIST (SPECIAL-USE)"):
                let lines = special.split(separator: "\n")
                let ending = "\(tag) \(lines.last ?? "OK")\n"
                backend(lines.dropLast().map { "\($0)\n" }.joined() + ending)
            default: backend("* LIST (\\Noselect) \"/\" \"\"\n\(tag) OK\n")
            }
        }
    }

    /// A logged-in session with `mailbox` selected at the backend.
    static func selected(
        _ mailbox: String,
        settings: Settings = .sample(),
        capabilities: String = Conversation.capabilities
    ) -> Conversation {
        let talk = loggedIn(settings: settings, capabilities: capabilities)
        talk.client("s SELECT \(mailbox)\n")
        let asked = talk.heardByBackend()
        let tag = asked.prefix { $0 != " " }
        talk.backend("* 3 EXISTS\n\(tag) OK [READ-WRITE] done\n")
        return talk
    }

    static let capabilities =
        "IMAP4rev1 IDLE NAMESPACE UIDPLUS UNSELECT MOVE ENABLE CHILDREN LIST-EXTENDED LIST-STATUS "
        + "SPECIAL-USE ESEARCH CONDSTORE QRESYNC LITERAL+"
}

extension String {
    /// The text as it goes over the wire.
    var wire: [UInt8] { Array(replacing("\n", with: "\r\n").utf8) }
}

extension ClientTLSFacts {
    static let plainUser = ClientTLSFacts(
        version: "TLSv1.3",
        cipher: "TLS_AES_128_GCM_SHA256",
        serverName: nil,
        certificate: nil
    )

    static func holding(_ certificate: CertificateFacts) -> ClientTLSFacts {
        var facts = plainUser
        facts.certificate = certificate
        return facts
    }
}
