// Which class a record is of: what durability says of a command, retention says of its records.
import Audit
import Foundation
import Testing

@Suite("The class of a record")
struct RetentionClassTests {
    /// The rows of Deploy/commands.md, which is printed from the table of commands.
    private func commands() throws -> [(verb: String, effect: String, event: String)] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../..")
        let text = try String(
            contentsOf: root.appendingPathComponent("Deploy/commands.md"),
            encoding: .utf8
        )
        return text.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|", omittingEmptySubsequences: false)
                .map { $0.filter { $0 != " " && $0 != "`" } }
            guard cells.count == 11, cells[9].contains(".") else { return nil }
            return (cells[1], cells[4], cells[9])
        }
    }

    @Test("is the one by which the command is durable")
    func commandsAgree() throws {
        let commands = try commands()
        #expect(commands.count > 40)
        // UNSELECT shares its event with CLOSE, which removes messages.
        for command in commands where command.verb != "UNSELECT" {
            let found = RetentionClass(event: command.event, verdict: "allow")
            #expect(found?.rawValue == command.effect, "\(command.verb)")
        }
    }

    @Test("of a refusal is denied, and of a login that failed identity")
    func refusals() {
        #expect(RetentionClass(event: "msg.fetch", verdict: "deny") == .denied)
        #expect(RetentionClass(event: "msg.store", verdict: "bad") == .denied)
        #expect(RetentionClass(event: "msg.store", verdict: "would-deny") == .writing)
        #expect(RetentionClass(event: "msg.fetch", verdict: nil) == .reading)
        #expect(RetentionClass(event: "auth.fail", verdict: "deny") == .identity)
        #expect(RetentionClass(event: "authz.denied", verdict: "deny") == .denied)
        #expect(RetentionClass(event: "policy.reload", verdict: "disconnect") == .operation)
        #expect(RetentionClass(event: "audit.alive", verdict: nil) == .operation)
    }

    @Test("of an event that nobody knows is none")
    func unknown() {
        #expect(RetentionClass(event: "msg.teleport", verdict: nil) == nil)
        for event in Event.allCases {
            #expect(RetentionClass(event: event.rawValue, verdict: nil) != nil)
        }
    }

    @Test("has an end where it has a period")
    func ends() {
        var retention = Retention()
        #expect(retention.isForEver)
        retention[.reading] = RetentionPeriod(seconds: 10, words: "10 s")
        #expect(!retention.isForEver)
        #expect(retention.end(of: .reading, madeAt: 5) == 10_000_005)
        #expect(retention.end(of: .writing, madeAt: 5) == nil)
        #expect(retention.end(of: .reading, madeAt: .max) == nil)
        retention[.denied] = RetentionPeriod(seconds: .max, words: "long")
        #expect(retention.end(of: .denied, madeAt: 5) == nil)
    }
}
