// May this command pass? Looks at the policy, the selection and the command; asks nobody.
import Audit
import Bytes
import IMAP
import Policy

/// All that a decision may depend on.
struct Authorization {
    var policy: UserPolicy
    /// From the client's names to the backend's.
    let naming: MailboxNaming
    /// The backend's own, whatever the client is offered.
    let capabilities: CapabilitySet
    let offer: CapabilitySet
    var selection: Selection?
    let enabled: CapabilitySet
    /// Whether `$` means nothing, since the search that was to be saved was refused here.
    let isResultLost: Bool
    let isCompressing: Bool
    /// Whether one more session may compress.
    let mayCompress: Bool
    let refusals: RefusalStyle
    let copies: CopyStyle
    /// The names below the mailbox of the DELETE or RENAME under way; nil: not asked for yet.
    ///
    /// A name that is not canonical is nil in it: what it may do can't be told.
    let descendants: [MailboxName?]?
    let permissions: Permissions
    let quotaLabels: QuotaLabels
    /// The rules by which nothing more may be fetched from the selected mailbox.
    let spent: [Rule]

    /// Asked without a look at what is selected.
    private var isSelected: Bool { if case .some = selection { true } else { false } }

    func judge(_ command: Command) -> Judgement {
        if !isSelected && command.verb.row.validity == .selected {
            return .refuse(.nothingSelected, Grounds())
        }
        guard isOffered(command) else { return .refuse(.unknownCommand, Grounds()) }
        if enabled.contains(.uidOnly) && command.namesMessageNumbers {
            return .refuse(.uidRequired, Grounds())
        }
        if isResultLost && command.usesSavedResult { return .refuse(.notSaved, selected(.none)) }
        switch command {
        case .capability: return .local(.capability)
        case .id: return .local(.id)
        case .namespace: return .local(.namespace)
        case .notify(let asked): return notify(asked)
        case .compress:
            if isCompressing { return .refuse(.compressing, Grounds()) }
            return mayCompress ? .local(.compress) : .refuse(.compressionFull, Grounds())
        case .logout: return .local(.logout)
        case .startTLS, .authenticate, .login: return .refuse(.wrongState, Grounds())
        case .noop: return .forward(Forward(.noop, selected(.none)))
        case .check: return rewritten(.noop, selected(Verb.check.row.selected), "CHECK to NOOP")
        case .idle:
            return emulating(.forward(Forward(.idle, selected(.none), purpose: .idle)))
        case .enable(let names): return enable(names)
        case .select(let select): return self.select(select, isExamine: false)
        case .examine(let select): return self.select(select, isExamine: true)
        case .create(let octets, let uses): return create(octets, uses)
        case .delete(let octets): return delete(octets)
        case .rename(let old, let new): return rename(from: old, to: new)
        case .subscribe(let octets): return named(octets, .subscribe, Command.subscribe)
        case .unsubscribe(let octets): return named(octets, .unsubscribe, Command.unsubscribe)
        case .list(let list): return emulating(limited(self.list(list)))
        case .lsub(let reference, let pattern): return lsub(reference, pattern)
        case .status(let octets, let items):
            return limited(named(octets, .status) { .status(mailbox: $0, items: items) })
        case .append(let append): return self.append(append)
        case .close: return close()
        case .unselect: return .forward(departure())
        case .expunge, .uidExpunge: return expunge(command)
        case .search(let search): return emulating(self.search(search))
        case .multiSearch(let asked): return multiSearch(asked)
        case .sort, .thread, .uidBatches: return reading(command)
        case .fetch(let fetch): return self.fetch(fetch)
        case .store(let store): return self.store(store)
        case .copy(let copy): return file(copy, .copy, Command.copy)
        case .move(let copy): return emulating(file(copy, .move, Command.move))
        case .replace(let replace): return self.replace(replace)
        case .myRights(let octets): return myRights(octets)
        case .getACL(let octets): return lists(octets, .getACL, Command.getACL)
        case .listRights(let octets, let identifier):
            return lists(octets, .listRights) { .listRights(mailbox: $0, identifier: identifier) }
        case .setACL(let change): return setACL(change)
        case .deleteACL(let octets, let identifier): return deleteACL(octets, identifier)
        case .getQuota(let root): return getQuota(root)
        case .getQuotaRoot(let octets): return named(octets, .getQuotaRoot, Command.getQuotaRoot)
        case .setQuota: return .refuse(.noPermission, Grounds())
        case .getMetadata(let get): return getMetadata(get)
        case .setMetadata(let set): return setMetadata(set)
        }
    }

    // MARK: Building blocks

    func access(_ octets: [UInt8], needs needed: Demand) -> Access {
        Access(octets, needs: needed, under: policy, naming: naming)
    }

    func selected(_ needed: Demand) -> Grounds {
        Grounds(selection.map { Access($0, needs: needed) })
    }

    /// Whether rules forbid the operation in the selected mailbox.
    func isForbidden(_ operation: Policy.Operation) -> Bool {
        selection?.decision.forbidden.contains(Operations(operation)) ?? false
    }

    func rewritten(_ command: Command, _ grounds: Grounds, _ rewrite: Phrase) -> Judgement {
        var forward = Forward(command, grounds)
        forward.rewrite = rewrite
        return .forward(forward)
    }

    /// A command that names one mailbox and goes on with the name in its canonical form.
    func named(
        _ octets: [UInt8],
        _ verb: Verb,
        _ command: ([UInt8]) -> Command
    ) -> Judgement {
        let access = access(octets, needs: verb.row.mailbox)
        if let refusal = access.refusal { return .refuse(refusal, Grounds(access)) }
        guard let name = access.name else { return .refuse(.invalidName, Grounds(access)) }
        return .forward(Forward(command(naming.encode(name)), Grounds(access)))
    }

    /// A command that only reads the selected mailbox.
    func reading(_ command: Command) -> Judgement {
        var needed = command.verb.row.selected
        if command.program?.looksIntoText ?? false { needed = needed.adding(.searchText) }
        if isForbidden(.searchAll) && command.program?.meansAll ?? false {
            needed = needed.adding(.searchAll)
        }
        let grounds = selected(needed)
        if let refusal = grounds.mailbox?.refusal { return .refuse(refusal, grounds) }
        if command.program?.charset == .unsupported { return .refuse(.badCharset, grounds) }
        return .forward(Forward(command, grounds))
    }

    // MARK: Selecting and leaving

    private func select(_ select: Select, isExamine: Bool) -> Judgement {
        let access = access(select.mailbox, needs: Verb.select.row.mailbox)
        let grounds = Grounds(access)
        // RFC 9051, 6.3.2: a SELECT that fails leaves nothing selected.
        if let refusal = access.refusal {
            return .refuse(refusal, grounds, deselects: isSelected)
        }
        guard let name = access.name else { return .refuse(.invalidName, grounds) }
        let isExamined = isExamine || access.rights.isDisjoint(with: Selection.changing)
        // RFC 4314, 5.2: whoever may insert is told READ-WRITE, or clients won't file mail here.
        let isReadOnly = isExamine || isExamined && !access.rights.contains(.insert)
        var select = select
        select.mailbox = naming.encode(name)
        var forward = Forward(isExamined ? .examine(select) : .select(select), grounds)
        if isExamined && !isExamine { forward.rewrite = "SELECT to EXAMINE" }
        forward.purpose = .select(
            Selection(
                name: name,
                raw: access.raw,
                decision: access.decision,
                isExamined: isExamined,
                isReadOnly: isReadOnly
            )
        )
        return .forward(forward)
    }

    private func close() -> Judgement {
        let mayExpunge = selected(Verb.expunge.row.selected).mailbox?.isGranted ?? false
        guard mayExpunge, selection?.isExamined == false else {
            var forward = departure()
            if forward.plan?.steps != [Step(.close, .deselect)] {
                forward.rewrite = "CLOSE without expunging"
            }
            forward.command = .close
            return .forward(forward)
        }
        return .forward(Forward(.close, selected(Verb.expunge.row.selected), purpose: .deselect))
    }

    /// Leaves the mailbox without expunging, by UNSELECT or what comes closest.
    func departure() -> Forward {
        var forward = Forward(.unselect, selected(.none), purpose: .deselect)
        forward.plan = leaving
        return forward
    }

    var leaving: Plan { Plan(leavingSteps, course: .leaving) }

    private var leavingSteps: [Step] {
        let hasUnselect = capabilities.contains(.unselect)
        guard !hasUnselect, let selection else { return [Step(.unselect, .deselect)] }
        let close = Step(.close, .deselect)
        if selection.isExamined { return [close] }
        // An examined mailbox is closed without an expunge (RFC 3501, 6.4.2).
        let select = Select(mailbox: naming.encode(selection.name))
        return [
            Step(.examine(select), .select(selection.examined), whenRefused: .completes), close,
        ]
    }

    // MARK: Managing mailboxes

    private func create(_ octets: [UInt8], _ uses: KeywordSet<SpecialUse>) -> Judgement {
        let name = try? naming.decode(octets, allowsTrailingDelimiter: true)
        let access = Access(
            octets,
            name,
            needs: Verb.create.row.mailbox,
            under: policy,
            uses: SpecialUses(uses)
        )
        let grounds = Grounds(access)
        guard let name else { return .refuse(.invalidName, grounds) }
        if let obstacle = obstacle(creating: name, access) { return obstacle.judgement(grounds) }
        let command = Command.create(mailbox: naming.encode(name), specialUse: uses)
        return .forward(Forward(command, grounds))
    }

    private func delete(_ octets: [UInt8]) -> Judgement {
        let access = access(octets, needs: Verb.delete.row.mailbox)
        let grounds = Grounds(access)
        if let refusal = access.refusal { return .refuse(refusal, grounds) }
        guard let name = access.name else { return .refuse(.invalidName, grounds) }
        if policy.isInbox(name.canonical) { return .refuse(.inbox, grounds) }
        if let selection, isSame(selection.name, name) { return .refuse(.inUse, grounds) }
        guard let descendants else { return .probe(name) }
        if let obstacle = obstacle(deletingAll: descendants) { return obstacle.judgement(grounds) }
        return .forward(Forward(.delete(naming.encode(name)), grounds))
    }

    private func rename(from old: [UInt8], to new: [UInt8]) -> Judgement {
        let source = access(old, needs: Verb.rename.row.mailbox)
        let target = access(new, needs: Verb.rename.row.destination)
        let grounds = Grounds(source, target)
        if let refusal = source.refusal ?? target.refusal { return .refuse(refusal, grounds) }
        guard let oldName = source.name, let newName = target.name else {
            return .refuse(.invalidName, grounds)
        }
        if policy.isInbox(oldName.canonical) { return .refuse(.inbox, grounds) }
        if let obstacle = obstacle(creating: newName, target) {
            return obstacle.judgement(grounds)
        }
        if isSame(newName, oldName) || isBelow(newName, oldName) {
            return .refuse(.invalidName, grounds)
        }
        if let selection,
            isSame(selection.name, oldName) || isBelow(selection.name, oldName)
        {
            return .refuse(.inUse, grounds)
        }
        guard let descendants else { return .probe(oldName) }
        if let obstacle = obstacle(moving: descendants, from: oldName, to: newName) {
            return obstacle.judgement(grounds)
        }
        let command = Command.rename(from: naming.encode(oldName), to: naming.encode(newName))
        return .forward(Forward(command, grounds))
    }

    /// Whether the backend takes the two names for one.
    private func isSame(_ one: MailboxName, _ other: MailboxName) -> Bool {
        key(one) == key(other)
    }

    private func isBelow(_ name: MailboxName, _ other: MailboxName) -> Bool {
        key(name).starts(with: key(other) + [UInt8(ascii: "/")])
    }

    private func key(_ name: MailboxName) -> [UInt8] {
        naming.rules.isCaseInsensitive ? name.canonical.caseFolded : name.canonical
    }
}
