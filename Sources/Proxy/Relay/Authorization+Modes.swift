// ENABLE (RFC 5161): what the client switches on at the backend, and what in the gateway alone.
import Bytes
import IMAP
import Policy

extension CapabilitySet {
    /// Modes of the gateway's own: the backend never hears of them.
    static let ownModes = CapabilitySet([.utf8Accept, .imap4rev2])

    /// How names are written between client and gateway once these modes are on.
    var mailboxEncoding: MailboxEncoding {
        intersection(.ownModes).isEmpty ? .modifiedUTF7 : .utf8
    }

    /// What the client's quoted strings may hold once these modes are on.
    var quotedText: QuotedText { intersection(.ownModes).isEmpty ? .ascii : .utf8 }
}

extension Authorization {
    func enable(_ names: [ShortBytes]) -> Judgement {
        var asked = CapabilitySet()
        var passedOn: [ShortBytes] = []
        for name in names {
            guard let mode = mode(name.bytes), offer.contains(mode) else { continue }
            asked.insert(mode)
            if !CapabilitySet.ownModes.contains(mode) { passedOn.append(name) }
            // CONDSTORE comes with QRESYNC (RFC 7162, 3.2.3).
            if mode == .qresync { asked.insert(.condStore) }
        }
        guard !passedOn.isEmpty, capabilities.contains(.enable) else {
            return .local(.enabled(asked.intersection(.ownModes)))
        }
        return .forward(Forward(.enable(passedOn), purpose: .enable(asked)))
    }

    /// STATUS without DELETED, which IMAP4rev2 has and older backends don't know: it stays untold.
    func withoutDeleted(_ judgement: Judgement) -> Judgement {
        let isKnown = capabilities.contains(.quotaMessage) || capabilities.hasRevision2
        guard !isKnown, case .forward(var forward) = judgement else { return judgement }
        switch forward.command {
        case .status(let mailbox, let items) where items.contains(.deleted):
            forward.command = .status(mailbox: mailbox, items: withoutDeleted(items))
        case .list(var list):
            guard var returns = list.returns, returns.status.contains(.deleted) else { break }
            returns.status = withoutDeleted(returns.status)
            list.returns = returns
            forward.command = .list(list)
        default: break
        }
        return .forward(forward)
    }

    private func withoutDeleted(_ items: KeywordSet<StatusItem>) -> KeywordSet<StatusItem> {
        var items = items
        items.remove(.deleted)
        // Whether there is such a mailbox only the backend knows.
        if items.isEmpty { items.insert(.uidValidity) }
        return items
    }

    /// A search as the backend understands it, with the answer that the client's revision has.
    func search(_ search: Search) -> Judgement {
        var search = search
        // Modes of the gateway's own let strings be UTF-8 without saying so (RFC 6855, 3).
        if search.charset == nil && search.isBeyondASCII { search.charset = .utf8 }
        // Only ESEARCH answers a search in IMAP4rev2 (RFC 9051, 6.4.4).
        if enabled.hasRevision2 && search.returns == nil { search.returns = SearchReturns([.all]) }
        return reading(.search(search))
    }

    private func mode(_ name: [UInt8]) -> Capability? {
        [Capability.condStore, .qresync, .uidOnly, .utf8Accept, .imap4rev2].first { mode in
            name.span.spells(mode.spelling)
        }
    }
}

extension Relay {
    /// How the client writes names, and how the backend is told them.
    var namesToBackend: MailboxNaming {
        var naming = backend.naming
        naming.reading = enabled.mailboxEncoding
        return naming
    }

    /// How the backend writes names, and how the client is told them.
    var namesToClient: MailboxNaming {
        var naming = backend.naming
        naming.writing = enabled.mailboxEncoding
        return naming
    }

    /// Tells the client of modes that are on from now on.
    mutating func switchOn(_ modes: CapabilitySet, into out: inout Outbox) {
        enabled = enabled.union(modes)
        Response.enabled(modes).encode(into: &out.client)
    }

    /// Switches on what the gateway does by itself, where the backend named nothing of its own.
    mutating func settleModes(
        after exchange: Exchange,
        _ condition: Response.Condition,
        into out: inout Outbox
    ) {
        guard case .enable(let asked) = exchange.purpose, condition == .ok else { return }
        let own = asked.intersection(.ownModes).subtracting(enabled)
        if !own.isEmpty { switchOn(own, into: &out) }
    }
}
