// A command tried out: a real session of the gateway between a client and a backend that are not.
import Audit
import Authentication
import Bytes
import Configuration
import Glibc
import IMAP
import Policy
import Proxy

/// One session, logged in for somebody in some circumstances.
///
/// It is the very session that the gateway runs, so that nothing here can differ from what it does.
final class Trial {
    /// Why nothing can be tried out.
    struct Failure: Error, Equatable, CustomStringConvertible {
        /// What the client was told.
        let description: String
    }

    private var session: Session
    private var out = Outbox()
    private var backend: AgreeableBackend
    private let circumstances: Circumstances
    private var toClient: [UInt8] = []
    private var toBackend: [UInt8] = []
    private var records: [Record] = []
    private var isClosed = false
    private var effects: [Effect] = []
    private var unheard: [UInt8] = []
    private var owesAcknowledgement = false

    /// A moment of the session's clock; the time of day comes with its epoch.
    private static let now: Instant = 1_000_000
    private static let tag = "a"

    init(_ circumstances: Circumstances, under policy: PolicySet, like base: Settings?) throws {
        self.circumstances = circumstances
        backend = AgreeableBackend(circumstances.mailboxes)
        session = Session(
            circumstances.connection(at: Self.now),
            tls: circumstances.tls,
            offersStartTLS: false,
            settings: .trial(of: policy, by: circumstances.subject.method, like: base),
            at: Self.now,
            into: &out
        )
        pump()
        try logIn()
    }

    private func logIn() throws {
        let subject = circumstances.subject
        if !subject.clientName.isEmpty {
            _ = hear("ID (\"name\" \(WireName.quoted(subject.clientName)))")
        }
        let login =
            subject.method == .certificate
            ? "AUTHENTICATE EXTERNAL =" : "LOGIN \(WireName.quoted(subject.user)) x"
        let hearing = hear(login)
        guard hearing.answer.hasPrefix("OK ") else {
            throw Failure(description: "\(subject.user) can't log in: \(hearing.answer)")
        }
    }

    // MARK: The client

    /// Selects a mailbox of this canonical name.
    func select(_ mailbox: String) -> Hearing { hear("SELECT " + WireName(mailbox).argument) }

    /// Gives one command, without tag and last CRLF.
    func hear(_ command: String) -> Hearing {
        toClient = []
        toBackend = []
        records = []
        feed(Array("\(Self.tag) \(command)\r\n".utf8))
        return Hearing(records, toClient: toClient, toBackend: toBackend, tag: Self.tag)
    }

    /// What the policy leaves on the mailbox of this canonical name.
    ///
    /// `rehearsed`: what it would leave with the rules in report mode, where there are any.
    func decision(on mailbox: String, rehearsed: Bool = false) -> Decision? {
        session.decision(on: WireName(mailbox).octets, rehearsed: rehearsed)
    }

    // MARK: The driver's part

    private func feed(_ bytes: [UInt8]) {
        unheard += bytes
        pump()
    }

    private func pump() {
        var isMoving = true
        while isMoving {
            collect()
            isMoving = perform() || acknowledge() || hearClient()
        }
    }

    /// Takes what the session put out; the backend answers at once.
    private func collect() {
        while true {
            records += out.records
            if out.records.contains(where: \.isDurable) { owesAcknowledgement = true }
            effects += out.effects
            toClient += out.client.bytes
            let sent = out.backend.bytes
            toBackend += sent
            out.removeAll()
            guard !sent.isEmpty else { return }
            hearBackend(backend.answer(sent))
        }
    }

    private func hearBackend(_ answer: String) {
        let bytes = Array(answer.utf8)
        var start = 0
        while start < bytes.count, !isClosed {
            let rest = Array(bytes[start...])
            let progress = session.backendSent(rest.span, at: Self.now, into: &out)
            let used = progress.consumed + progress.relayed
            guard used > 0 else { return }
            start += used
        }
    }

    private func perform() -> Bool {
        guard !effects.isEmpty else { return false }
        switch effects.removeFirst() {
        case .admitLogin: session.loginAdmitted(true, at: Self.now, into: &out)
        case .authenticate: session.authenticated(.accepted, at: Self.now, into: &out)
        case .lookUpGroups:
            session.groupsTold(circumstances.subject.unixGroups, at: Self.now, into: &out)
        // Nothing was fetched before.
        case .meter(let report):
            let amounts = [VolumeAmount](repeating: .zero, count: report.meters.count)
            session.metered(amounts, of: report.number, at: Self.now, into: &out)
        case .connectBackend: hearBackend(AgreeableBackend.greeting)
        case .closeClient: isClosed = true
        case .startClientTLS, .startCompression, .startBackendTLS, .loginEnded, .sendTicket,
            .closeBackend:
            break
        }
        return true
    }

    private func acknowledge() -> Bool {
        guard owesAcknowledgement else { return false }
        owesAcknowledgement = false
        session.recorded(at: Self.now, into: &out)
        return true
    }

    private func hearClient() -> Bool {
        guard !unheard.isEmpty, !isClosed else { return false }
        let progress = session.clientSent(unheard.span, at: Self.now, into: &out)
        let used = progress.consumed + progress.relayed
        unheard.removeFirst(used)
        return used > 0
    }
}

extension Circumstances {
    fileprivate func connection(at now: Instant) -> ConnectionFacts {
        let time = self.time ?? UnixTime(Glibc.time(nil))
        return ConnectionFacts(
            session: "0000000000000000",
            listener: subject.listener,
            clientAddress: subject.address?.description ?? "",
            clientPort: 0,
            serverAddress: "",
            serverPort: 993,
            epoch: Epoch(utc: UInt64(clamping: time) &* 1_000_000, monotonic: now)
        )
    }

    /// A certificate names its user, or it could not be used to log in.
    fileprivate var tls: ClientTLSFacts {
        var facts: CertificateFacts?
        if subject.certificate != nil || subject.method != .password {
            var shown = CertificateFacts()
            shown.subject = subject.certificate?.subject ?? "CN=\(subject.user)"
            shown.issuer = subject.certificate?.issuer ?? ""
            shown.commonNames = [subject.user]
            facts = shown
        }
        return ClientTLSFacts(
            version: (subject.tlsVersion ?? .tls13).rawValue,
            cipher: "TLS_AES_128_GCM_SHA256",
            serverName: nil,
            certificate: facts
        )
    }
}
