// Files of cases, `*.cases.yaml`: one mapping a case, in the words of policy files.
import Policy
import Yams

extension PolicyCase {
    /// Reads and checks a file of cases.
    package static func load(
        path: String,
        reader: FileReader
    ) throws(ConfigurationErrors) -> [PolicyCase] {
        let findings = Findings()
        let files = Files(reader: reader, findings: findings)
        let cases = files.document(path).flatMap(CaseReader().cases)
        guard let cases, findings.errors.isEmpty else { throw findings.inOrder() }
        return cases
    }
}

struct CaseReader {
    private static let keys = [
        "name", "user", "unix-groups", "from", "method", "certificate", "tls", "listener",
        "client", "at", "mailboxes", "special-use", "selected", "command", "expect", "rules",
        "would-deny-by", "metered-by", "answer",
    ]

    func cases(_ root: Value) -> [PolicyCase]? {
        guard let table = root.table(["policy-cases", "cases"]) else { return nil }
        if let version = table.required("policy-cases") { _ = version.integer(in: 1...1) }
        guard let list = table.required("cases")?.list() else { return nil }
        let cases = list.compactMap { value in
            value.table(Self.keys).flatMap { self.read($0, at: value.position) }
        }
        refuseRepeatedNames(cases, table.findings)
        return cases.count == list.count ? cases : nil
    }

    private func read(_ table: Table, at position: SourcePosition) -> PolicyCase? {
        let before = table.findings.errors.count
        let name = table.required("name")?.text()
        let circumstances = circumstances(table)
        let selected = table["selected"]?.text()
        let command = table.required("command")?.text()
        let expected = expectation(table)
        guard let name, let circumstances, let command, let expected,
            table.findings.errors.count == before
        else { return nil }
        return PolicyCase(
            name: name,
            position: position,
            circumstances: circumstances,
            selected: selected,
            command: command,
            expected: expected
        )
    }

    /// Reports name cases, and a name that stands twice would point at neither.
    private func refuseRepeatedNames(_ cases: [PolicyCase], _ findings: Findings) {
        var known: [String: Int] = [:]
        for each in cases {
            guard let line = known.updateValue(each.position.line, forKey: each.name) else {
                continue
            }
            findings.add(each.position, "the case at line \(line) has the same name")
        }
    }

    // MARK: Who, from where, when

    private func circumstances(_ table: Table) -> Circumstances? {
        guard let user = table.required("user")?.text() else { return nil }
        var subject = Subject(user: user)
        subject.unixGroups = Set(table["unix-groups"]?.elements { $0.unixGroup() } ?? [])
        subject.address = table["from"].flatMap(address)
        subject.method = table["method"]?.choice(AuthenticationMethod.self) ?? .password
        subject.certificate = table["certificate"].flatMap(certificate)
        subject.tlsVersion = table["tls"]?.choice(TLSVersion.self) ?? .tls13
        subject.listener = table["listener"]?.name() ?? ""
        subject.clientName = table["client"]?.text() ?? ""
        var circumstances = Circumstances(subject)
        circumstances.time = table["at"]?.moment()
        for name in table["mailboxes"]?.elements({ $0.text() }) ?? [] {
            circumstances.mailboxes[name] = SpecialUses.none
        }
        for (key, value) in table["special-use"]?.entries() ?? [] {
            let uses = value.elements { $0.choice(SpecialUseName.self) } ?? []
            circumstances.mailboxes[key.name] = uses.reduce(into: .none) {
                $0.formUnion(SpecialUses($1))
            }
        }
        return circumstances
    }

    private func address(_ value: Value) -> NetworkAddress? {
        guard let text = value.text() else { return nil }
        guard let address = NetworkAddress(text) else {
            value.refuse(
                "expected an address such as 192.0.2.1 or \"2001:db8::1\", not \(value.kind)"
            )
            return nil
        }
        return address
    }

    /// The names in the certificate that the client shows.
    private func certificate(_ value: Value) -> CertificateNames? {
        guard let table = value.table(["subject", "issuer"]) else { return nil }
        guard let subject = table.required("subject")?.text() else { return nil }
        return CertificateNames(subject: subject, issuer: table["issuer"]?.text() ?? "")
    }

    // MARK: What comes of it

    private func expectation(_ table: Table) -> PolicyCase.Expectation? {
        let verdict = table.required("expect")?.choice(PolicyCase.Expectation.Verdict.self)
        guard let verdict else { return nil }
        var expected = PolicyCase.Expectation(verdict)
        expected.rules = ids(table["rules"])
        expected.rehearsed = ids(table["would-deny-by"])
        expected.meters = ids(table["metered-by"])
        expected.answer = table["answer"]?.text()
        return expected
    }

    /// An empty list says that no rule did.
    private func ids(_ value: Value?) -> Set<String>? {
        guard let value else { return nil }
        if value.spelling != nil { return value.name().map { [$0] } }
        return value.list(orEmpty: true).map { Set($0.compactMap { $0.name() }) }
    }
}
