// Is this command, in this form, on offer? What is stripped from CAPABILITY is refused, too.
import Bytes
import IMAP

extension Authorization {
    func isOffered(_ command: Command) -> Bool {
        switch command {
        case .idle: offer.contains(.idle)
        case .namespace: offer.contains(.namespace)
        case .enable: offer.contains(.enable)
        case .compress: isCompressing || offer.contains(.compressDeflate)
        case .unselect: offer.contains(.unselect)
        case .uidExpunge: offer.contains(.uidPlus)
        case .move: offer.contains(.move)
        case .list(let list): admits(list)
        case .status(_, let items): admits(modSequences: items.contains(.highestModSequence))
        case .search(let search): search.returns == nil || offer.contains(.esearch)
        case .select(let select), .examine(let select): admits(select)
        case .fetch(let fetch): admits(fetch)
        case .store(let store): admits(modSequences: store.unchangedSince != nil)
        case .create(_, let uses): uses.isEmpty
        case .capability, .noop, .logout, .id, .startTLS, .authenticate, .login, .delete, .rename,
            .subscribe, .unsubscribe, .lsub, .append, .check, .close, .expunge, .copy:
            true
        }
    }

    private func admits(modSequences: Bool) -> Bool {
        !modSequences || offer.contains(.condStore)
    }

    private func admits(_ select: Select) -> Bool {
        if select.qresync != nil { return enabled.contains(.qresync) }
        return admits(modSequences: select.isCondstore)
    }

    private func admits(_ fetch: Fetch) -> Bool {
        if fetch.wantsVanished && !enabled.contains(.qresync) { return false }
        let namesThem = fetch.items.contains { $0 == .attribute(.modSequence) }
        return admits(modSequences: fetch.changedSince != nil || namesThem)
    }

    private func admits(_ list: List) -> Bool {
        guard list.isExtended else { return true }
        let returns = list.returns ?? ListReturns()
        let namesUses =
            list.selection.contains(.specialUse) || returns.options.contains(.specialUse)
        return offer.contains(.listExtended)
            && (returns.status.isEmpty || offer.contains(.listStatus))
            && (!namesUses || offer.contains(.specialUse))
    }
}
