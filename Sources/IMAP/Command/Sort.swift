// SORT and UID SORT (RFC 5256; RFC 5267 for RETURN; RFC 5957, DISPLAY; RFC 6203, RELEVANCY).
package import Bytes

/// Which messages to look for, and in which order to tell them.
package struct Sort: Equatable, Sendable {
    /// The first decides, the next where those before are equal; never empty.
    package var criteria: ShortList<SortCriterion>
    package var search: Search

    package init(criteria: ShortList<SortCriterion>, search: Search) {
        self.criteria = criteria
        self.search = search
    }
}

package struct SortCriterion: Equatable, Sendable {
    package let key: SortKey
    package let isReversed: Bool

    package init(_ key: SortKey, isReversed: Bool = false) {
        self.key = key
        self.isReversed = isReversed
    }
}

package enum SortKey: UInt8, Keyword {
    case arrival, cc, date, from, size, subject, to, displayFrom, displayTo, relevancy

    package var spelling: StaticString {
        switch self {
        case .arrival: "ARRIVAL"
        case .cc: "CC"
        case .date: "DATE"
        case .from: "FROM"
        case .size: "SIZE"
        case .subject: "SUBJECT"
        case .to: "TO"
        case .displayFrom: "DISPLAYFROM"
        case .displayTo: "DISPLAYTO"
        case .relevancy: "RELEVANCY"
        }
    }
}

extension Cursor {
    /// Criteria of one SORT: every key in both directions.
    private static let sortCriteriaMax = 20

    /// SORT: [RETURN SP `(` options `)` SP] `(` criteria `)` SP charset SP key *(SP key).
    mutating func sort(isUID: Bool) throws(SyntaxError) -> Sort {
        let returns = try searchReturns()
        let criteria = try sortCriteria()
        try space()
        return Sort(
            criteria: criteria,
            search: try searchProgram(isUID: isUID, returns: returns)
        )
    }

    private mutating func sortCriteria() throws(SyntaxError) -> ShortList<SortCriterion> {
        try open()
        var criteria = ShortList<SortCriterion>()
        repeat {
            guard criteria.count < Self.sortCriteriaMax else { throw .tooMany(at: offset) }
            let isReversed = takeWord("REVERSE")
            if isReversed { try space() }
            criteria.append(SortCriterion(try keyword(SortKey.self), isReversed: isReversed))
        } while takeSpace()
        try close()
        return criteria
    }
}

extension Sort {
    func encode(into encoder: inout CommandEncoder) {
        encoder.space()
        appendOptions(to: &encoder)
        search.encodeProgram(into: &encoder)
    }

    func describe(into digest: inout CommandDigest) {
        appendOptions(to: &digest)
        search.describeProgram(into: &digest)
    }

    private func appendOptions(to sink: inout some ByteSink) {
        search.returns?.append(to: &sink)
        for index in criteria.indices {
            sink.append(UInt8(ascii: index == 0 ? "(" : " "))
            if criteria[index].isReversed { sink.append("REVERSE ") }
            sink.append(criteria[index].key.spelling)
        }
        sink.append(") ")
    }
}
