// The keys of a recorded search as a command again: other words stand in for those
// that were looked for.

/// What SEARCH, SORT and THREAD looked for.
struct RecordedSearch {
    /// The keys with a word behind each that looks for one.
    let keys: String

    /// Keys that look for a word, and for how many.
    private static let wordsWanted = [
        "BCC": 1, "BODY": 1, "CC": 1, "FROM": 1, "SUBJECT": 1, "TEXT": 1, "TO": 1, "HEADER": 2,
    ]
    /// What stands behind these is no key.
    private static let flagKeys: Set = ["KEYWORD", "UNKEYWORD"]

    /// Takes the arguments as the trail has them, what comes before the keys included.
    init(_ arguments: String, of verb: Substring) {
        var tokens = Self.tokens(of: arguments)[...]
        if tokens.first == "RETURN" { Self.dropList(from: &tokens, behind: 1) }
        switch verb {
        case "SORT":
            Self.dropList(from: &tokens, behind: 0)
            tokens = tokens.dropFirst()
        case "THREAD": tokens = tokens.dropFirst(2)
        default: if tokens.first == "CHARSET" { tokens = tokens.dropFirst(2) }
        }
        keys = Self.text(of: Self.filled(tokens))
    }

    /// Drops some tokens and the list in parentheses behind them.
    private static func dropList(from tokens: inout ArraySlice<String>, behind count: Int) {
        tokens = tokens.dropFirst(count).drop { $0 != ")" }.dropFirst()
    }

    private static func filled(_ tokens: ArraySlice<String>) -> [String] {
        var filled: [String] = []
        var rest = tokens
        while let token = rest.popFirst() {
            let isFlag = filled.last.map(flagKeys.contains) ?? false
            filled.append(token)
            guard !isFlag, let count = wordsWanted[token] else { continue }
            // With `search-words` the trail has them, in any script.
            rest = rest.drop { $0.hasPrefix("\"") }
            filled += Array(repeating: "x", count: count)
        }
        return filled
    }

    /// Parentheses, strings with their quotes, and what stands between spaces.
    private static func tokens(of text: String) -> [String] {
        var tokens: [String] = []
        var rest = text[...]
        while let first = rest.first {
            let token: Substring
            switch first {
            case " ":
                rest = rest.dropFirst()
                continue
            case "(", ")": token = rest.prefix(1)
            case "\"": token = string(in: rest)
            default: token = rest.prefix { !" ()".contains($0) }
            }
            tokens.append(String(token))
            rest = rest[token.endIndex...]
        }
        return tokens
    }

    /// The string at the beginning, its quotes included.
    private static func string(in text: Substring) -> Substring {
        var isEscaped = true
        for index in text.indices {
            if isEscaped {
                isEscaped = false
            } else if text[index] == "\\" {
                isEscaped = true
            } else if text[index] == "\"" {
                return text[...index]
            }
        }
        return text
    }

    private static func text(of tokens: [String]) -> String {
        var text = ""
        for token in tokens {
            if !text.isEmpty, text.last != "(", token != ")" { text += " " }
            text += token
        }
        return text
    }
}
