// LIST and LSUB (RFC 9051, 6.3.9; RFC 3501, 6.3.9; RFC 5258, 5819, 6154, 8440 for the options).
import Bytes

/// Which mailboxes to tell of, and what to tell.
package struct List: Equatable, Sendable {
    /// Every pattern costs the backend a walk through its mailboxes.
    package static let patternsMax = 32
    package static let patternBytesMax = 256

    package var selection: KeywordSet<ListSelection>
    package var reference: [UInt8]
    package var patterns: [[UInt8]]
    /// Nil when there was no RETURN.
    package var returns: ListReturns?

    package init(
        selection: KeywordSet<ListSelection> = [],
        reference: [UInt8] = [],
        patterns: [[UInt8]],
        returns: ListReturns? = nil
    ) {
        self.selection = selection
        self.reference = reference
        self.patterns = patterns
        self.returns = returns
    }

    /// Whether it needs a backend that knows LIST-EXTENDED.
    package var isExtended: Bool {
        !selection.isEmpty || returns != nil || patterns.count != 1
    }
}

extension List {
    /// RETURN (MYRIGHTS) (RFC 8440).
    package var wantsRights: Bool { returns?.options.contains(.myRights) ?? false }
}

extension Command {
    /// LIST with RETURN (MYRIGHTS).
    package var wantsRights: Bool {
        if case .list(let list) = self { list.wantsRights } else { false }
    }
}

package enum ListSelection: UInt8, Keyword {
    case subscribed, recursiveMatch, specialUse

    package var spelling: StaticString {
        switch self {
        case .subscribed: "SUBSCRIBED"
        case .recursiveMatch: "RECURSIVEMATCH"
        case .specialUse: "SPECIAL-USE"
        }
    }
}

package enum ListReturn: UInt8, Keyword {
    case subscribed, children, specialUse, myRights

    package var spelling: StaticString {
        switch self {
        case .subscribed: "SUBSCRIBED"
        case .children: "CHILDREN"
        case .specialUse: "SPECIAL-USE"
        case .myRights: "MYRIGHTS"
        }
    }
}

package struct ListReturns: Equatable, Sendable {
    package var options: KeywordSet<ListReturn> = []
    /// The items of STATUS for every mailbox, empty when it was not asked for.
    package var status: KeywordSet<StatusItem> = []

    package init(options: KeywordSet<ListReturn> = [], status: KeywordSet<StatusItem> = []) {
        self.options = options
        self.status = status
    }
}

extension Cursor {
    /// LIST: [`(` selection `)` SP] reference SP patterns [SP RETURN SP `(` options `)`].
    mutating func list() throws(SyntaxError) -> List {
        let selection = try listSelection()
        let reference = try mailbox()
        try space()
        var list = List(
            selection: selection,
            reference: reference,
            patterns: try listPatterns()
        )
        guard takeSpace() else { return list }
        try word("RETURN")
        try space()
        list.returns = try listReturns()
        return list
    }

    mutating func lsub() throws(SyntaxError) -> Command {
        let reference = try mailbox()
        try space()
        return .lsub(reference: reference, pattern: try listPattern())
    }

    /// RECURSIVEMATCH says how to match by another option and is wrong alone (RFC 5258, 3).
    private mutating func listSelection() throws(SyntaxError) -> KeywordSet<ListSelection> {
        let start = offset
        var selection: KeywordSet<ListSelection> = []
        guard take(UInt8(ascii: "(")) else { return selection }
        if peek != UInt8(ascii: ")") {
            repeat { selection.insert(try keyword(ListSelection.self)) } while takeSpace()
        }
        guard selection != [.recursiveMatch] else { throw .expected(.knownWord, at: start) }
        try close()
        try space()
        return selection
    }

    private mutating func listPatterns() throws(SyntaxError) -> [[UInt8]] {
        guard take(UInt8(ascii: "(")) else { return [try listPattern()] }
        var patterns: [[UInt8]] = []
        repeat {
            guard patterns.count < List.patternsMax else { throw .tooMany(at: offset) }
            patterns.append(try listPattern())
        } while takeSpace()
        try close()
        return patterns
    }

    private mutating func listPattern() throws(SyntaxError) -> [UInt8] {
        var pattern: [UInt8] = []
        try string(orBare: .list, into: &pattern, bytesMax: List.patternBytesMax)
        return pattern
    }

    private mutating func listReturns() throws(SyntaxError) -> ListReturns {
        try open()
        var returns = ListReturns()
        if take(UInt8(ascii: ")")) { return returns }
        repeat {
            if takeWord("STATUS") {
                try space()
                returns.status = try keywords(StatusItem.self)
            } else {
                returns.options.insert(try keyword(ListReturn.self))
            }
        } while takeSpace()
        try close()
        return returns
    }
}

extension List {
    func encode(into encoder: inout CommandEncoder) {
        if !selection.isEmpty {
            encoder.space()
            selection.append(to: &encoder)
        }
        encoder.mailbox(reference)
        if patterns.count == 1 {
            encoder.mailbox(patterns[0])
        } else {
            encoder.append(" (")
            for (index, pattern) in patterns.enumerated() {
                if index > 0 { encoder.space() }
                encoder.string(pattern)
            }
            encoder.append(UInt8(ascii: ")"))
        }
        if let returns {
            encoder.append(" RETURN ")
            returns.append(to: &encoder)
        }
    }

    func describe(into digest: inout CommandDigest) {
        if !selection.isEmpty {
            selection.append(to: &digest)
            digest.append(UInt8(ascii: " "))
        }
        digest.append(decimal: UInt64(patterns.count))
        digest.append(patterns.count == 1 ? " pattern" : " patterns")
        if let returns {
            digest.append(" RETURN ")
            returns.append(to: &digest)
        }
    }
}

extension ListReturns {
    fileprivate func append(to sink: inout some ByteSink) {
        sink.append(UInt8(ascii: "("))
        options.appendWords(to: &sink)
        if !status.isEmpty {
            sink.append(options.isEmpty ? "STATUS " : " STATUS ")
            status.append(to: &sink)
        }
        sink.append(UInt8(ascii: ")"))
    }
}
