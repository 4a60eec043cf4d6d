// The JSON Schema for editors knows what the reader of policies knows, no more and no less.
import Configuration
import Foundation
import Policy
import Testing

@Suite struct SchemaTests {
    private let definitions: [String: Any]

    init() throws {
        let text = try Files.ofRepository("Policies/postern-policy.schema.json")
        let schema = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        definitions = try #require(schema?["definitions"] as? [String: Any])
    }

    private func definition(_ name: String) throws -> [String: Any] {
        try #require(definitions[name] as? [String: Any], "\(name)")
    }

    @Test("has every key of every mapping, and no other")
    func keys() throws {
        for (name, keys) in PolicyKeys.byMapping {
            let definition = try definition(name)
            let properties = try #require(definition["properties"] as? [String: Any], "\(name)")
            #expect(Set(properties.keys) == Set(keys), "\(name)")
            #expect(definition["additionalProperties"] as? Bool == false, "\(name)")
        }
    }

    @Test("describes no mapping that the reader doesn't take")
    func mappings() {
        let described = definitions.filter { _, definition in
            (definition as? [String: Any])?["properties"] != nil
        }
        #expect(Set(described.keys) == Set(PolicyKeys.byMapping.keys))
    }

    @Test("demands what the reader demands")
    func required() throws {
        for (name, expected) in [
            "file": ["policy"], "rule": ["id", "mailboxes", "who"], "hours": ["windows", "zone"],
            "window": ["from", "to"], "at-most": ["per"], "operations": ["no"],
            "rights": ["rights"], "group-certificate": ["certificate"],
        ] {
            let required = try definition(name)["required"] as? [String] ?? []
            #expect(required.sorted() == expected, "\(name)")
        }
    }

    static let words: [(definition: String, property: String?, words: [String])] = [
        ("special-use", nil, SpecialUseName.allCases.map(\.rawValue)),
        ("limit", nil, Level.allCases.map(\.rawValue)),
        ("operations", "no", Operation.allCases.map(\.name)),
        ("when", "authentication", AuthenticationMethod.allCases.map(\.rawValue)),
        ("when", "tls", TLSVersion.allCases.map(\.rawValue)),
        ("rule", "mode", Rule.Mode.allCases.map(\.rawValue)),
        ("at-most", "per", Volume.Period.allCases.map(\.rawValue)),
        ("at-most", "excess", Volume.Excess.allCases.map(\.rawValue)),
    ]

    @Test("knows every word of a closed family", arguments: words)
    func families(_ name: String, _ property: String?, _ words: [String]) throws {
        var place = try definition(name)
        if let property {
            let properties = try #require(place["properties"] as? [String: Any])
            place = try #require(properties[property] as? [String: Any])
        }
        let alternatives = place["anyOf"] as? [[String: Any]] ?? []
        let listed = place["enum"] ?? alternatives.first?["enum"]
        #expect(listed as? [String] == words)
    }

    @Test("the reader takes each key where the schema offers it")
    func isTaken() throws {
        for (name, keys) in PolicyKeys.byMapping {
            for key in keys {
                let found = Files(policy: Self.policy(with: key, in: name)).policyErrors
                #expect(!found.contains { $0.contains("unknown key") }, "\(name).\(key): \(found)")
                let other = Files(policy: Self.policy(with: "x-\(key)", in: name)).policyErrors
                #expect(other.contains { $0.contains("unknown key") }, "\(name)")
            }
        }
    }

    /// A policy with this key in a mapping, whatever stands behind it.
    private static func policy(with key: String, in mapping: String) -> String {
        func rule(_ text: String) -> String { "policy: 1\nrules: [{ \(text) }]\n" }
        let entry = "{ \"\(key)\": x }"
        return switch mapping {
        case "file": "\"\(key)\": x\n"
        case "group-certificate": "policy: 1\ngroups: { g: [\(entry)] }\nrules: []\n"
        case "rule": rule("\"\(key)\": x")
        case "audience": rule("who: \(entry)")
        case "exception": rule("who: { except: \(entry) }")
        case "certificate": rule("when: { certificate: \(entry) }")
        case "hours": rule("when: { hours: \(entry) }")
        case "window": rule("when: { hours: { zone: UTC, windows: [\(entry)] } }")
        case "rights": rule("limit: \(entry)")
        default: rule("\(mapping): \(entry)")
        }
    }
}
