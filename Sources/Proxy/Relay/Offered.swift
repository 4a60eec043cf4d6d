// Is this command, in this form, on offer? What is stripped from CAPABILITY is refused, too.
import Bytes
import IMAP

extension Authorization {
    func isOffered(_ command: Command) -> Bool {
        switch command {
        case .idle: offer.contains(.idle)
        case .namespace: offer.contains(.namespace)
        case .enable: offer.contains(.enable)
        case .notify(let notify): admits(notify)
        case .compress: isCompressing || offer.contains(.compressDeflate)
        case .unselect: offer.contains(.unselect)
        case .uidExpunge(let set): offer.contains(.uidPlus) && admits(set)
        case .copy(let copy): admits(copy.set)
        case .move(let copy): offer.contains(.move) && admits(copy.set)
        case .list(let list): admits(list)
        case .status(_, let items): admits(items)
        case .search(let search): admits(search, returns: .esearch)
        case .sort(let sort): admits(sort)
        case .thread(let thread): admits(thread)
        case .uidBatches: offer.contains(.uidBatches)
        case .select(let select), .examine(let select): admits(select)
        case .fetch(let fetch): admits(fetch)
        case .store(let store):
            admits(modSequences: store.unchangedSince != nil) && admits(store.set)
        case .create(_, let uses): uses.isEmpty
        case .capability, .noop, .logout, .id, .startTLS, .authenticate, .login, .delete, .rename,
            .subscribe, .unsubscribe, .lsub, .append, .check, .close, .expunge:
            true
        }
    }

    func admits(modSequences: Bool) -> Bool {
        !modSequences || offer.contains(.condStore)
    }

    private func admits(_ select: Select) -> Bool {
        if select.qresync != nil { return enabled.contains(.qresync) }
        return admits(modSequences: select.isCondstore)
    }

    private func admits(_ list: List) -> Bool {
        guard list.isExtended else { return true }
        let returns = list.returns ?? ListReturns()
        let namesUses =
            list.selection.contains(.specialUse) || returns.options.contains(.specialUse)
        return offer.contains(.listExtended)
            && (returns.status.isEmpty || offer.contains(.listStatus) && admits(returns.status))
            && (!namesUses || offer.contains(.specialUse))
    }
}
