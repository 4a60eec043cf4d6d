// One YAML file as nodes that know their place, within bounds that no honest file meets.
import Policy
import Yams

/// Collects everything that is wrong, so that one run of the check names all of it.
final class Findings {
    private(set) var errors: [ConfigurationError] = []
    /// What is no error, and yet hardly what was meant.
    private(set) var warnings: [ConfigurationError] = []

    /// Notes a finding in one line: a value that it repeats may hold line breaks and controls.
    func add(_ position: SourcePosition, _ message: String) {
        var line = String.UnicodeScalarView()
        for scalar in message.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: line.append(" ")
            default: line.append(scalar)
            }
        }
        errors.append(ConfigurationError(position, String(line)))
    }

    func warn(_ position: SourcePosition, _ message: String) {
        warnings.append(ConfigurationError(position, message))
    }
}

enum Document {
    /// A policy of 10,000 rules has about half as much.
    static let bytesMax = 4 * 1024 * 1024
    /// Our formats need six.
    static let depthMax = 16

    /// The root of the only document in the file; nil, with a finding, when there is none.
    static func read(_ bytes: [UInt8], file: String, into findings: Findings) -> Value? {
        let start = SourcePosition(file: file, line: 1, column: 1)
        guard bytes.count <= bytesMax else {
            findings.add(start, "the file has more than \(bytesMax) bytes")
            return nil
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            findings.add(start, "the file is not in UTF-8")
            return nil
        }
        do {
            // The parser is the owner of the anchors: it must outlive the search for them.
            let parser = try Parser(yaml: text)
            let root = try parser.singleRoot()
            return withExtendedLifetime(parser) {
                guard let root else {
                    findings.add(start, "the file is empty")
                    return nil
                }
                return isPlain(root, file, findings) ? Value(root, file, findings) : nil
            }
        } catch {
            add(error, file: file, to: findings)
            return nil
        }
    }

    /// Whether a tree has neither anchors, which can make a small file huge, nor great depth.
    ///
    /// Goes in the order of the file and ends at the first anchor, before any alias to it.
    private static func isPlain(_ node: Node, _ file: String, _ findings: Findings) -> Bool {
        var waiting = [(node: node, depth: 1)]
        while let (node, depth) = waiting.popLast() {
            guard node.anchor == nil else {
                findings.add(
                    position(of: node, file),
                    "anchors (&) and aliases (*) are not used here"
                )
                return false
            }
            guard depth <= depthMax else {
                findings.add(position(of: node, file), "nested more than \(depthMax) levels deep")
                return false
            }
            waiting += children(of: node).reversed().map { ($0, depth + 1) }
        }
        return true
    }

    private static func children(of node: Node) -> [Node] {
        switch node {
        case .mapping(let mapping): mapping.flatMap { [$0.key, $0.value] }
        case .sequence(let sequence): Array(sequence)
        case .scalar, .alias: []
        }
    }

    static func position(of node: Node, _ file: String) -> SourcePosition {
        SourcePosition(file: file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }

    private static func add(_ error: any Error, file: String, to findings: Findings) {
        let start = SourcePosition(file: file, line: 1, column: 1)
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, let text),
            .parser(_, let problem, let mark, let text),
            .composer(_, let problem, let mark, let text):
            let place = SourcePosition(file: file, line: mark.line, column: mark.column)
            let isTab = character(in: text, at: place) == "\t"
            let words = "not YAML: \(problem)" + (advice[problem] ?? "")
            findings.add(place, isTab ? "a tab; indent with spaces" : words)
        case .duplicatedKeysInMapping(let keys, let context):
            let place = SourcePosition(
                file: file,
                line: context.mark.line,
                column: context.mark.column
            )
            findings.add(place, "key \"\(keys.first ?? "")\" stands twice in the same place")
        case .reader(let problem, let offset, _, let text):
            findings.add(place(of: offset ?? 0, in: text, file), "not YAML: \(problem)")
        default:
            findings.add(start, "not YAML")
        }
    }

    /// What to do about the problems that people meet, in the parser's words for them.
    private static let advice = [
        "did not find expected alphabetic or numeric character": asterisk,
        "found undefined alias": asterisk,
        "did not find expected node content":
            "; put a text with any of [ ] { } , in it in quotes",
        "did not find expected '-' indicator": indentation,
        "did not find expected key": indentation,
        "mapping values are not allowed in this context": indentation,
    ]
    private static let asterisk = "; put a text that begins with \"*\" or \"&\" in quotes"
    private static let indentation = "; is this line or the one before indented wrongly?"

    private static func character(in text: String, at place: SourcePosition) -> Unicode.Scalar? {
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.indices.contains(place.line - 1) else { return nil }
        return lines[place.line - 1].dropFirst(place.column - 1).first
    }

    private static func place(of offset: Int, in text: String, _ file: String) -> SourcePosition {
        let lines = text.prefix(offset).split(separator: "\n", omittingEmptySubsequences: false)
        let column = (lines.last?.unicodeScalars.count ?? 0) + 1
        return SourcePosition(file: file, line: max(1, lines.count), column: column)
    }
}
