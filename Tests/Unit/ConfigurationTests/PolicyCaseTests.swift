// Files of cases: what they mean, and what is said about a wrong one.
import Configuration
import Policy
import Testing

@Suite struct PolicyCaseTests {
    private static func read(_ text: String) throws(ConfigurationErrors) -> [PolicyCase] {
        var files = Files(configuration: Files.good)
        files.texts["policy.cases.yaml"] = "policy-cases: 1\ncases:\n" + text
        return try PolicyCase.load(path: "policy.cases.yaml", reader: files.reader)
    }

    @Test("a case can say all that a rule can ask for")
    func everything() throws {
        let cases = try Self.read(
            """
              - name: everything
                user: ann
                unix-groups: [staff, mail]
                from: "2001:db8::1"
                method: both
                certificate: { subject: "CN=Ann", issuer: "O=Example" }
                tls: TLSv1.2
                listener: imaps
                client: Thunderbird
                at: "2026-01-31T08:00:00+01:00"
                mailboxes: [Work, Work/Plan]
                special-use: { Ablage: [Archive, All] }
                selected: Work
                command: STORE 1 +FLAGS (\\Seen)
                expect: deny
                rules: [a, b]
                would-deny-by: c
                metered-by: []
                answer: "NO"
            """
        )
        var subject = Subject(user: "ann")
        subject.unixGroups = ["staff", "mail"]
        subject.address = NetworkAddress("2001:db8::1")
        subject.method = .both
        subject.certificate = CertificateNames(subject: "CN=Ann", issuer: "O=Example")
        subject.tlsVersion = .tls12
        subject.listener = "imaps"
        subject.clientName = "Thunderbird"
        let read = try #require(cases.first)
        #expect(read.circumstances.subject == subject)
        #expect(read.circumstances.time == 1_769_842_800)
        #expect(
            read.circumstances.mailboxes == [
                "Work": .none, "Work/Plan": .none,
                "Ablage": [SpecialUses(.archive), SpecialUses(.all)],
            ]
        )
        #expect(read.selected == "Work")
        #expect(read.command == #"STORE 1 +FLAGS (\Seen)"#)
        #expect(read.expected.verdict == .deny)
        #expect(read.expected.rules == ["a", "b"])
        #expect(read.expected.rehearsed == ["c"])
        #expect(read.expected.meters == [])
        #expect(read.expected.answer == "NO")
        #expect(read.position.description == "policy.cases.yaml:3:5")
    }

    static let wrong: [(String, String)] = [
        ("{ name: x, user: ann, command: NOOP }", "3:5: \"expect\" is missing"),
        (
            "{ name: x, user: ann, command: NOOP, expect: denie }",
            "3:50: expected one of allow, rewrite, local, deny, bad, not \"denie\"; "
                + "did you mean \"deny\"?"
        ),
        (
            "{ name: x, user: ann, comand: NOOP, expect: deny }",
            "3:5: \"command\" is missing"
        ),
        (
            "{ name: x, user: ann, from: home, command: NOOP, expect: deny }",
            "3:33: expected an address such as 192.0.2.1 or \"2001:db8::1\", not \"home\""
        ),
        (
            "{ name: x, user: ann, at: soon, command: NOOP, expect: deny }",
            "3:31: expected a date such as 2026-01-31 or \"2026-01-31T08:00:00+01:00\", "
                + "not \"soon\""
        ),
    ]

    @Test("says where and what", arguments: wrong)
    func located(_ text: String, _ error: String) {
        let found = #expect(throws: ConfigurationErrors.self) { try Self.read("  - \(text)\n") }
        #expect(found?.errors.first?.description == "policy.cases.yaml:" + error)
    }

    @Test("refuses two cases of one name")
    func repeated() {
        let one = "  - { name: x, user: ann, command: NOOP, expect: allow }\n"
        let found = #expect(throws: ConfigurationErrors.self) { try Self.read(one + one) }
        #expect(
            found?.errors.map(\.description) == [
                "policy.cases.yaml:4:5: the case at line 3 has the same name"
            ]
        )
    }
}
