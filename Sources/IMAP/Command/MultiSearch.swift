// ESEARCH: a search in several mailboxes at once (RFC 7377).
import Bytes

/// A search and where to look; its answers are UIDs.
package struct MultiSearch: Equatable, Sendable {
    /// Empty without IN: then it is the selected mailbox.
    package var sources: [MailboxFilter]
    package var search: Search

    /// There are seven kinds of filters; a few may come more than once.
    static let sourcesMax = 32
}

extension Cursor {
    /// ESEARCH: [`IN (` filter *(SP filter) `)` SP] [RETURN SP options SP] [CHARSET SP charset SP]
    /// keys.
    ///
    /// Results can't be saved, and numbers have no meaning, beyond one mailbox (RFC 7377, 2.2).
    mutating func multiSearch() throws(SyntaxError) -> MultiSearch {
        let sources = takeWord("IN") ? try searchSources() : []
        let start = offset
        let search = try search(isUID: true)
        guard !search.savesResult, !search.usesSavedResult, !search.namesSequenceNumbers else {
            throw .expected(.knownWord, at: start)
        }
        return MultiSearch(sources: sources, search: search)
    }

    private mutating func searchSources() throws(SyntaxError) -> [MailboxFilter] {
        try space()
        try open()
        var sources: [MailboxFilter] = []
        repeat {
            let start = offset
            let source = try mailboxFilter()
            guard source != .selectedDelayed else { throw .expected(.knownWord, at: start) }
            guard sources.count < MultiSearch.sourcesMax else { throw .tooMany(at: start) }
            sources.append(source)
        } while takeSpace()
        try close()
        try space()
        return sources
    }
}

extension MultiSearch {
    func encode(into encoder: inout CommandEncoder) {
        for (index, source) in sources.enumerated() {
            encoder.append(index == 0 ? " IN (" : " ")
            source.encode(into: &encoder)
        }
        if !sources.isEmpty { encoder.append(")") }
        search.encode(into: &encoder)
    }

    func describe(into digest: inout CommandDigest) {
        for (index, source) in sources.enumerated() {
            digest.append(index == 0 ? "IN (" : " ")
            source.describe(into: &digest)
        }
        if !sources.isEmpty { digest.append(") ") }
        search.describe(into: &digest)
    }
}
