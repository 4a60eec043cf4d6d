// A mapping whose keys are known beforehand: any other key is a finding.
import Policy
import Yams

/// The values of a mapping by key.
struct Table {
    let position: SourcePosition
    let findings: Findings
    private let values: [String: Value]

    /// A value that is there and not null.
    subscript(key: String) -> Value? { values[key] }

    /// A value that must be there.
    func required(_ key: String) -> Value? {
        if let value = values[key] { return value }
        findings.add(position, "\"\(key)\" is missing")
        return nil
    }

    fileprivate init(_ value: Value, _ values: [String: Value]) {
        position = value.position
        findings = value.findings
        self.values = values
    }
}

extension Value {
    /// The mapping, when it is one; keys that are not in `keys` are findings.
    func table(_ keys: [String]) -> Table? {
        guard let entries = entries() else { return nil }
        var values: [String: Value] = [:]
        for (key, value) in entries {
            guard keys.contains(key.name) else {
                let hint = Spelling.nearest(to: key.name, among: keys)
                key.value.refuse("unknown key \"\(key.name)\"" + Spelling.question(hint))
                continue
            }
            if !value.isNull { values[key.name] = value }
        }
        return Table(self, values)
    }

    /// The entries of a mapping whose keys are names, in the order of the file.
    func entries() -> [(key: (name: String, value: Value), value: Value)]? {
        guard case .mapping(let mapping) = node else {
            refuse("expected a mapping such as \"key: value\", not \(kind)")
            return nil
        }
        var known: Set<String> = []
        var entries: [(key: (name: String, value: Value), value: Value)] = []
        for (keyNode, valueNode) in mapping {
            let key = Value(keyNode, file, findings)
            guard let name = key.spelling else {
                key.refuse("expected a name as key, not \(key.kind)")
                continue
            }
            guard known.insert(name).inserted else {
                key.refuse("key \"\(name)\" stands twice in the same place")
                continue
            }
            entries.append(((name, key), Value(valueNode, file, findings)))
        }
        return entries
    }
}
