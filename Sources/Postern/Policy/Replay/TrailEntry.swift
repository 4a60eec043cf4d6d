// One line of the trail as far as a policy is concerned with it; Deploy/audit-record.md has all.
import Audit
import Configuration
import Policy

/// A record of version 1.
struct TrailEntry {
    let seq: UInt64
    let time: String
    let session: String?
    let listener: String?
    let client: String?
    let tls: String?
    let subjectOfCertificate: String?
    let user: String?
    let method: String?
    let phase: String
    let verdict: String?
    let command: UInt64?
    let verb: String?
    let mailbox: TrailMailbox?
    let destination: TrailMailbox?
    /// Absent, too, where the line has not the whole of them.
    let args: String?
    let result: String?

    /// Reads a line of the trail, with its end or without; nil when it is no record of version 1.
    init?(_ line: [UInt8]) {
        guard let record = TrailRecord(line), let time = record[.time], let phase = record[.phase]
        else { return nil }
        seq = record.sequence
        self.time = time
        session = record[.session]
        listener = record[.listener]
        client = record[.client]
        tls = record[.tls]
        subjectOfCertificate = record[.certSubject]
        // A policy can judge neither a pseudonym nor a name that is forgotten.
        let name = record.isWhole(.user) ? record[.user] : nil
        user = name.flatMap { RecordReveal.isReadable($0) ? $0 : nil }
        method = record[.method]
        self.phase = phase
        verdict = record[.verdict]
        command = record.number(.command)
        verb = record[.verb]
        mailbox = record.mailbox(.mailbox)
        destination = record.mailbox(.destination)
        args = record.isWhole(.args) ? record[.args] : nil
        result = record[.result]
    }

    /// What ties an outcome to its decision.
    struct Key: Hashable {
        let session: String
        let command: UInt64
    }

    var key: Key? {
        guard let session, let command else { return nil }
        return Key(session: session, command: command)
    }

    /// Whether it says that a command of a user was let through.
    var isDone: Bool { isPassed && user != nil }

    /// Whether it says so of a user whose name can't be read.
    var isHidden: Bool { isPassed && user == nil && method != nil }

    private var isPassed: Bool {
        phase == "decision" && ["allow", "rewrite", "local"].contains(verdict)
    }

    /// The moment in whole seconds; nil when it can't be read.
    var moment: UnixTime? {
        // RFC 3339 with microseconds, always in UTC.
        guard time.hasSuffix("Z"), time.utf8.count >= 20 else { return nil }
        return Circumstances.time(String(time.prefix(19)) + "Z")
    }

    /// Who gave the command, as far as the trail says.
    var subject: Subject? {
        guard let user else { return nil }
        var subject = Subject(user: user)
        subject.address = client.flatMap { NetworkAddress($0) }
        subject.method =
            switch method {
            case "certificate": .certificate
            case "certificate+password": .both
            default: .password
            }
        subject.certificate = subjectOfCertificate.map {
            CertificateNames(subject: $0, issuer: "")
        }
        subject.tlsVersion = tls.flatMap { TLSVersion(rawValue: $0) }
        subject.listener = listener ?? ""
        return subject
    }
}
