// One name for each way in which names can fit a set of patterns: exact, without trying names.

/// More classes than can be told apart in reasonable time.
package struct TooManyClasses: Error, Equatable, Sendable {
    /// What there is too much of, in the user's words.
    package let what: String
}

/// Finds a witness for every combination of patterns that some name fits.
///
/// Walks the automata of all patterns at once, breadth first; two names that lead to the same
/// places everywhere can never be told apart again, so each combination of places is visited once.
struct NameClasses {
    /// As many as a policy of some hundred patterns has; beyond it the walk would take minutes.
    static let placesMax = 200_000

    private let folding: [NamePattern]
    private let exact: [NamePattern]
    private let hasLevels: Bool
    private let letters: [Unicode.Scalar]

    private struct Standing: Hashable {
        var folding: [NamePattern.Places]
        var exact: [NamePattern.Places]
        /// Whether the last level has a character yet.
        var isLevelEmpty: Bool
    }

    /// Patterns over mailbox names: `folding` ones don't look at the case.
    init(mailboxes folding: [Pattern], exact: [Pattern]) {
        self.init(
            folding.map { NamePattern($0, isFolded: true) },
            exact.map { NamePattern($0, isFolded: false) },
            letters: Self.letters(in: (folding + exact).map(\.text)),
            hasLevels: true,
            other: "xqzvy7".unicodeScalars
        )
    }

    /// Patterns over names without levels.
    init(wildcards: [String], isFolding: Bool = false) {
        let patterns = wildcards.map { NamePattern(wildcard: isFolding ? folded($0) : $0) }
        self.init(
            isFolding ? patterns : [],
            isFolding ? [] : patterns,
            letters: Self.letters(in: wildcards),
            hasLevels: false,
            other: "xqzvy7".unicodeScalars
        )
    }

    private init(
        _ folding: [NamePattern],
        _ exact: [NamePattern],
        letters: Set<Unicode.Scalar>,
        hasLevels: Bool,
        other: String.UnicodeScalarView
    ) {
        self.folding = folding
        self.exact = exact
        self.hasLevels = hasLevels
        var letters = letters
        // Where the case matters somewhere, both cases must be tried.
        for letter in exact.reduce(into: Set<Unicode.Scalar>(), { $0.formUnion($1.alphabet) }) {
            for text in [letter.properties.uppercaseMapping, letter.properties.lowercaseMapping] {
                if let only = text.unicodeScalars.first, text.unicodeScalars.count == 1 {
                    letters.insert(only)
                }
            }
        }
        // One character that no pattern knows stands for all such.
        if let unknown = other.first(where: { !letters.contains($0) }) { letters.insert(unknown) }
        self.letters = letters.sorted { $0.value < $1.value }
    }

    /// What patterns are made of, as it is written.
    private static func letters(in texts: [String]) -> Set<Unicode.Scalar> {
        texts.reduce(into: []) {
            $0.formUnion($1.unicodeScalars.filter { !"*/".contains(Character($0)) })
        }
    }

    /// The shortest name of each class; the empty one is a name with `orEmpty` only.
    func witnesses(_ what: String, orEmpty: Bool = false) throws(TooManyClasses) -> [String] {
        var found: Set<[Bool]> = []
        var witnesses: [String] = []
        let start = Standing(
            folding: folding.map { $0.closed($0.start) },
            exact: exact.map { $0.closed($0.start) },
            isLevelEmpty: true
        )
        var waiting: [(name: String, standing: Standing)] = [("", start)]
        // Ahead of its spellings in lower case, which no mailbox has.
        if hasLevels {
            waiting.append(("INBOX", "INBOX".unicodeScalars.reduce(start, step(from:by:))))
        }
        var known = Set(waiting.map(\.standing))
        var next = 0
        while next < waiting.count {
            let (name, standing) = waiting[next]
            next += 1
            if !standing.isLevelEmpty || orEmpty, Self.isCanonical(name, hasLevels) {
                let fits =
                    zip(folding, standing.folding).map { $0.accepts($1) }
                    + zip(exact, standing.exact).map { $0.accepts($1) }
                if found.insert(fits).inserted { witnesses.append(name) }
            }
            for (character, reached) in steps(from: standing) where known.insert(reached).inserted {
                guard known.count <= Self.placesMax else { throw TooManyClasses(what: what) }
                var longer = name
                longer.unicodeScalars.append(character)
                waiting.append((longer, reached))
            }
        }
        return witnesses
    }

    private func step(from standing: Standing, by letter: Unicode.Scalar) -> Standing {
        var reached = standing
        for character in folded(String(letter)).unicodeScalars {
            reached.folding = zip(folding, reached.folding).map { $0.step($1, character) }
        }
        reached.exact = zip(exact, standing.exact).map { $0.step($1, letter) }
        reached.isLevelEmpty = false
        return reached
    }

    private func steps(from standing: Standing) -> [(Unicode.Scalar, Standing)] {
        var steps = letters.map { ($0, step(from: standing, by: $0)) }
        if hasLevels && !standing.isLevelEmpty {
            let reached = Standing(
                folding: zip(folding, standing.folding).map { $0.stepLevel($1) },
                exact: zip(exact, standing.exact).map { $0.stepLevel($1) },
                isLevelEmpty: true
            )
            steps.append(("/", reached))
        }
        return steps
    }

    /// Whether a mailbox can have the name: an inbox in lower case is spelled INBOX.
    private static func isCanonical(_ name: String, _ hasLevels: Bool) -> Bool {
        guard hasLevels else { return true }
        let levels = name.split(separator: "/")
        guard let first = levels.first, let letter = first.first else { return false }
        if levels.contains(".") || levels.contains("..") || "\\{!".contains(letter) {
            return false
        }
        return folded(String(first)) != "inbox" || first == "INBOX"
    }
}
