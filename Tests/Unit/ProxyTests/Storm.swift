// Everything that can happen around a session, in an order that a seed decides.
import Chance
import Audit
import Authentication
import Bytes
import Policy
import Proxy

/// Drives a session between a scripted client and a model backend, and watches every step.
final class Storm {
    private enum Event {
        case admission, verification, connection
    }

    private var session: Session
    private var out = Outbox()
    private var now: Instant = 1_000_000
    private var dice: Dice
    let backend: ModelBackend
    private var client: ScriptedClient
    private var ear = ClientEar()
    private(set) var complaints: [String] = []
    private(set) var clientHeard: [UInt8] = []
    private(set) var backendHeard: [UInt8] = []

    private var policy = 0
    private var events: [Event] = []
    private var clientRest: [UInt8] = []
    private var isBackendConnected = false
    private var records: [Record] = []
    /// How many records were on disk when last the session was told.
    private var durable = 0
    /// The decision behind the last command to the backend.
    private var lastCause = 0
    private var isOwedWord = false
    private var isRecorderAway = false
    private(set) var farewells = 0
    /// The percentage of steps at which something breaks.
    private let roughness: Int
    private var isAfterLogin = false

    init(seed: UInt64) {
        dice = Dice(seed: seed)
        var traits = ModelBackend.Traits()
        traits.capabilities =
            "IMAP4rev1 IDLE NAMESPACE UIDPLUS MOVE ENABLE CHILDREN LIST-EXTENDED ESEARCH CONDSTORE"
            + dice.pick(["", " UNSELECT", " UNSELECT QRESYNC"])
        // An old server, for which the gateway does what it can't.
        if dice.hits(30) { traits.capabilities = "IMAP4rev1" + dice.pick(["", " UIDPLUS"]) }
        traits.capabilities += dice.pick(["", " LITERAL+", " LITERAL-"])
        traits.chatter = dice.pick([0, 20, 60])
        traits.malice = dice.pick([0, 0, 0, 3])
        backend = ModelBackend(traits, dice: Dice(seed: seed ^ 0xBACC))
        client = ScriptedClient(
            ScriptedClient.Traits(pipelines: dice.hits(60), clumsiness: dice.pick([0, 5, 25])),
            dice: Dice(seed: seed ^ 0xC11E)
        )
        roughness = dice.pick([0, 0, 1, 2])
        session = Session(
            ConnectionFacts(
                session: "00112233aabbccdd",
                listener: "imaps",
                clientAddress: "192.0.2.7",
                clientPort: 50123,
                serverAddress: "192.0.2.1",
                serverPort: 993
            ),
            tls: .plainUser,
            offersStartTLS: false,
            settings: Self.settings(0),
            at: now,
            into: &out
        )
        collect()
    }

    private static func settings(_ policy: Int) -> Settings {
        let more: [Rule] = [
            .sample("inbox-read-only", ["INBOX"], "lr"), .sample("work", ["Work/**"], "lrs"),
        ]
        var emulations = Emulations()
        emulations.move = true
        return .sample(
            refusals: policy == 0 ? .strict : .compatible,
            emulations: emulations,
            rules: Settings.sampleRules + (policy == 0 ? [] : more)
        )
    }

    var isClosed: Bool { farewells > 0 }

    // MARK: Weather

    /// Lets `steps` things happen, then lets everything come to rest.
    func blow(steps: Int) {
        for _ in 0..<steps where !isClosed { step() }
        calm()
    }

    private func step() {
        switch dice.below(100) {
        case 0..<30: clientSpeaks()
        case 30..<50: backend.work()
        case 50..<70: backendSpeaks()
        case 70..<82: disk()
        case 82..<94: happen()
        case 94..<96: if isRecorderAway || dice.hits(20) { setRecorder(isAway: !isRecorderAway) }
        case 96: if dice.hits(30) { reload() }
        default: break
        }
        if dice.hits(roughness) { mishap() }
        offerRest()
    }

    /// What ends a session sooner or later.
    private func mishap() {
        switch dice.below(60) {
        case 0:
            session.clientClosed(at: now, into: &out)
            collect()
        case 1 where isBackendConnected:
            isBackendConnected = false
            session.backendClosed(at: now, into: &out)
            collect()
        case 2:
            session.drain(at: now, into: &out)
            collect()
        case 3...19: wait()
        default: break
        }
    }

    /// Nobody may be thrown out as idle who waits for an answer.
    private func wait() {
        guard isAfterLogin else { return }
        let isWaiting =
            !client.owed.isEmpty && clientRest.isEmpty && !client.isInsideCommand
            && !client.isIdling
        now = max(now, session.deadline) + 1
        session.timePassed(at: now, into: &out)
        collect()
        if isWaiting && isClosed { complaints.append("thrown out while it waits") }
        if !isClosed && session.deadline <= now { complaints.append("a deadline that stays past") }
    }

    private func clientSpeaks() {
        if let words = client.nextWords() { clientRest += Array(words.utf8) }
        offerRest()
    }

    /// Offers the session what the client said, cut anywhere.
    private func offerRest() {
        guard !isClosed, !clientRest.isEmpty else { return }
        let input = Array(clientRest.prefix(1 + dice.below(clientRest.count)))
        let progress = session.clientSent(input.span, at: now, into: &out)
        let end = progress.consumed + progress.relayed
        collect(toBackend: Array(input[progress.consumed..<end]))
        clientRest.removeFirst(end)
    }

    private func backendSpeaks() {
        guard isBackendConnected, !isClosed, !backend.outgoing.isEmpty else { return }
        let input = Array(backend.outgoing.prefix(1 + dice.below(backend.outgoing.count)))
        let progress = session.backendSent(input.span, at: now, into: &out)
        let end = progress.consumed + progress.relayed
        collect(toClient: Array(input[progress.consumed..<end]))
        backend.outgoing.removeFirst(end)
    }

    private func disk() {
        guard isOwedWord, !isRecorderAway, !isClosed else { return }
        isOwedWord = false
        durable = records.count
        session.recorded(at: now, into: &out)
        collect()
    }

    private func happen() {
        guard !events.isEmpty, !isClosed else { return }
        switch events.removeFirst() {
        case .admission: session.loginAdmitted(!dice.hits(3), at: now, into: &out)
        case .verification:
            let answer: AuthenticationAnswer = dice.hits(5) ? .rejected : .accepted
            session.authenticated(answer, at: now, into: &out)
        case .connection:
            isBackendConnected = true
            backend.connect()
        }
        collect()
    }

    private func setRecorder(isAway: Bool) {
        guard isAway != isRecorderAway, !isClosed else { return }
        isRecorderAway = isAway
        session.recorderChanged(isAvailable: !isAway, at: now, into: &out)
        collect()
    }

    private func reload() {
        policy = 1 - policy
        session.settingsChanged(Self.settings(policy), at: now, into: &out)
        collect()
    }

    // MARK: Calm

    /// Nothing is delayed any more: every whole command must come to its answer.
    private func calm() {
        client.stop()
        setRecorder(isAway: false)
        var quietRounds = 0
        while !isClosed && quietRounds < 20 {
            let before = (clientHeard.count, backendHeard.count, clientRest.count, records.count)
            clientSpeaks()
            backend.work()
            backendSpeaks()
            disk()
            happen()
            let after = (clientHeard.count, backendHeard.count, clientRest.count, records.count)
            let isQuiet = before == after && backend.outgoing.isEmpty && !backend.isBusy
            quietRounds = isQuiet ? quietRounds + 1 : 0
        }
        if isClosed { return }
        if !client.owed.isEmpty { complaints.append("never answered: \(client.owed)") }
        if !clientRest.isEmpty { complaints.append("never read: \(clientRest.count) bytes") }
        session.clientClosed(at: now, into: &out)
        collect()
        if farewells != 1 { complaints.append("closed \(farewells) times") }
    }

    // MARK: The driver's part

    private func collect(toBackend: [UInt8] = [], toClient: [UInt8] = []) {
        for record in out.records { note(record) }
        hear(client: out.client.bytes + toClient)
        hear(backend: out.backend.bytes + toBackend)
        for effect in out.effects { perform(effect) }
        out.removeAll()
        complaints += backend.complaints + ear.complaints + client.complaints
    }

    private func note(_ record: Record) {
        records.append(record)
        if record.isDurable { isOwedWord = true }
        if "\(record)".contains("hunter2") { complaints.append("password in a record") }
    }

    private func perform(_ effect: Effect) {
        switch effect {
        case .sendTicket, .loginEnded, .startClientTLS, .startCompression, .startBackendTLS: break
        case .admitLogin: events.append(.admission)
        case .authenticate: events.append(.verification)
        case .meter: complaints.append("counts what no rule bounds")
        case .lookUpGroups: complaints.append("asks for groups that no rule names")
        case .connectBackend: events.append(.connection)
        case .closeBackend:
            isBackendConnected = false
            events.removeAll { $0 == .connection }
        case .closeClient: farewells += 1
        }
    }

    private func hear(client bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        if isClosed { complaints.append("bytes to a client that is closed") }
        clientHeard += bytes
        ear.hear(bytes)
        for heard in ear.take() {
            check(heard)
            client.hear(heard)
        }
        isAfterLogin = client.isLoggedIn
    }

    private func hear(backend bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        if !isBackendConnected { complaints.append("bytes to a backend that is closed") }
        backendHeard += bytes
        backend.hear(bytes, policy: policy)
        for head in backend.takeHeads() { check(head) }
    }

    // MARK: No effect without its record

    private func check(_ heard: ClientEar.Heard) {
        guard case .tagged(let tag, let text) = heard else { return }
        guard let index = records.lastIndex(where: { $0.phase == .decision && $0.tag == tag })
        else {
            return complaints.append("\(tag) \(text) without a record")
        }
        guard text.contains("policy") || text.contains("does not exist") else { return }
        // A mailbox that the backend does not have looks like a denied one.
        let isAllowed = records[index].verdict == .allow || records[index].verdict == .rewrite
        if isAllowed && text.contains("does not exist") { return }
        if records[index].verdict != .deny || index >= durable {
            complaints.append("\(tag) \(text) before its record is durable")
        }
    }

    private func check(_ head: String) {
        let words = head.split(separator: " ").map(String.init)
        guard words.count > 1 else { return }
        let verb = words[1] == "UID" && words.count > 2 ? "UID \(words[2])" : words[1]
        if Self.loginVerbs.contains(verb) { return }
        // One call may bring several decisions, and then their commands; never the other way round.
        let origins = Self.origins[verb] ?? [verb]
        let causes = records.indices.filter { index in
            let record = records[index]
            return index >= lastCause && record.phase == .decision
                && record.verdict != .bad && (record.verdict != .local || verb == "LOGOUT")
                && record.verb.map { origins.contains("\($0.text)") } == true
        }
        // One decision may send two commands, but a newer one counts first.
        guard let index = causes.first(where: { $0 > lastCause }) ?? causes.first
        else {
            // The question which names a DELETE or RENAME is about comes before their decision.
            if verb != "LIST" { complaints.append("'\(head)' without a record") }
            return
        }
        lastCause = index
        let decision = records[index]
        guard Self.isWriting(verb, head) else { return }
        if !decision.isDurable || index >= durable {
            complaints.append("'\(head)' before its record is durable")
        }
    }

    private static let loginVerbs = ["LOGIN", "AUTHENTICATE", "CAPABILITY", "NAMESPACE", "ID"]

    /// What a client may have asked for when the backend gets something else.
    private static let origins = [
        "NOOP": ["NOOP", "CHECK", "IDLE"],
        "LSUB": ["LSUB", "LIST"],
        "STATUS": ["STATUS", "LIST"],
        "UID SEARCH": ["UID SEARCH", "MOVE", "UID MOVE"],
        "UID COPY": ["UID COPY", "MOVE", "UID MOVE"],
        "UID STORE": ["UID STORE", "MOVE", "UID MOVE"],
        "UID EXPUNGE": ["UID EXPUNGE", "MOVE", "UID MOVE"],
        "EXAMINE": ["SELECT", "EXAMINE", "CLOSE", "UNSELECT"],
        "CLOSE": ["SELECT", "EXAMINE", "CLOSE", "UNSELECT"],
        "UNSELECT": ["SELECT", "EXAMINE", "CLOSE", "UNSELECT"],
    ]

    private static func isWriting(_ verb: String, _ head: String) -> Bool {
        let writing = [
            "CREATE", "DELETE", "RENAME", "SUBSCRIBE", "UNSUBSCRIBE", "APPEND", "EXPUNGE",
            "UID EXPUNGE", "STORE", "UID STORE", "COPY", "UID COPY", "MOVE", "UID MOVE",
        ]
        if writing.contains(verb) { return true }
        return verb.hasSuffix("FETCH")
            && (head.contains("BODY[") || head.contains("RFC822 ") || head.contains("RFC822.TEXT"))
    }
}

extension ShortBytes {
    fileprivate static func == (bytes: ShortBytes, text: String) -> Bool {
        bytes.bytes == Array(text.utf8)
    }
}
