// What `postern policy explain` prints; that it is true ConformanceTests hold against the gateway.
import Audit
import Configuration
import Policy
import Testing

@testable import Postern

@Suite struct ExplanationTextTests {
    private static func policy() throws -> PolicySet {
        func rule(_ id: String, _ line: Int, _ mailbox: String, _ limit: Rights) throws -> Rule {
            Rule(
                id: id,
                who: .everyone,
                mailboxes: [try Pattern(mailbox)],
                limit: limit,
                position: SourcePosition(file: "policy.yaml", line: line, column: 5)
            )
        }
        var archive = try rule("archive", 3, "Archive/**", [.lookup, .read])
        archive.because = "ten years"
        let marks = try rule("marks", 9, "**", Rights.full.subtracting(.seen))
        return PolicySet(rules: [archive, marks], groups: [:], revision: "r")
    }

    private static func explanation(_ mailbox: String, _ commands: String...) throws -> String {
        var subject = Subject(user: "ann")
        subject.address = NetworkAddress("192.0.2.1")
        return try Explanation(
            of: mailbox,
            commands,
            in: Circumstances(subject),
            under: try policy(),
            like: nil
        ).text
    }

    @Test("each letter that is taken has its rules with their places, each command its answer")
    func text() throws {
        let text = try Self.explanation(
            "Archive/2019",
            "SELECT Archive/2019",
            "STORE 1 +FLAGS (\\Seen)",
            "COPY 1 INBOX",
            "NAMESPACE"
        )
        #expect(
            text == #"""
                ann, from 192.0.2.1
                "Archive/2019": lr
                    took s  by archive (policy.yaml:3:5): ten years
                    took s  by marks (policy.yaml:9:5)
                    took wipkxte  by archive (policy.yaml:3:5): ten years
                SELECT Archive/2019
                    rewrite: OK [READ-ONLY] SELECT completed
                    sent on as: EXAMINE "Archive/2019"
                STORE 1 +FLAGS (\Seen)
                    deny: NO [NOPERM] Mailbox is read-only by policy
                    "Archive/2019" lacks s, taken by archive (policy.yaml:3:5) and marks (policy.yaml:9:5)
                COPY 1 INBOX
                    allow: OK COPY completed
                NAMESPACE
                    local: * NAMESPACE (("" "/")) NIL NIL | OK NAMESPACE completed
                """#
        )
    }

    @Test("the usual commands are all understood, for every name", arguments: ["INBOX", "é \"x\\"])
    func usual(_ mailbox: String) throws {
        for command in UsualCommands.on(mailbox) {
            let trial = try Trial(
                Circumstances(Subject(user: "ann")),
                under: PolicySet(),
                like: nil
            )
            if UsualCommands.needsSelection(command) { _ = trial.select(mailbox) }
            let hearing = trial.hear(command)
            #expect(hearing.verdict != .bad, "\(command): \(hearing.answer)")
            #expect(hearing.decision != nil, "\(command)")
        }
    }
}
