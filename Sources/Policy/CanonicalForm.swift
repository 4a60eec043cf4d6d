// The policy as bytes that depend on what it says and not on how it is written down.

extension PolicySet {
    /// What the revision is the SHA-256 of.
    ///
    /// Each text stands with its length in front (`3:ann,`), each list sorted with its count in
    /// front, so that no two policies share a form; order, comments and positions don't count.
    package static func canonicalForm(of rules: [Rule], groups: [String: Members]) -> [UInt8] {
        var form = CanonicalForm()
        form.append("postern policy 1")
        form.append(count: groups.count)
        for (name, members) in groups.sorted(by: { $0.key < $1.key }) {
            form.append(name)
            form.append(members)
        }
        form.append(count: rules.count)
        for rule in rules.sorted(by: { $0.id < $1.id }) { form.append(rule) }
        return form.bytes
    }
}

private struct CanonicalForm {
    var bytes: [UInt8] = []

    mutating func append(_ text: String) { bytes += Array("\(text.utf8.count):\(text),".utf8) }

    mutating func append(count: Int) { bytes += Array("#\(count),".utf8) }

    mutating func append(set texts: some Sequence<String>) {
        let sorted = Set(texts).sorted()
        append(count: sorted.count)
        for text in sorted { append(text) }
    }

    mutating func append(number: Int64?) { append(number.map { "\($0)" } ?? "") }

    mutating func append(_ members: Members) {
        append(set: members.users)
        append(set: members.unixGroups)
        append(members.certificates)
    }

    mutating func append(_ audience: Audience) {
        append(set: audience.users)
        append(set: audience.groups)
        append(set: audience.unixGroups)
        append(audience.certificates)
    }

    mutating func append(_ certificates: [CertificateMatch]) {
        append(
            set: certificates.map { certificate in
                var form = CanonicalForm()
                form.append(set: certificate.subjects)
                form.append(set: certificate.issuers)
                return String(decoding: form.bytes, as: UTF8.self)
            }
        )
    }

    mutating func append(_ rule: Rule) {
        append(rule.id)
        append(rule.who)
        append(rule.except)
        append(set: rule.mailboxes.map(\.text))
        append(set: rule.specialUses.names.map(\.rawValue))
        append(set: rule.exceptMailboxes.map(\.text))
        append(rule.when)
        append(rule.limit.letters)
        append(set: rule.forbidden.words.map(\.name))
        append(rule.volume)
        append(rule.mode.rawValue)
        append(rule.because)
        append(rule.message)
    }

    mutating func append(_ when: Conditions) {
        append(set: when.networks.map(\.text))
        append(set: when.exceptNetworks.map(\.text))
        append(set: when.methods.map(\.rawValue))
        append(when.certificates)
        append(set: when.tlsVersions.map(\.rawValue))
        append(set: when.listeners)
        append(set: when.clients)
        append(when.hours)
        append(when.exceptHours)
        append(number: when.from)
        append(number: when.until)
    }

    mutating func append(_ schedule: Schedule?) {
        append(schedule?.zone.name ?? "")
        append(
            set: (schedule?.windows ?? []).map { window in
                let days = Weekday.allCases.filter(window.days.contains).map(\.rawValue)
                return "\(days.joined(separator: "+")) \(window.start) \(window.end)"
            }
        )
    }

    mutating func append(_ volume: Volume?) {
        append(number: volume?.messages.map(Int64.init(clamping:)))
        append(number: volume?.bytes.map(Int64.init(clamping:)))
        append(volume?.period.rawValue ?? "")
        append(volume?.excess.rawValue ?? "")
    }
}
