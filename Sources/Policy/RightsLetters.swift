// Rights as people write them: the letters of RFC 4314, and the levels that name usual sets.

/// Why letters are no rights.
package enum RightsError: Error, Equatable, Sendable {
    case unknownLetter(Character)
    /// A leading `-` once was read as a grant elsewhere; here it is nothing at all.
    case negative
}

extension RightsError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownLetter(let letter):
            "unknown right \"\(letter)\"; rights are letters of \"\(Rights.all.letters)\""
        case .negative: "rights can't be negative; name the rights that remain"
        }
    }
}

extension Rights {
    /// What a user has where no rule applies: everything but `a`, which is never given by default.
    package static let full = all.subtracting(.administer)

    /// Each right with its letter, in the order of RFC 4314, section 2.1.
    private static let table: [(letter: Character, right: Rights)] = [
        ("l", .lookup), ("r", .read), ("s", .seen), ("w", .write), ("i", .insert), ("p", .post),
        ("k", .createMailbox), ("x", .deleteMailbox), ("t", .deleteMessages), ("e", .expunge),
        ("a", .administer),
    ]

    /// Reads letters in any order.
    ///
    /// The obsolete `c` stands for `kx` and `d` for `te` (RFC 4314, section 2.1.1), and for no more.
    package init(letters: String) throws(RightsError) {
        self = .none
        for letter in letters { formUnion(try Rights.right(of: letter)) }
    }

    private static func right(of letter: Character) throws(RightsError) -> Rights {
        switch letter {
        case "-": throw .negative
        case "c": return [.createMailbox, .deleteMailbox]
        case "d": return [.deleteMessages, .expunge]
        default:
            guard let known = table.first(where: { $0.letter == letter }) else {
                throw .unknownLetter(letter)
            }
            return known.right
        }
    }

    /// The letters in the order of RFC 4314; empty without rights.
    package var letters: String { Rights.texts[Int(rawValue & Rights.all.rawValue)] }

    /// The letters of every set there is: every record of a command asks for three of them.
    private static let texts: [String] = (0...all.rawValue).map { bits in
        let rights = Rights(rawValue: bits)
        return String(table.lazy.filter { rights.contains($0.right) }.map(\.letter))
    }
}

/// A name for a usual set of rights.
package enum Level: String, CaseIterable, Sendable {
    case deny
    case listOnly = "list-only"
    case readOnly = "read-only"
    case readAndMark = "read-and-mark"
    case dropBox = "drop-box"
    case noDelete = "no-delete"
    case full

    package var rights: Rights {
        switch self {
        case .deny: .none
        case .listOnly: .lookup
        case .readOnly: [.lookup, .read]
        case .readAndMark: [.lookup, .read, .seen]
        case .dropBox: [.lookup, .insert]
        case .noDelete: [.lookup, .read, .seen, .write, .insert, .createMailbox]
        case .full: .full
        }
    }
}
