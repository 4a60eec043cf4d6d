// What is sent in place of a command whose extension the backend does not have.
import Audit
import Bytes
import IMAP

extension Authorization {
    /// A command that may pass, in words that this backend knows.
    func emulating(_ judgement: Judgement) -> Judgement {
        guard case .forward(var forward) = judgement else { return judgement }
        switch forward.command {
        case .idle where !has(.idle): forward.rewrite = "IDLE to NOOP"
        case .search(let search):
            guard let returns = search.returns, !has(.esearch) else { break }
            // What is to be kept or to be told in part, only the backend could.
            guard !returns.options.contains(.save), returns.partial == nil else {
                return .refuse(.unknownCommand, forward.grounds)
            }
            forward.rewrite = "ESEARCH to SEARCH"
            forward.plan = plan(search, returns.options)
        case .move(let copy) where !has(.move):
            // Copies would be made before the backend refused to mark what is to go.
            guard selection?.isExamined == false else {
                return .refuse(.readOnly, forward.grounds)
            }
            forward.rewrite = "MOVE to COPY, STORE and EXPUNGE"
            forward.plan = plan(copy)
        case .list(let list) where needsPlan(list):
            forward.rewrite = "LIST in simpler commands"
            forward.plan = plan(list)
        default: break
        }
        return .forward(forward)
    }

    private func has(_ capability: Capability) -> Bool { capabilities.contains(capability) }

    private func plan(_ search: Search, _ returns: KeywordSet<SearchReturn>) -> Plan {
        var simple = search
        simple.returns = nil
        return Plan([Step(.search(simple))], course: .searching(returns))
    }

    /// Which messages they are is asked first, so that exactly those are copied and removed: a
    /// range may gain messages before its last step.
    private func plan(_ copy: Copy) -> Plan {
        let key: SearchKey = copy.isUID ? .uids(copy.set) : .messages(copy.set)
        let search = Search(isUID: true, keys: [key])
        return Plan([Step(.search(search))], course: .moving(copy))
    }

    // MARK: LIST

    private func needsPlan(_ list: List) -> Bool {
        guard list.isExtended else { return false }
        return !has(.listExtended) || !list.status.isEmpty && !has(.listStatus)
    }

    private func plan(_ list: List) -> Plan {
        let listing = Listing(list, isSimple: !has(.listExtended))
        guard listing.isSimple else {
            var rest = list
            rest.returns = list.returns.map { ListReturns(options: $0.options) }
            return Plan([Step(.list(rest))], course: .listing(listing))
        }
        var steps: [Step] = []
        if listing.wantsSubscriptions {
            steps += list.patterns.map { Step(.lsub(reference: [], pattern: $0)) }
        }
        steps += list.patterns.map { Step(.list(List(patterns: [$0]))) }
        return Plan(steps, course: .listing(listing))
    }
}

extension List {
    /// The items of STATUS that every listed mailbox is asked for.
    var status: KeywordSet<StatusItem> { returns?.status ?? [] }
}
