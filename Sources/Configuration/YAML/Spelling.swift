// What somebody may have meant who mistyped a word.

enum Spelling {
    /// The word with the fewest edits, where they are few for its length.
    static func nearest(to word: String, among words: [String]) -> String? {
        // Longer than any key: nobody's typing error, and the work grows with the length.
        guard word.utf8.count <= 40 else { return nil }
        let ranked = words.map { (word: $0, edits: distance(Array(word.utf8), Array($0.utf8))) }
        guard let best = ranked.min(by: { $0.edits < $1.edits }) else { return nil }
        return best.edits <= best.word.utf8.count / 2 ? best.word : nil
    }

    static func question(_ hint: String?) -> String {
        hint.map { "; did you mean \"\($0)\"?" } ?? ""
    }

    /// Levenshtein's distance, one row at a time.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (index, byte) in left.enumerated() {
            var diagonal = index
            row[0] = index + 1
            for (column, other) in right.enumerated() {
                let replaced = diagonal + (byte == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}
