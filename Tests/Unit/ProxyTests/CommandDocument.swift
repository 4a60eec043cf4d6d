// Deploy/commands.md as the tables in the code say it must be.
import Audit
import IMAP
import Policy

@testable import Proxy

enum CommandDocument {
    /// The whole file.
    static var text: String {
        [
            """
            # Commands, capabilities, and what is refused

            Printed from the tables in the code. A test fails when this file says something else;
            `POSTERN_WRITE_DOCUMENTS=1 swift test --filter CommandDocumentTests` writes it anew.

            ## Commands

            A command that is not here is answered `BAD Unknown or disabled command`.

            The states are those of RFC 9051; what is valid when authenticated is valid with a mailbox
            selected, too. What runs alone waits for all before it, and all after wait for it. A command that
            writes goes on when its record is on disk. The rights are letters of RFC 4314; a mailbox without
            `l` does not exist for the user. Beyond them `CREATE` and `RENAME` ask `k` of every superior, and
            `DELETE` and `RENAME` ask `x` of all that stands below; `FETCH` and `STORE` go by items and flags.

            """,
            table(
                [
                    "command", "state", "under way", "effect", "done by", "selected", "mailbox",
                    "destination", "event",
                ],
                Verb.allCases.sorted { $0.name < $1.name }.map(row)
            ),
            """

            ## Verbs refused by name

            They are answered like any unknown verb; the trail's `vendor.refused` names them. Literals behind
            them are counted away and never read as commands.

            """,
            table(
                ["verb", "why"],
                RefusedVerb.allCases.map { ["`\($0.spelling)`", "\($0.reason)"] }
            ),
            """

            ## Capabilities

            What is not here is never offered. What is not offered is refused, too.

            """,
            table(
                ["capability", "before TLS", "before the login", "after the login"],
                Capability.allCases.map(row)
            ),
        ].joined(separator: "\n") + "\n"
    }

    private static func row(_ verb: Verb) -> [String] {
        let row = verb.row
        return [
            "`\(verb.name)`", word(row.validity), word(row.pipelining), "\(row.effect)",
            word(row.disposition), word(row.selected), word(row.mailbox),
            word(row.destination), "`\(row.event.rawValue)`",
        ]
    }

    private static func word(_ demand: Demand) -> String {
        ([demand.rights.letters] + demand.operations.words.map { "*\($0.name)*" })
            .filter { !$0.isEmpty }.joined(separator: " ")
    }

    private static func row(_ capability: Capability) -> [String] {
        let beforeLogin = Offer.beforeLogin(password: true, certificate: true)
            .union(Offer.beforeLogin(password: false, certificate: false))
        let always = Offer.afterLogin(backend: CapabilitySet())
        let everything = CapabilitySet(Capability.allCases)
        let usual = Offer.afterLogin(backend: everything)
        let atMost = Offer.afterLogin(backend: everything, permissions: .all)
        return [
            "`\(capability.name)`",
            Offer.beforeTLS.contains(capability) ? "yes" : "",
            beforeLogin.contains(capability) ? "yes" : "",
            always.contains(capability)
                ? "yes"
                : usual.contains(capability)
                    ? condition(capability)
                    : atMost.contains(capability)
                        ? "if the backend has it and it is permitted" : "",
        ]
    }

    private static func condition(_ capability: Capability) -> String {
        let emulated = Emulations.every.offered(with: CapabilitySet([.uidPlus]))
        return emulated.contains(capability)
            ? "if the backend has it, or emulated" : "if the backend has it"
    }

    private static func word(_ validity: Validity) -> String {
        validity == .notAuthenticated ? "not authenticated" : "\(validity)"
    }

    private static func word(_ pipelining: Pipelining) -> String {
        switch pipelining {
        case .alone: "alone"
        case .numbers: "with readers of numbers"
        case .free: "with others"
        }
    }

    private static func word(_ disposition: Disposition) -> String {
        switch disposition {
        case .local: "the gateway"
        case .relayed: "the backend"
        case .rewritten: "the backend, rewritten"
        case .refused: "nobody"
        }
    }

    private static func table(_ head: [String], _ rows: [[String]]) -> String {
        ([head, head.map { _ in "---" }] + rows)
            .map { "| " + $0.joined(separator: " | ") + " |" }
            .joined(separator: "\n")
    }
}
