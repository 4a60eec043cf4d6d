// The same words in other pieces: a session must not care where its input is cut.
import Chance
import Audit
import Authentication
import Bytes
import Proxy

/// Plays a fixed script against the model backend, with input cut by chance or not at all.
///
/// All that can be read is read before the backend works, so that nothing but the cuts differs.
final class Rehearsal {
    private var session: Session
    private var out = Outbox()
    private let now: Instant = 1_000_000
    private let backend: ModelBackend
    private var cuts: Dice?
    private var client: [UInt8]
    private var isConnected = false
    private var isOwedWord = false
    private(set) var isClosed = false
    private(set) var clientHeard = ""
    private(set) var backendHeard = ""

    init(script: String, seed: UInt64, cuts: Dice?) {
        self.cuts = cuts
        client = script.wire
        var traits = ModelBackend.Traits()
        traits.capabilities = Conversation.capabilities
        traits.chatter = 50
        backend = ModelBackend(traits, dice: Dice(seed: seed))
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
            settings: .sample(),
            at: now,
            into: &out
        )
        collect()
        while !isClosed, readAll() || answer() {}
    }

    /// A few bytes, or all.
    private func piece(of bytes: [UInt8]) -> [UInt8] {
        guard cuts != nil else { return bytes }
        return Array(bytes.prefix(1 + (cuts?.below(min(7, bytes.count)) ?? 0)))
    }

    /// Offers the client's bytes until the session takes no more; true when it took some.
    private func readAll() -> Bool {
        var hasMoved = false
        while !client.isEmpty, !isClosed {
            let input = piece(of: client)
            let progress = session.clientSent(input.span, at: now, into: &out)
            let end = progress.consumed + progress.relayed
            collect(toBackend: input[progress.consumed..<end])
            client.removeFirst(end)
            if end == 0 { break }
            hasMoved = true
        }
        return hasMoved
    }

    /// Lets all others answer; true when one did.
    private func answer() -> Bool {
        if isOwedWord {
            isOwedWord = false
            session.recorded(at: now, into: &out)
            collect()
            return true
        }
        guard isConnected else { return false }
        while backend.isBusy { backend.work() }
        guard !backend.outgoing.isEmpty else { return false }
        while !backend.outgoing.isEmpty, !isClosed {
            let input = piece(of: backend.outgoing)
            let progress = session.backendSent(input.span, at: now, into: &out)
            let end = progress.consumed + progress.relayed
            backend.outgoing.removeFirst(end)
            collect(toClient: input[progress.consumed..<end])
            if end == 0 { break }
        }
        return true
    }

    private func collect(toBackend: ArraySlice<UInt8> = [], toClient: ArraySlice<UInt8> = []) {
        let effects = out.effects
        if out.records.contains(where: \.isDurable) { isOwedWord = true }
        let spoken = out.backend.bytes + toBackend
        backendHeard += String(decoding: spoken, as: UTF8.self)
        clientHeard += String(decoding: out.client.bytes + toClient, as: UTF8.self)
        out.removeAll()
        backend.hear(spoken, policy: 0)
        for effect in effects { perform(effect) }
    }

    private func perform(_ effect: Effect) {
        switch effect {
        case .admitLogin: session.loginAdmitted(true, at: now, into: &out)
        case .meter(let report):
            let amounts = report.meters.map { _ in report.amount }
            session.metered(amounts, of: report.number, at: now, into: &out)
        case .lookUpGroups: session.groupsTold([], at: now, into: &out)
        case .authenticate: session.authenticated(.accepted, at: now, into: &out)
        case .connectBackend:
            isConnected = true
            backend.connect()
        case .closeClient: isClosed = true
        case .closeBackend: isConnected = false
        case .loginEnded, .sendTicket, .startCompression, .startBackendTLS, .startClientTLS: break
        }
        if !out.effects.isEmpty { collect() }
    }
}
