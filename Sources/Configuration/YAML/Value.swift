// A node of a YAML file, asked for what it should be; what it isn't becomes a finding.
import Policy
import Yams

/// A value with its place; each reading gives nil and a finding when the value is something else.
struct Value {
    let node: Node
    let file: String
    let findings: Findings

    init(_ node: Node, _ file: String, _ findings: Findings) {
        self.node = node
        self.file = file
        self.findings = findings
    }

    var position: SourcePosition { Document.position(of: node, file) }

    func refuse(_ message: String) { findings.add(position, message) }

    /// `null`, `~` or nothing.
    var isNull: Bool {
        guard let scalar = node.scalar, scalar.style == .plain else { return false }
        return ["", "~", "null"].contains(scalar.string)
    }

    /// What a scalar spells, whatever type YAML would give it.
    var spelling: String? { node.scalar?.string }

    /// A text; what YAML reads as a number, a date or a truth value must stand in quotes.
    func text() -> String? {
        guard let scalar = node.scalar, !isNull else {
            refuse("expected a text, not \(kind)")
            return nil
        }
        guard scalar.style != .plain || node.tag.description == Tag.Name.str.rawValue else {
            refuse("expected a text; put it in quotes: \"\(scalar.string)\"")
            return nil
        }
        guard !scalar.string.isEmpty else {
            refuse("expected a text, not an empty one")
            return nil
        }
        return scalar.string
    }

    func bool() -> Bool? {
        switch node.scalar?.style == .plain ? spelling : nil {
        case "true": return true
        case "false": return false
        default:
            refuse("expected true or false, not \(kind)")
            return nil
        }
    }

    func integer(in range: ClosedRange<Int>) -> Int? {
        guard node.scalar?.style == .plain, let spelling, let number = Int(spelling) else {
            refuse("expected a number, not \(kind)")
            return nil
        }
        guard range.contains(number) else {
            refuse("\(number) is out of range; from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// One of some words.
    func choice<Choice>(_ choices: KeyValuePairs<String, Choice>) -> Choice? {
        choice(choices.map { ($0.key, $0.value) })
    }

    func choice<Choice>(_ choices: [(word: String, value: Choice)]) -> Choice? {
        if let spelling, let found = choices.first(where: { $0.word == spelling }) {
            return found.value
        }
        let words = choices.map(\.word)
        let hint = spelling.flatMap { Spelling.nearest(to: $0, among: words) }
        let list = words.joined(separator: ", ")
        refuse("expected one of \(list), not \(kind)" + Spelling.question(hint))
        return nil
    }

    /// The elements of a list; an empty list is one only with `orEmpty`.
    func list(orEmpty: Bool = false) -> [Value]? {
        guard case .sequence(let sequence) = node else {
            refuse("expected a list such as [a, b], not \(kind)")
            return nil
        }
        guard orEmpty || !sequence.isEmpty else {
            refuse("expected a list with something in it")
            return nil
        }
        return sequence.map { Value($0, file, findings) }
    }

    /// What the value is, in words that follow "not".
    var kind: String {
        switch node {
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        case .scalar(let scalar): isNull ? "nothing" : "\"\(scalar.string.prefix(80))\""
        }
    }
}
