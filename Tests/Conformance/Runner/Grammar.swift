// A small grammar that throws dice: texts of a language, the same for the same seed.

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<max(1, bound), using: &self) }

    mutating func pick<Choice>(_ choices: [Choice]) -> Choice? {
        choices.isEmpty ? nil : choices[below(choices.count)]
    }
}

/// Names with their alternatives; `<name>` in an alternative stands for one of that name's.
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
            let choice = depth < Self.depthMax ? dice.pick(choices) : choices.first
            result += expand(choice ?? "", depth + 1, &dice)
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }
}
