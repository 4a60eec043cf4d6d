// One name with `*` in it: the part of a pattern between two slashes, or a user name in a rule.
import Bytes

/// A text in which each `*` stands for any run of bytes, the empty one included.
package struct Wildcard: Equatable, Sendable {
    /// What stands between the stars; without a star one piece.
    private let pieces: [[UInt8]]

    package init(_ text: [UInt8]) {
        pieces = text.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map {
            Array($0)
        }
    }

    /// The text, where it holds no star.
    package var literal: [UInt8]? { pieces.count == 1 ? pieces.first : nil }

    package var caseFolded: Wildcard { Wildcard(folding: pieces.map(\.caseFolded)) }

    private init(folding pieces: [[UInt8]]) { self.pieces = pieces }

    /// Whether `name` as a whole fits.
    ///
    /// Each piece is taken where it first fits and never moved again: no backtracking, at most one
    /// comparison for each pair of bytes.
    package func matches(_ name: Span<UInt8>) -> Bool {
        guard let first = pieces.first, let last = pieces.last else { return false }
        guard pieces.count > 1 else { return name.count == first.count && name.holds(first, at: 0) }
        let end = name.count - last.count
        guard first.count <= end, name.holds(first, at: 0), name.holds(last, at: end) else {
            return false
        }
        var position = first.count
        for piece in pieces.dropFirst().dropLast() {
            guard let found = name.position(of: piece, in: position..<end) else { return false }
            position = found + piece.count
        }
        return true
    }
}

extension Span where Element == UInt8 {
    /// Whether `piece` stands at `position`; `position` and its end lie within the span or not.
    fileprivate func holds(_ piece: [UInt8], at position: Int) -> Bool {
        guard position >= 0, position + piece.count <= count else { return false }
        for index in piece.indices where self[position + index] != piece[index] { return false }
        return true
    }

    /// Where `piece` first stands wholly within `range`.
    fileprivate func position(of piece: [UInt8], in range: Range<Int>) -> Int? {
        var position = range.lowerBound
        while position + piece.count <= range.upperBound {
            if holds(piece, at: position) { return position }
            position += 1
        }
        return nil
    }
}
