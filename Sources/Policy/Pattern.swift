// Which mailboxes a rule is about: a canonical name with `*` within a level and `**` for any depth.

/// Why a text is no pattern.
package enum PatternError: Error, Equatable, Sendable {
    case empty, tooLong, emptyLevel, dotLevel, percent
    case partialDoubleStar(String)
    case unprintable(UInt32)
    case reservedStart(Character)
    case inbox(String)
}

extension PatternError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "a mailbox pattern can't be empty; write \"**\" for every mailbox"
        case .tooLong: "a mailbox pattern has at most \(Pattern.bytesMax) bytes"
        case .emptyLevel: "a mailbox pattern has no \"/\" at its start, its end or twice in a row"
        case .dotLevel: "no mailbox is called \".\" or \"..\""
        case .percent: "\"%\" is in no mailbox name; within a level write \"*\""
        case .partialDoubleStar(let level):
            "\"**\" stands alone between slashes, but here in \"\(level)\""
        case .unprintable(let scalar):
            "U+\(String(scalar, radix: 16, uppercase: true)) is in no canonical mailbox name"
        case .reservedStart(let character): "no canonical mailbox name begins with \"\(character)\""
        case .inbox(let spelling): "the inbox is always \"INBOX\", not \"\(spelling)\""
        }
    }
}

/// A pattern over the levels of canonical names; anchored at both ends.
package struct Pattern: Equatable, Sendable {
    /// As many bytes as a canonical mailbox name may have.
    package static let bytesMax = 1000

    enum Level: Equatable, Sendable {
        case one(Wildcard)
        /// `**`: any number of levels, none included.
        case anyDepth
    }

    package let text: String
    let levels: [Level]

    /// Reads a pattern whose literal parts are canonical; the caller has checked that it is NFC.
    package init(_ text: String) throws(PatternError) {
        guard !text.isEmpty else { throw .empty }
        guard text.utf8.count <= Pattern.bytesMax else { throw .tooLong }
        try Pattern.checkCharacters(of: text)
        // By bytes: to Swift, "/" and an accent behind it are one character that is no "/".
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
        var levels: [Level] = []
        for part in parts { levels.append(try Pattern.level(part)) }
        if let head = parts.first, head != "INBOX",
            Array(head.utf8).caseFolded == Array("inbox".utf8)
        {
            throw .inbox(head)
        }
        self.init(text: text, levels: levels)
    }

    private init(text: String, levels: [Level]) {
        self.text = text
        self.levels = levels
    }

    private static func checkCharacters(of text: String) throws(PatternError) {
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned:
                throw .unprintable(scalar.value)
            default: break
            }
            if scalar == "%" { throw .percent }
        }
        if let first = text.unicodeScalars.first, "\\{!".unicodeScalars.contains(first) {
            throw .reservedStart(Character(first))
        }
    }

    private static func level(_ part: String) throws(PatternError) -> Level {
        if part == "**" { return .anyDepth }
        guard !part.isEmpty else { throw .emptyLevel }
        guard part != ".", part != ".." else { throw .dotLevel }
        let bytes = Array(part.utf8)
        let star = UInt8(ascii: "*")
        guard !zip(bytes, bytes.dropFirst()).contains(where: { $0 == star && $1 == star }) else {
            throw .partialDoubleStar(part)
        }
        return .one(Wildcard(bytes))
    }

    /// The pattern for names that went through `caseFolded`.
    var caseFolded: Pattern {
        Pattern(
            text: text,
            levels: levels.map {
                switch $0 {
                case .one(let wildcard): .one(wildcard.caseFolded)
                case .anyDepth: .anyDepth
                }
            }
        )
    }

    /// The first level, where it is the same in all names that match.
    var head: [UInt8]? {
        guard case .one(let wildcard)? = levels.first else { return nil }
        return wildcard.literal
    }
}

extension Pattern {
    /// Whether a canonical name as a whole fits.
    package func matches(_ name: [UInt8]) -> Bool { matches(MailboxPath(name)) }

    /// Whether the whole path fits.
    ///
    /// A run of levels between two `**` is taken where it first fits; only the last `**` ever grows,
    /// so the work is bounded by the levels of the path times those of the pattern.
    func matches(_ path: MailboxPath) -> Bool {
        var position = 0
        var wanted = 0
        var lastStar: (wanted: Int, position: Int)?
        while position < path.depth {
            if wanted < levels.count, case .anyDepth = levels[wanted] {
                lastStar = (wanted, position)
                wanted += 1
            } else if wanted < levels.count, case .one(let wildcard) = levels[wanted],
                path.level(position, matches: wildcard)
            {
                wanted += 1
                position += 1
            } else if let star = lastStar {
                lastStar = (star.wanted, star.position + 1)
                wanted = star.wanted + 1
                position = star.position + 1
            } else {
                return false
            }
        }
        return levels[wanted...].allSatisfy { $0 == .anyDepth }
    }
}
