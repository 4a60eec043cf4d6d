// The policy as bytes that depend on what it says and not on how it is written down.

extension PolicySet {
    /// What the revision is the SHA-256 of.
    ///
    /// Each text stands with its length in front (`3:ann,`), each list sorted with its count in
    /// front, so that no two policies share a form; order, comments and positions don't count.
    package static func canonicalForm(of rules: [Rule], groups: [String: [String]]) -> [UInt8] {
        var form = CanonicalForm()
        form.append("postern policy 1")
        form.append(count: groups.count)
        for (name, members) in groups.sorted(by: { $0.key < $1.key }) {
            form.append(name)
            form.append(set: members)
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

    mutating func append(set texts: [String]) {
        let sorted = Set(texts).sorted()
        append(count: sorted.count)
        for text in sorted { append(text) }
    }

    mutating func append(_ rule: Rule) {
        append(rule.id)
        append(set: rule.users)
        append(set: rule.groups)
        append(set: rule.exceptUsers)
        append(set: rule.exceptGroups)
        append(set: rule.mailboxes.map(\.text))
        append(set: rule.exceptMailboxes.map(\.text))
        append(rule.limit.letters)
        append(rule.because)
    }
}
