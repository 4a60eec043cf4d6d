// Cases that fail say why, rules without a case are named, and JUnit's form is XML.
import Configuration
import Foundation
import FoundationXML
import Policy
import Testing

@testable import Postern

@Suite struct CaseRunTests {
    private static func rule(_ id: String, _ mailbox: String, _ limit: Rights) throws -> Rule {
        Rule(
            id: id,
            who: .everyone,
            mailboxes: [try Pattern(mailbox)],
            limit: limit,
            position: SourcePosition(file: "policy.yaml", line: 3, column: 5)
        )
    }

    private static func policy() throws -> PolicySet {
        PolicySet(
            rules: [
                try rule("archive", "Archive/**", [.lookup, .read]),
                try rule("secret", "Secret/**", .none),
            ],
            groups: [:],
            revision: "r"
        )
    }

    private static func example(
        _ command: String,
        _ expected: PolicyCase.Expectation,
        selected: String? = nil
    ) -> PolicyCase {
        PolicyCase(
            name: command,
            position: SourcePosition(file: "policy.cases.yaml", line: 3, column: 5),
            circumstances: Circumstances(Subject(user: "ann")),
            selected: selected,
            command: command,
            expected: expected
        )
    }

    private static func complaints(_ example: PolicyCase) throws -> [String] {
        CaseRun([example], of: try policy()).results.flatMap(\.complaints)
    }

    @Test("a command gets what the gateway gives it")
    func agreement() throws {
        var refused = PolicyCase.Expectation(.deny)
        refused.rules = ["archive"]
        refused.answer = "NO [NOPERM] Access denied by policy"
        #expect(try Self.complaints(Self.example("APPEND Archive {3}", refused)) == [])
        var hidden = PolicyCase.Expectation(.deny)
        hidden.answer = "NO [NONEXISTENT] Mailbox does not exist"
        #expect(try Self.complaints(Self.example("STATUS secret (MESSAGES)", hidden)) == [])
        let examined = PolicyCase.Expectation(.rewrite)
        #expect(try Self.complaints(Self.example("SELECT Archive/2019", examined)) == [])
        let read = Self.example(
            "FETCH 1 FLAGS",
            PolicyCase.Expectation(.allow),
            selected: "Archive"
        )
        #expect(try Self.complaints(read) == [])
        #expect(
            try Self.complaints(Self.example("NAMESPACE", PolicyCase.Expectation(.local))) == []
        )
        #expect(try Self.complaints(Self.example("FROBNICATE", PolicyCase.Expectation(.bad))) == [])
        #expect(
            try Self.complaints(Self.example("SELECT INBOX", PolicyCase.Expectation(.allow))) == []
        )
    }

    @Test("what is otherwise is said")
    func disagreement() throws {
        var expected = PolicyCase.Expectation(.allow)
        expected.rules = []
        expected.meters = ["volume"]
        expected.answer = "OK"
        #expect(
            try Self.complaints(Self.example("APPEND Archive {3}", expected)) == [
                "expected allow, got deny: NO [NOPERM] Access denied by policy",
                "expected by no rule, got by archive",
                "expected metered by volume, got metered by no rule",
                "expected the answer \"OK\", got \"NO [NOPERM] Access denied by policy\"",
            ]
        )
        let locked = Self.example("NOOP", PolicyCase.Expectation(.allow), selected: "Secret")
        #expect(
            try Self.complaints(locked) == [
                "\"Secret\" can't be selected: NO [NONEXISTENT] Mailbox does not exist"
            ]
        )
    }

    @Test("nobody is tried out who can't log in")
    func login() throws {
        var example = Self.example("NOOP", PolicyCase.Expectation(.allow))
        example.circumstances.subject.user = "ann*master"
        let complaints = try Self.complaints(example)
        #expect(complaints.count == 1)
        #expect(complaints.first?.hasPrefix("ann*master can't log in: NO ") == true)
    }

    @Test("rules without a case are named; a refusal and a rewriting are one")
    func coverage() throws {
        let policy = try Self.policy()
        let refusal = Self.example("APPEND Archive {3}", PolicyCase.Expectation(.deny))
        let rewriting = Self.example("SELECT Archive", PolicyCase.Expectation(.rewrite))
        let secret = Self.example("SELECT Secret", PolicyCase.Expectation(.deny))
        let free = Self.example("SELECT INBOX", PolicyCase.Expectation(.allow))
        func missing(_ cases: PolicyCase...) -> [String] {
            CaseRun(cases, of: policy).rulesWithoutCase.map(\.id)
        }
        #expect(missing(free) == ["archive", "secret"])
        #expect(missing(refusal) == ["secret"])
        #expect(missing(rewriting) == ["secret"])
        #expect(missing(rewriting, secret) == [])
    }

    /// What XML's reader finds.
    private final class Elements: NSObject, XMLParserDelegate {
        var found: [(name: String, attributes: [String: String])] = []

        func parser(
            _ parser: XMLParser,
            didStartElement name: String,
            namespaceURI: String?,
            qualifiedName: String?,
            attributes: [String: String] = [:]
        ) {
            found.append((name, attributes))
        }
    }

    @Test("JUnit's form holds every case, whatever its name")
    func junit() throws {
        var bad = Self.example("SELECT \"Secret\" <&>\u{1}", PolicyCase.Expectation(.allow))
        bad.name = "a <b> & \"c\"\u{1}"
        let good = Self.example("SELECT INBOX", PolicyCase.Expectation(.allow))
        let run = CaseRun([bad, good], of: try Self.policy())
        let report = JUnitReport([(path: "p/", run: run)], requiresCoverage: true)
        let parser = XMLParser(data: Data(report.xml.utf8))
        let elements = Elements()
        parser.delegate = elements
        #expect(parser.parse())
        let suite = try #require(elements.found.first { $0.name == "testsuite" })
        #expect(suite.attributes == ["name": "p/", "tests": "3", "failures": "2"])
        let cases = elements.found.filter { $0.name == "testcase" }.compactMap(\.attributes["name"])
        #expect(cases == ["a <b> & \"c\" ", "SELECT INBOX", "every rule has a case"])
        #expect(elements.found.count { $0.name == "failure" } == 2)
    }
}
