// Everything that a rule can say beside who, where and how much; and folders of files.
import Configuration
import Policy
import Testing

@Suite struct PolicyLanguageTests {
    private static let berlin = "3600\n1774746000 7200\n1792890000 3600"

    private static func files(_ rules: String, groups: String = "{}") -> Files {
        var files = Files(policy: "policy: 1\ngroups: \(groups)\nrules:\n\(rules)")
        files.texts["zoneinfo:Europe/Berlin"] = berlin
        return files
    }

    private static func rule(_ words: String) throws -> Rule {
        let rules = try files("  - { id: a, who: everyone, \(words) }\n").policy.rules
        return try #require(rules.first)
    }

    @Test("reads every condition")
    func conditions() throws {
        let when = try Self.rule(
            """
            mailboxes: "**", limit: deny, when: { networks: ["192.0.2.0/24", "2001:db8::/32"], \
            except-networks: 192.0.2.7, authentication: [password, both], \
            certificate: { issuer: "*O=Example*" }, tls: [TLSv1.2], listeners: [imaps], \
            clients: ["*Outlook*"], from: 2026-01-31, until: "2026-02-01T08:00:00+01:00", \
            hours: { zone: Europe/Berlin, windows: [{ days: mon-fri, from: "08:00", to: "18:00" }] } }
            """
        ).when
        #expect(when.networks.map(\.text) == ["192.0.2.0/24", "2001:db8::/32"])
        #expect(when.exceptNetworks.map(\.text) == ["192.0.2.7"])
        #expect(when.methods == [.password, .both])
        #expect(when.certificates == [CertificateMatch(issuers: ["*O=Example*"])])
        #expect(when.tlsVersions == [.tls12])
        #expect(when.listeners == ["imaps"])
        #expect(when.clients == ["*Outlook*"])
        #expect(when.from == 1_769_817_600)
        #expect(when.until == 1_769_929_200)
        let hours = try #require(when.hours)
        #expect(hours.windows.map(\.days) == [[.mon, .tue, .wed, .thu, .fri]])
        #expect(hours.windows.map(\.start) == [480])
        // 2026-07-27 was a Monday, 07:00Z was 09:00 in Berlin.
        #expect(hours.contains(1_785_135_600))
        #expect(!hours.contains(1_785_135_600 - 3 * 3600))
    }

    @Test("reads what a rule takes beside letters")
    func terms() throws {
        let rule = try Self.rule(
            """
            mailboxes: { names: [A], special-use: [Trash, Sent] }, \
            operations: { no: [expunge, move-out] }, \
            at-most: { messages: 500, bytes: 200 MB, per: hour, excess: end }, mode: report, \
            because: "held", message: "Held by order of the court"
            """
        )
        #expect(rule.limit == .full)
        #expect(rule.specialUses == [SpecialUses(.trash), SpecialUses(.sent)])
        #expect(rule.forbidden == [Operations(.expunge), Operations(.moveOut)])
        let volume = Volume(messages: 500, bytes: 200_000_000, period: .hour, excess: .end)
        #expect(rule.volume == volume)
        #expect(rule.mode == .report)
        #expect(rule.message == "Held by order of the court")
    }

    @Test("reads groups of Unix groups, certificates and other groups")
    func groups() throws {
        let files = Self.files(
            "  - { id: a, who: { groups: [all], unix-groups: [adm], except: { users: [ann] } }, "
                + "mailboxes: x, limit: deny }\n",
            groups: "{ ops: [\"unix-group:wheel\", { certificate: { subject: \"*OU=Ops*\" } }], "
                + "all: [\"group:ops\", ann] }"
        )
        let policy = try files.policy
        #expect(policy.groups["all"]?.unixGroups == ["wheel"])
        #expect(policy.groups["all"]?.users == ["ann"])
        #expect(policy.groups["all"]?.certificates.count == 1)
        #expect(policy.rules.first?.who.unixGroups == ["adm"])
        #expect(policy.rules.first?.except.users == ["ann"])
    }

    static let wrong: [(String, String)] = [
        ("when: { networks: [\"192.0.2.1/24\"] }", "has bits behind its prefix"),
        ("when: { networks: [here] }", "expected a network such as"),
        (
            "when: { hours: { zone: Europe/Berlim, windows: [{ from: \"08:00\", to: \"09:00\" }] } }",
            "unknown time zone"
        ),
        (
            "when: { hours: { zone: UTC, windows: [{ from: \"8\", to: \"09:00\" }] } }",
            "time of day"
        ),
        (
            "when: { hours: { zone: UTC, windows: [{ from: \"08:00\", to: \"08:00\" }] } }",
            "no length"
        ),
        (
            "when: { hours: { zone: UTC, windows: [{ days: monday, from: \"08:00\", to: \"09:00\" }] } }",
            "expected days such as mon"
        ),
        ("when: { from: 2026-02-30 }", "expected a date"),
        ("when: { until: tomorrow }", "expected a date"),
        ("when: { tls: [TLSv1.1] }", "expected one of TLSv1.2, TLSv1.3"),
        ("when: { weather: rain }", "unknown key \"weather\""),
        ("when: { certificate: {} }", "write subject or issuer"),
        ("operations: { no: [expung] }", "did you mean \"expunge\"?"),
        ("at-most: { per: hour }", "write messages or bytes"),
        ("at-most: { messages: 5, per: year }", "expected one of minute, hour, day"),
        ("at-most: { bytes: much, per: hour }", "expected a volume such as"),
        ("mode: rehearse", "expected one of enforce, report"),
        ("message: \"[ALERT] no\"", "a message is one line"),
        ("message: \"a\\nb\"", "a message is one line"),
    ]

    @Test("says what is wrong with it", arguments: wrong)
    func located(_ words: String, _ message: String) {
        let errors = Self.files(
            "  - { id: a, who: everyone, mailboxes: x, limit: deny, \(words) }\n"
        ).policyErrors
        #expect(errors.count == 1, "\(errors)")
        #expect(errors.first?.contains(message) == true, "\(errors)")
        #expect(errors.first?.hasPrefix("policy.yaml:4:") == true)
    }

    @Test("takes every word of the language, and a gateway's configuration does, too")
    func isEnforced() throws {
        let rules = """
              - id: a
                who: { unix-groups: [staff], except: { groups: [g] } }
                mailboxes: { names: [x], special-use: [Trash] }
                at-most: { messages: 5, bytes: 1 GB, per: hour, excess: end }
                operations: { no: [search-all, notify] }

            """
        let files = Self.files(rules, groups: "{ g: [bob] }")
        #expect(files.errors == [])
        #expect(files.policyErrors == [])
        let policy = try files.load().policy
        #expect(policy.unixGroupsNeed == .enforced)
        var subject = Subject(user: "ann")
        #expect(policy.usesNeed(for: subject) == .none)
        subject.unixGroups = ["staff"]
        #expect(policy.usesNeed(for: subject) == .enforced)
    }

    @Test("merges the files of a folder, whose ids and groups are unique")
    func folder() throws {
        var files = Files(configuration: Files.good)
        files.texts["etc/postern.yaml"] = Files.good.replacing("policy.yaml", with: "policy.d/")
        files.texts["etc/policy.d/"] = "10-groups.yaml\n20-rules.yaml"
        files.texts["etc/policy.d/10-groups.yaml"] = "policy: 1\ngroups: { staff: [ann] }\n"
        let rule = "- { id: a, who: { groups: [staff] }, mailboxes: x, limit: deny }"
        files.texts["etc/policy.d/20-rules.yaml"] = "policy: 1\nrules:\n\(rule)\n"
        let policy = try files.load().policy
        #expect(policy.policy(for: "ann").decide(Array("x".utf8)).rights == .none)
        #expect(policy.rules.first?.position.description == "etc/policy.d/20-rules.yaml:3:3")
        files.texts["etc/policy.d/10-groups.yaml"] =
            "policy: 1\ngroups: { staff: [ann] }\nrules:\n\(rule)\n"
        #expect(
            files.errors == [
                "policy.d/20-rules.yaml:3:9: the id \"a\" is taken by the rule at "
                    + "etc/policy.d/10-groups.yaml:4:9"
            ]
        )
    }
}
