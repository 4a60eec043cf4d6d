// May this command pass? The commands that read, mark, file and remove messages.
import Audit
import Bytes
import IMAP
import Policy

extension Authorization {
    /// A FETCH that would set \Seen loses that effect where `s` is missing (table K).
    func fetch(_ fetch: Fetch) -> Judgement {
        var needed = Verb.fetch.row.selected
        if isForbidden(.fetchText) && fetch.tellsText { needed = needed.adding(.fetchText) }
        let grounds = selected(needed)
        if let refusal = grounds.mailbox?.refusal { return .refuse(refusal, grounds) }
        if !spent.isEmpty && FetchFilter(answering: fetch).tellsAnyText {
            let access = selection.map { Access($0, needs: needed, spent: spent) }
            return .refuse(.volumeSpent, Grounds(access))
        }
        var fetch = fetch
        var filter = FetchFilter(answering: fetch)
        var rewrite: Phrase?
        let setsSeen = fetch.setsSeen
        let maySee = selection.map { $0.rights.contains(.seen) && !$0.isExamined } ?? false
        if setsSeen && !maySee {
            // One text under two names: no renaming could answer that.
            guard let renames = fetch.peekOnly() else { return .refuse(.askedTwice, grounds) }
            filter.renames = renames
            rewrite = "FETCH with PEEK"
        }
        var forward = Forward(.fetch(fetch), grounds, purpose: .fetch(filter))
        forward.rewrite = rewrite
        forward.isWriting = setsSeen && maySee
        return .forward(forward)
    }

    func expunge(_ command: Command) -> Judgement {
        let grounds = selected(command.verb.row.selected)
        if grounds.mailbox?.refusal != nil { return refusedChange(grounds) }
        return .forward(Forward(command, grounds))
    }

    /// The two ways of refusing a change of the selected mailbox (section F, 5).
    func refusedChange(_ grounds: Grounds) -> Judgement {
        refusals == .compatible ? .ignore(grounds) : .refuse(.readOnly, grounds)
    }

    // MARK: Flags

    func store(_ store: Store) -> Judgement {
        let rights = selection?.rights ?? .none
        let isReplacing = store.operation == .replace
        var needed = Demand(store.flags.rights(replacing: isReplacing))
        // Replacing takes away the keywords that are not named.
        if isReplacing || !store.flags.keywords.isEmpty { needed = needed.adding(.storeKeywords) }
        let grounds = selected(needed)
        if grounds.mailbox?.forbidden.isEmpty == false { return .refuse(.noPermission, grounds) }
        guard let missing = grounds.mailbox?.missing, !missing.isEmpty else {
            return .forward(Forward(.store(store), grounds))
        }
        guard store.operation != .replace else { return replace(store, grounds) }
        var reduced = store
        reduced.flags = store.flags.keeping(rights)
        guard !reduced.flags.isEmpty else {
            return store.unchangedSince == nil
                ? refusedChange(grounds) : .refuse(.readOnly, grounds)
        }
        return rewritten(.store(reduced), grounds, "STORE with fewer flags")
    }

    /// `FLAGS (…)` without all of `s`, `t` and `w` would clear flags that may not be touched: it
    /// becomes one STORE that adds and one that removes (section F, 4).
    private func replace(_ store: Store, _ grounds: Grounds) -> Judgement {
        let rights = selection?.rights ?? .none
        let mine = FlagSet.system(with: rights)
        // Two commands can't both keep UNCHANGEDSINCE's promise, and keywords can't be listed.
        guard store.unchangedSince == nil, !rights.contains(.write) else {
            return .refuse(.noPermission, grounds)
        }
        guard !mine.isEmpty else { return refusedChange(grounds) }
        let present = mine.intersection(store.flags)
        let absent = mine.subtracting(present)
        var adding = store
        adding.operation = .add
        adding.flags = present
        var removing = store
        removing.operation = .remove
        removing.flags = absent
        var forward = Forward(.store(present.isEmpty ? removing : adding), grounds)
        if !present.isEmpty && !absent.isEmpty {
            forward.plan = Plan([Step(.store(removing)), Step(.store(adding))])
        }
        forward.rewrite = "STORE FLAGS to +FLAGS and -FLAGS"
        return .forward(forward)
    }

    // MARK: Filing

    /// Leaving a mailbox by MOVE is a deletion there (RFC 6851, section 3.3).
    func file(_ copy: Copy, _ verb: Verb, _ command: (Copy) -> Command) -> Judgement {
        let source = selected(verb.row.selected)
        let flags: Rights = copies == .strict ? [.seen, .write, .deleteMessages] : .none
        let target = access(copy.mailbox, needs: verb.row.destination.adding(flags))
        let grounds = Grounds(source.mailbox, target)
        if let refusal = source.mailbox?.refusal ?? target.refusal {
            return .refuse(refusal, grounds)
        }
        guard let name = target.name else { return .refuse(.invalidName, grounds) }
        var copy = copy
        copy.mailbox = naming.encode(name)
        return .forward(Forward(command(copy), grounds, purpose: filing(target)))
    }

    func filing(_ target: Access, readsSources: Bool = false) -> Purpose {
        let parent = target.name?.superiors.last
        let above = parent.map { policy.decide($0.canonical).rights } ?? target.rights
        return .filing(
            target: target.rights,
            mayCreate: above.contains(.createMailbox),
            readsSources: readsSources
        )
    }
}
