// ESEARCH: a search in several mailboxes, each of them permitted and named to the backend (RFC 7377).
import Audit
import Bytes
import IMAP
import Policy

extension Authorization {
    func multiSearch(_ asked: MultiSearch, knowing known: KnownNames? = nil) -> Judgement {
        let sources = asked.sources.isEmpty ? [MailboxFilter.selected] : asked.sources
        if selection == nil && sources.contains(.selected) {
            return .refuse(.nothingSelected, Grounds())
        }
        if asked.search.charset == .unsupported { return .refuse(.badCharset, Grounds()) }
        let judgement = search(asked, in: sources, knowing: known ?? KnownNames())
        guard case .forward = judgement, known == nil, sources.contains(where: \.meansUnnamed)
        else { return judgement }
        var forward = surveying(Forward(.multiSearch(asked)), for: sources)
        forward.rewrite = Self.searched
        return .forward(forward)
    }

    private static let searched: Phrase = "ESEARCH in permitted mailboxes"

    private func search(
        _ asked: MultiSearch,
        in sources: [MailboxFilter],
        knowing known: KnownNames
    ) -> Judgement {
        var needed = Verb.multiSearch.row.mailbox
        if asked.search.looksIntoText { needed = needed.adding(.searchText) }
        if asked.search.meansAll { needed = needed.adding(.searchAll) }
        var expansion = MailboxExpansion()
        var names: [MailboxName] = []
        for source in sources {
            guard let meant = mailboxes(source, needs: needed, knowing: known) else {
                return .refuse(.invalidName, Grounds())
            }
            names += expansion.take(meant)
        }
        guard !known.isCut, !expansion.isTooLarge else {
            return .refuse(.tooManySearched, Grounds())
        }
        var told = asked
        told.sources = [.mailboxes(names.map(naming.encode))]
        // Modes of the gateway's own let strings be UTF-8 without saying so (RFC 6855, 3).
        if told.search.charset == nil && told.search.isBeyondASCII { told.search.charset = .utf8 }
        let grounds = Grounds(watching: expansion.accesses)
        var forward = Forward(.multiSearch(told), grounds, purpose: .multiSearch(names))
        if told != asked { forward.rewrite = Self.searched }
        // Where there is nothing to search, nothing is found.
        if names.isEmpty { forward.plan = Plan([]) }
        return .forward(forward)
    }
}

extension Relay {
    /// Passes what was found in a mailbox that is searched, and may be read still.
    mutating func pass(_ found: MailboxSearch, into out: inout Outbox) -> Bool {
        guard let exchange = inFlight.exchanges.first(where: { $0.number == found.tag }),
            case .multiSearch(let names) = exchange.purpose,
            let tag = exchange.tag ?? undertaking?.asked.tag
        else { return false }
        let naming = namesToClient
        guard let name = try? naming.decode(found.mailbox), names.contains(name),
            policy.decide(name.canonical).rights.isSuperset(of: Verb.multiSearch.row.mailbox.rights)
        else { return true }
        return copyNumbers(tag: tag, mailbox: naming.encode(name), into: &out)
    }
}
