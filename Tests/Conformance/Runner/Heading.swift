// What stands above a transcript's conversation: its title, what it proves, the world it plays in.
import Audit
import Bytes
import Configuration
import Foundation
import Policy
import Proxy

/// The heading's lines, with the defaults of those that are missing.
struct Heading: Sendable {
    enum State: Equatable, Sendable {
        case greeting
        case loggedIn
        case selected(String)
    }

    var title = ""
    /// Rows of imap-enforcement's tables and names of attacks, as in `rows.txt`.
    var proves: [String] = []
    var state = State.loggedIn
    var user = "ann"
    /// False on a listener with STARTTLS before its handshake.
    var startsWithTLS = true
    /// The e-mail addresses in the client's certificate; nil without one.
    var certificate: [String]?
    /// What the name service says; nil when it can't tell.
    var unixGroups: Set<String>? = []
    /// What LIST (SPECIAL-USE) tells before the conversation, a line each.
    var marks: [String] = []
    var capabilities = Heading.allCapabilities
    var namespace = #"(("" "/")) NIL NIL"#
    /// As the backend writes it in LIST: `/` or NIL.
    var delimiter = "/"
    /// Canonical names that no octet to the client may spell.
    var denied = ["Secret"]
    var cuts = true
    var rules: [String]?
    /// Lines of YAML: a whole policy file, keys of the backend, keys of the configuration.
    var policy: [String] = []
    var backend: [String] = []
    var settings: [String] = []

    /// What today's gateway can relay.
    static let allCapabilities =
        "IMAP4rev1 IDLE NAMESPACE UIDPLUS UNSELECT MOVE ENABLE CHILDREN LIST-EXTENDED LIST-STATUS "
        + "SPECIAL-USE ESEARCH CONDSTORE QRESYNC LITERAL+ MULTIAPPEND CATENATE REPLACE NOTIFY"

    /// Transcripts say what they want of it.
    private static let noEmulation =
        "idle: false, unselect: false, namespace: false, list-extended: false, "
        + "list-status: false, esearch: false"

    private static let sampleRules = [
        "archive-read-only Archive/** read-only", "secret-denied Secret/** deny",
        "drop-box Drop drop-box", "marked Marked read-and-mark", "list-only Listed list-only",
        "no-delete Keep/** no-delete",
    ]
}

extension Heading {
    /// The session's settings: the heading as a configuration file, read as the gateway reads it.
    func settings(rules other: [String]? = nil) throws -> Settings {
        let texts = [
            "chain": "chain", "key": "key", "ca": "ca", "master": "swordfish\n",
            "postern.yaml": configurationText, "policy.yaml": policyText(other),
        ]
        let reader = FileReader { (path) throws(FileReader.Failure) in
            let name = path.split(separator: "/").last.map(String.init) ?? path
            guard let text = texts[name] else { throw FileReader.Failure("no such file") }
            return Secret(text)
        }
        return try Configuration.load(path: "postern.yaml", reader: reader) { "\($0.count)" }
            .settings
    }

    private var configurationText: String {
        let listener =
            "- { name: imaps, address: \"0.0.0.0:993\", tls: implicit, "
            + "certificates: [{ chain: chain, key: key }], client-certificates: { ca: ca } }"
        var lines = ["postern: 1", "backends:", "  - name: main"]
        let given = Self.defaults(
            [
                "address: \"mail.example.org:143\"", "tls: none", "login: password",
                "emulate: { \(Self.noEmulation) }",
            ],
            under: backend
        )
        lines += given.map { "    " + $0 }
        lines += Self.defaults(
            [
                "listeners: [\(listener.dropFirst(2))]", "policy: policy.yaml",
                "routes: [{ users: [\"*\"], backend: main }]", "audit: { folder: trail }",
            ],
            under: settings
        )
        return lines.joined(separator: "\n") + "\n"
    }

    /// The lines given, and those defaults whose key is not among them.
    private static func defaults(_ defaults: [String], under given: [String]) -> [String] {
        func key(_ line: String) -> Substring { line.prefix { $0 != ":" } }
        return given + defaults.filter { line in !given.contains { key($0) == key(line) } }
    }

    private func policyText(_ other: [String]?) -> String {
        if other == nil && !policy.isEmpty { return policy.joined(separator: "\n") + "\n" }
        let rules = (other ?? self.rules ?? Self.sampleRules).map(Self.yaml)
        return "policy: 1\nrules:" + (rules.isEmpty ? " []" : rules.joined()) + "\n"
    }

    /// `ID MAILBOXES… LIMIT` as a rule for everyone; the limit is a level or RFC 4314 letters.
    private static func yaml(_ rule: String) -> String {
        let words = rule.split(separator: " ").map(String.init)
        let limit = words.last ?? ""
        let mailboxes = words.dropFirst().dropLast().map { "\"\($0)\"" }.joined(separator: ", ")
        return "\n  - { id: \(words.first ?? ""), who: everyone, mailboxes: [\(mailboxes)], limit: "
            + (Level(rawValue: limit) == nil ? "{ rights: \(limit) }" : limit) + " }"
    }
}
