// One line of the trail as far as a policy is concerned with it; Deploy/audit-record.md has all.
import Configuration
import Foundation
import Policy

/// A record of version 1.
struct TrailEntry: Decodable {
    struct Mailbox: Decodable {
        /// nil where the client's octets were no canonical name.
        let name: String?
    }

    let seq: UInt64
    let v: Int
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
    let mailbox: Mailbox?
    let destination: Mailbox?
    let args: String?
    /// How many bytes of `args` are missing.
    let argsCut: Int?
    let result: String?

    private enum CodingKeys: String, CodingKey {
        case seq, v, time, session, listener, client, tls, user, method, phase, verdict, command
        case verb, mailbox, destination, args, result
        case subjectOfCertificate = "cert_subject"
        case argsCut = "args_cut"
    }

    /// Reads a line of the trail, with its end or without; nil when it is no record of version 1.
    init?(_ line: [UInt8]) {
        guard let entry = try? JSONDecoder().decode(TrailEntry.self, from: Data(line)), entry.v == 1
        else { return nil }
        self = entry
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
    var isDone: Bool {
        phase == "decision" && ["allow", "rewrite", "local"].contains(verdict) && user != nil
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
