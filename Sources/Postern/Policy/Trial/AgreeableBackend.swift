// A mail server of which nothing is known but that it agrees: what is refused, the gateway refuses.
import Bytes
import IMAP
import Policy

/// Answers what a session sends to its backend.
///
/// It can all that the gateway can relay, knows the mailboxes that it is given, and gives every
/// right on each.
struct AgreeableBackend {
    static let greeting = "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] Ready\r\n"

    /// Without ACL: MYRIGHTS and LIST-MYRIGHTS are then answered by the policy alone.
    static let capabilities =
        "IMAP4rev1 IDLE NAMESPACE UIDPLUS UNSELECT MOVE ENABLE CHILDREN LIST-EXTENDED LIST-STATUS "
        + "SPECIAL-USE CREATE-SPECIAL-USE ESEARCH SEARCHRES WITHIN SEARCH=FUZZY CONDSTORE QRESYNC "
        + "LITERAL+ SORT SORT=DISPLAY ESORT THREAD=ORDEREDSUBJECT THREAD=REFERENCES BINARY "
        + "STATUS=SIZE OBJECTID SAVEDATE PREVIEW PARTIAL MULTIAPPEND CATENATE REPLACE QUOTA "
        + "QUOTA=RES-STORAGE QUOTA=RES-MESSAGE METADATA"

    /// By the names that LIST tells.
    private let mailboxes: [(name: [UInt8], uses: SpecialUses)]
    private var fragmenter = CommandFragmenter(limits: .afterAuthentication)

    /// Takes canonical names.
    init(_ mailboxes: [String: SpecialUses]) {
        self.mailboxes = mailboxes.sorted { $0.key < $1.key }.map { name, uses in
            (Array(WireName(name).octets), uses)
        }
    }

    /// What it says to these bytes.
    mutating func answer(_ bytes: [UInt8]) -> String {
        var said = ""
        var offset = 0
        while true {
            switch fragmenter.feed(bytes.span, from: &offset) {
            case .needMore, .streamed, .violation: return said
            case .streamEnded: continue
            case .literal(let header):
                switch CommandParser.atLiteral(fragmenter.command, header: header) {
                case .argument: fragmenter.collectLiteral()
                case .message, .malformed: fragmenter.streamLiteral()
                }
                if !header.isNonSynchronizing { said += "+ Go on\r\n" }
            case .command:
                said += answer(toCommand: fragmenter.command)
                fragmenter.reset()
            }
        }
    }

    private func answer(toCommand bytes: Span<UInt8>) -> String {
        guard let tagged = try? CommandParser.parse(bytes) else { return "" }
        let lines = data(for: tagged.command) + ["\(tagged.tag.bytes.text) OK Done"]
        return lines.map { $0 + "\r\n" }.joined()
    }

    private func data(for command: Command) -> [String] {
        switch command {
        case .capability, .authenticate, .login: ["* CAPABILITY \(Self.capabilities)"]
        case .namespace: [#"* NAMESPACE (("" "/")) NIL NIL"#]
        case .list(let list): self.list(list)
        case .select, .examine: ["* 3 EXISTS", "* OK [UIDVALIDITY 1] Valid"]
        default: []
        }
    }

    private func list(_ list: List) -> [String] {
        if list.patterns.allSatisfy(\.isEmpty) { return [#"* LIST (\Noselect) "/" """#] }
        return mailboxes.filter { mailbox in
            list.patterns.contains { Self.fits(mailbox.name[...], $0[...]) }
        }.map { mailbox in
            let uses = mailbox.uses.names.map { #"\"# + $0.rawValue }.joined(separator: " ")
            let name = String(decoding: mailbox.name, as: UTF8.self)
            return #"* LIST (\#(uses)) "/" \#(WireName.quoted(name))"#
        }
    }

    /// Whether a name fits a pattern of LIST: `*` is any run of octets, `%` any without a slash.
    private static func fits(_ name: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        let rest = pattern.dropFirst()
        guard first == UInt8(ascii: "*") || first == UInt8(ascii: "%") else {
            return name.first == first && fits(name.dropFirst(), rest)
        }
        if fits(name, rest) { return true }
        guard let next = name.first, first == UInt8(ascii: "*") || next != UInt8(ascii: "/") else {
            return false
        }
        return fits(name.dropFirst(), pattern)
    }
}
