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
        case .search(let search):
            // RFC 6855, 3: all strings are UTF-8, and none may claim another charset.
            !(search.charset != nil && enabled.contains(.utf8Accept))
                && admits(search, returns: .esearch)
        case .multiSearch(let searching):
            offer.contains(.multiSearch)
                && !(searching.search.charset != nil && enabled.contains(.utf8Accept))
                && admits(searching.search, returns: .multiSearch)
        case .sort(let sort): admits(sort)
        case .thread(let thread): admits(thread)
        case .uidBatches: offer.contains(.uidBatches)
        case .select(let select), .examine(let select): admits(select)
        case .fetch(let fetch): admits(fetch)
        case .store(let store):
            admits(modSequences: store.unchangedSince != nil) && admits(store.set)
        case .create(_, let uses): uses.isEmpty || offer.contains(.createSpecialUse)
        case .getQuota, .getQuotaRoot, .setQuota: offer.contains(.quota)
        case .getMetadata, .setMetadata: offer.contains(.metadata)
        case .append(let append): admits(append)
        case .replace(let replace): offer.contains(.replace) && admits(replace.append)
        case .capability, .noop, .logout, .id, .startTLS, .authenticate, .login, .delete, .rename,
            .subscribe, .unsubscribe, .lsub, .check, .close, .expunge,
            .getACL, .setACL, .deleteACL, .listRights, .myRights:
            true
        }
    }

    func admits(modSequences: Bool) -> Bool {
        !modSequences || offer.contains(.condStore)
    }

    private func admits(_ append: Append) -> Bool {
        var messages = append.isContinued ? 1 : 0
        for part in append.parts {
            switch part {
            case .heading: messages += 1
            // RFC 3516, 4.4: binary needs its own kind of literal, and that needs BINARY.
            case .literal(let header) where header.isLiteral8:
                guard offer.contains(.binary) else { return false }
            case .utf8: guard enabled.contains(.utf8Accept) else { return false }
            case .text(let header) where header.isLiteral8: return false
            case .catenate: guard offer.contains(.catenate) else { return false }
            case .literal, .text, .url, .utf8End, .catenateEnd: continue
            }
        }
        return messages <= 1 || offer.contains(.multiAppend)
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
            && (!list.wantsRights || offer.contains(.listMyRights))
    }
}
