// What of the backend's answers the client may see: table B of imap-enforcement.
import Audit
import Bytes
import IMAP
import Policy

extension Relay {
    /// Writes what may be seen of an untagged response; false when it is not legal now.
    mutating func pass(_ response: Response, into out: inout Outbox) -> Bool {
        if isUndertaking, undertaking?.plan.course == .leaving, isOfSelection(response) {
            return true
        }
        guard enabled.admits(response) else { return true }
        switch response {
        case .tagged, .continuation, .fetch: return false
        case .status(let status, let code): return pass(status, code, into: &out)
        // The gateway has capabilities of its own, and the backend's ID is its own affair.
        case .capability, .id, .namespace: return true
        case .enabled(let modes): return pass(enabled: modes, into: &out)
        case .list(let entry): return pass(entry, isSubscribed: false, into: &out)
        case .lsub(let entry): return pass(entry, isSubscribed: true, into: &out)
        case .mailboxStatus(let status): return pass(status, into: &out)
        case .ownRights(let own): return pass(own, into: &out)
        case .accessList(let list): return pass(list, into: &out)
        case .grantableRights(let rights): return pass(rights, into: &out)
        case .quota(let quota): return pass(quota, into: &out)
        case .quotaRoots(let roots): return pass(roots, into: &out)
        case .metadata(let metadata): return pass(metadata, into: &out)
        case .flags, .exists, .recent, .expunge:
            // Numbers of a mailbox that is not selected mean nothing to the client.
            guard isSelecting else { return noteUnknown(into: &out) }
            if case .expunge = response { inFlight.count(removed: 1) }
            response.encode(into: &out.client)
            return true
        case .vanished(let isEarlier):
            // RFC 7162, 3.2.10 and RFC 9586, 3: told to those alone who have asked for it.
            let isAskedFor = enabled.contains(.qresync) || enabled.contains(.uidOnly)
            guard isSelecting, isAskedFor else { return noteUnknown(into: &out) }
            guard copyNumbers(into: &out) else { return false }
            // What was removed earlier is not the work of a command of today.
            if !isEarlier { countRemoved() }
            return true
        case .search:
            guard inFlight.contains(.search) else { return false }
            return collectFound() ?? copyNumbers(into: &out)
        case .sort: return inFlight.contains(.sort) && copyNumbers(into: &out)
        case .thread: return inFlight.contains(.thread) && copyNumbers(into: &out)
        case .esearch(let number):
            guard let number,
                let tag = inFlight.tag(of: number, .search) ?? inFlight.tag(of: number, .sort)
            else { return false }
            return copyNumbers(tag: tag, into: &out)
        case .mailboxSearch(let found): return pass(found, into: &out)
        case .uidBatches(let number):
            guard let tag = inFlight.tag(of: number, .uidBatches) else { return false }
            return copyNumbers(tag: tag, into: &out)
        case .unknown: return noteUnknown(into: &out)
        }
    }

    /// Whether a response tells of the mailbox that is or will be selected.
    private func isOfSelection(_ response: Response) -> Bool {
        switch response {
        case .flags, .exists, .recent, .expunge, .vanished, .status(.ok, _): true
        default: false
        }
    }

    var isSelecting: Bool { selection != nil || inFlight.pendingSelection != nil }

    /// Each of them is recorded: a backend that sends more than this would fill the trail.
    private static let unknownResponsesMax = 1000

    mutating func noteUnknown(into out: inout Outbox) -> Bool {
        guard unknownResponses < Self.unknownResponsesMax else { return false }
        unknownResponses += 1
        trail.record(trail.event(.backendUnknown, verdict: .deny), into: &out)
        return true
    }

    private mutating func countRemoved() {
        // Taken out and put back, since the piece lends the whole relay meanwhile.
        var counting = inFlight
        NumberTranscoder.forEachVanished(in: answers.piece) { range in
            counting.count(removed: UInt64(range.upper - range.lower) + 1, uids: range)
        }
        inFlight = counting
    }

    mutating func copyNumbers(
        tag: Tag? = nil,
        mailbox: [UInt8]? = nil,
        into out: inout Outbox
    ) -> Bool {
        do {
            try NumberTranscoder.transcode(
                answers.piece,
                clientTag: tag,
                mailbox: mailbox,
                into: &out.client
            )
            return true
        } catch {
            return false
        }
    }

    // MARK: Status

    private mutating func pass(
        _ status: Response.UntaggedStatus,
        _ code: ResponseCode?,
        into out: inout Outbox
    ) -> Bool {
        switch status {
        case .preauth: return false
        case .bye:
            // The backend's own BYE after our LOGOUT never comes here: the session has ended then.
            end("Mail server closed the connection", .backendBye, into: &out)
        case .no, .bad: break
        case .ok:
            if case .inProgress(let progress)? = code { return pass(progress, into: &out) }
            if code == .bare(.notificationOverflow) { endWatch(into: &out) }
            if let code { note(code) }
            guard let kept = filtered(untagged: code) else { break }
            Response.status(.ok, code: kept).encode(into: &out.client)
        }
        return true
    }

    /// Keeps what the records of commands to come, or under way, say of the mailbox.
    private mutating func note(_ code: ResponseCode) {
        switch code {
        case .uidValidity(let validity):
            if !inFlight.note(uidValidity: validity), var selected = selection {
                selected.uidValidity = validity
                selection = selected
            }
        case .copyUID, .appendUID: inFlight.note(code)
        default: break
        }
    }

    /// How far a command has come is told under the client's tag; of our own commands nothing.
    private func pass(_ progress: CommandProgress, into out: inout Outbox) -> Bool {
        guard offer.contains(.inProgress) else { return true }
        var tag: Tag?
        if let number = progress.tag {
            tag = inFlight.exchanges.first { $0.number == number }?.tag
            guard tag != nil else { return true }
        }
        out.client.append("* OK [")
        progress.encode(tag: tag, into: &out.client)
        out.client.append("] Still working\r\n")
        return true
    }

    /// The codes of an untagged OK that describe the mailbox being selected.
    private func filtered(untagged code: ResponseCode?) -> ResponseCode? {
        guard let code else { return nil }
        switch code {
        case .permanentFlags(let flags):
            guard let selection = inFlight.pendingSelection ?? selection else { return nil }
            let nothing = Decision(rights: .none)
            let decision = selection.isExamined ? nothing : selection.decision
            return .permanentFlags(flags.keeping(decision))
        case .uidNext, .uidValidity, .unseen, .highestModSeq: return isSelecting ? code : nil
        case .mailboxID: return isSelecting && offer.contains(.objectID) ? code : nil
        case .copyUID:
            return mayTellUIDs(inFlight.first(.move) ?? inFlight.first(.copy)) ? code : nil
        // RFC 8508, 4.3: told before the old message goes.
        case .appendUID: return mayTellUIDs(inFlight.first(.replace)) ? code : nil
        case .bare(.closed), .bare(.noModSeq), .bare(.uidNotSticky): return isSelecting ? code : nil
        default: return nil
        }
    }

    /// The code of a tagged answer, if the client may have it.
    func filtered(
        _ code: ResponseCode?,
        of exchange: Exchange,
        _ condition: Response.Condition
    ) -> ResponseCode? {
        guard let code else { return nil }
        switch code {
        case .appendUID, .copyUID: return mayTellUIDs(exchange) ? code : nil
        case .highestModSeq, .modified: return code
        case .mailboxID: return offer.contains(.objectID) ? code : nil
        case .messageLimit: return offer.contains(.messageLimit) ? code : nil
        case .bare(let bare): return filtered(bare, of: exchange).map { .bare($0) }
        case .capability, .permanentFlags, .uidNext, .uidValidity, .unseen, .inProgress, .referral,
            .unknown:
            return nil
        }
    }

    private func filtered(_ code: BareCode, of exchange: Exchange) -> BareCode? {
        switch code {
        // RFC 3501, 7.1: only who may create the mailbox is told that it is not there.
        case .tryCreate:
            guard case .filing(let target, true, _) = exchange.purpose else { return nil }
            return target.contains(.lookup) ? code : nil
        case .readOnly, .readWrite, .closed, .alert: return nil
        case .notificationOverflow: return exchange.verb == .notify ? code : nil
        case .authenticationFailed, .authorizationFailed, .expired, .privacyRequired: return nil
        // A child that the user may not see would show by this code.
        case .hasChildren: return policy.hidesMailboxes ? .cannot : code
        default: return code
        }
    }

    /// UIDs of a mailbox are told to those who may read it only.
    private func mayTellUIDs(_ exchange: Exchange?) -> Bool {
        guard case .filing(let target, _, _)? = exchange?.purpose else { return false }
        return target.contains(.read)
    }

    // MARK: Modes and mailboxes

    private mutating func pass(enabled modes: CapabilitySet, into out: inout Outbox) -> Bool {
        guard case .enable(let asked)? = inFlight.first(.enable)?.purpose else { return false }
        switchOn(modes.union(.ownModes).intersection(asked), into: &out)
        return true
    }

    /// More names below one mailbox than this are not looked at: it stays as it is.
    private static let descendantsMax = 10_000

    private mutating func note(descendant: MailboxName?) {
        let count = descendants?.count ?? 0
        guard count <= Self.descendantsMax else { return }
        // Behind the last place stands a name that nothing may be done to.
        descendants?.append(count < Self.descendantsMax ? descendant : nil)
    }

    private mutating func pass(
        _ entry: ListEntry,
        isSubscribed: Bool,
        into out: inout Outbox
    ) -> Bool {
        let naming = namesToClient
        let decoded = try? naming.decode(entry.mailbox)
        if inFlight.isProbing {
            note(descendant: decoded)
            return true
        }
        // A name that is not canonical can't be held against the policy: it does not exist.
        guard let name = decoded else { return true }
        if note(usesOf: entry, name) { return true }
        if survey(entry, name, isSubscribed: isSubscribed) { return true }
        let rights = policy.decide(name.canonical).rights
        guard rights.contains(.lookup) else { return true }
        recordHiding(name, entry.mailbox, isSubscribed: isSubscribed, into: &out)
        var entry = entry
        entry.mailbox = naming.encode(name)
        if isSubscribed && list(entry, rights, isSubscribed: true, into: &out) { return true }
        if !rights.contains(.read) {
            entry.attributes.insert(.noSelect)
            // Whether there is new mail is for those to know who may read it (RFC 4314, 4).
            entry.attributes.remove(.marked)
            entry.attributes.remove(.unmarked)
        }
        // Whether there are children may be told only when none of them can be hidden.
        if policy.hidesMailboxes {
            // RECURSIVEMATCH tells of such a mailbox for a child's sake alone (RFC 5258, 3.5).
            if entry.hasSubscribedChild && !entry.attributes.contains(.subscribed) { return true }
            entry.attributes.remove(.hasChildren)
            entry.attributes.remove(.hasNoChildren)
            entry.hasSubscribedChild = false
        }
        if !isSubscribed && list(entry, rights, isSubscribed: false, into: &out) { return true }
        (isSubscribed ? Response.lsub(entry) : .list(entry)).encode(into: &out.client)
        let cannotBeSelected: KeywordSet<MailboxAttribute> = [.noSelect, .nonExistent]
        // RFC 8440, 3: rights are told of mailboxes that can be selected.
        if !isSubscribed && inFlight.tellsRights
            && entry.attributes.intersection(cannotBeSelected).isEmpty
        {
            tell(authorization.rights(on: name), on: name, into: &out)
        }
        return true
    }

    private mutating func pass(_ status: MailboxStatus, into out: inout Outbox) -> Bool {
        let naming = namesToClient
        guard let name = try? naming.decode(status.mailbox) else { return true }
        guard policy.decide(name.canonical).rights.contains(.read) else { return true }
        var status = status
        status.mailbox = naming.encode(name)
        if let items = inFlight.statusItems(of: name) { status.show(items, limit: appendLimit) }
        Response.mailboxStatus(status).encode(into: &out.client)
        return true
    }
}
