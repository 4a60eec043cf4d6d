// A small grammar that throws dice: texts of a language, the same for the same seed.
import Chance

/// Names with their alternatives, which are never none; `<name>` in an alternative stands for one of that name's.
struct Grammar {
    let rules: [String: [String]]

    /// Deeper than this the first alternative is taken, which must end.
    private static let depthMax = 12

    /// A text of `name`.
    func text(of name: String, _ dice: inout Dice) -> String { expand("<\(name)>", 0, &dice) }

    /// A text that begins with one certain alternative.
    func text(from alternative: String, _ dice: inout Dice) -> String {
        expand(alternative, 0, &dice)
    }

    private func expand(_ text: String, _ depth: Int, _ dice: inout Dice) -> String {
        var result = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "<") {
            result += rest[..<open]
            rest = rest[open...]
            guard let close = rest.firstIndex(of: ">"),
                let choices = rules[String(rest[rest.index(after: open)..<close])]
            else {
                result.append(rest.removeFirst())
                continue
            }
            let choice = depth < Self.depthMax ? dice.pick(choices) : choices[0]
            result += expand(choice, depth + 1, &dice)
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }
}
