// Patterns as automata: which names could fit which of them, not whether one name does.
import Bytes

/// A pattern over names with levels, read one character at a time.
struct NamePattern {
    private enum Level {
        /// The characters between the stars; without a star one piece.
        case one([[Unicode.Scalar]])
        case anyDepth
    }

    /// A place in the pattern: within a level, behind a number of characters of its pieces.
    struct Place: Hashable {
        let level: Int
        /// Which piece is being read, and how much of it is.
        let piece: Int
        let offset: Int
    }

    /// All places at which a name read so far may stand.
    typealias Places = Set<Place>

    private let levels: [Level]

    /// A mailbox pattern.
    init(_ pattern: Pattern, isFolded: Bool) {
        let text = isFolded ? folded(pattern.text) : pattern.text
        levels = text.split(separator: "/", omittingEmptySubsequences: false).map { level in
            level == "**" ? .anyDepth : .one(Self.pieces(of: level))
        }
    }

    /// A name without levels, such as a user's.
    init(wildcard text: String) { levels = [.one(Self.pieces(of: text[...]))] }

    private static func pieces(of text: Substring) -> [[Unicode.Scalar]] {
        text.split(separator: "*", omittingEmptySubsequences: false).map {
            Array($0.unicodeScalars)
        }
    }

    /// The characters that the pattern tells apart from others.
    var alphabet: Set<Unicode.Scalar> {
        var scalars: Set<Unicode.Scalar> = []
        for case .one(let pieces) in levels { scalars.formUnion(pieces.joined()) }
        return scalars
    }

    /// Where a name that is empty so far stands.
    var start: Places { starts(at: 0) }

    /// The places at which a name may stand before the first character of a level.
    private func starts(at level: Int) -> Places {
        var places: Places = []
        for index in level..<max(level, levels.count) {
            switch levels[index] {
            case .one:
                places.insert(Place(level: index, piece: 0, offset: 0))
                return places
            case .anyDepth: places.insert(Place(level: index, piece: 0, offset: 0))
            }
        }
        return places
    }

    /// Where the name stands after one more character that is no slash.
    func step(_ places: Places, _ scalar: Unicode.Scalar) -> Places {
        var next: Places = []
        for place in places {
            guard case .one(let pieces) = levels[place.level] else {
                next.insert(place)
                continue
            }
            let piece = pieces[place.piece]
            if place.offset < piece.count, piece[place.offset] == scalar {
                insert(
                    Place(level: place.level, piece: place.piece, offset: place.offset + 1),
                    &next
                )
            }
            // Between two pieces stands a star, which takes the character.
            if place.piece > 0, place.offset == 0 { next.insert(place) }
        }
        return next
    }

    /// Adds a place, and the one behind a star that it has come to.
    private func insert(_ place: Place, _ places: inout Places) {
        places.insert(place)
        guard case .one(let pieces) = levels[place.level] else { return }
        if place.offset == pieces[place.piece].count, place.piece + 1 < pieces.count {
            insert(Place(level: place.level, piece: place.piece + 1, offset: 0), &places)
        }
    }

    /// Where the name stands after a slash.
    func stepLevel(_ places: Places) -> Places {
        var next: Places = []
        for place in places {
            switch levels[place.level] {
            case .anyDepth: next.formUnion(closed(starts(at: place.level)))
            case .one where isAtEnd(place):
                next.formUnion(closed(starts(at: place.level + 1)))
            case .one: continue
            }
        }
        return next
    }

    /// The places with those behind a star that stands first.
    func closed(_ places: Places) -> Places {
        var closed: Places = []
        for place in places { insert(place, &closed) }
        return closed
    }

    /// Whether a name that ends here fits.
    func accepts(_ places: Places) -> Bool {
        places.contains { place in
            let isRead: Bool
            if case .anyDepth = levels[place.level] {
                isRead = true
            } else {
                isRead = isAtEnd(place)
            }
            guard isRead else { return false }
            return levels[(place.level + 1)...].allSatisfy {
                if case .anyDepth = $0 { true } else { false }
            }
        }
    }

    private func isAtEnd(_ place: Place) -> Bool {
        guard case .one(let pieces) = levels[place.level] else { return true }
        return place.piece == pieces.count - 1 && place.offset == pieces[place.piece].count
            || place.piece == pieces.count - 1 && pieces[place.piece].isEmpty
    }
}

func folded(_ text: String) -> String {
    String(decoding: Array(text.utf8).caseFolded, as: UTF8.self)
}
