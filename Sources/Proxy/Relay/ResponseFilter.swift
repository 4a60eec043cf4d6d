// What of the backend's answers the client may see: table B of imap-enforcement.
import Audit
import Bytes
import IMAP
import Policy

extension Relay {
    /// Writes what may be seen of an untagged response; false when it is not legal now.
    mutating func pass(_ response: Response, into out: inout Outbox) -> Bool {
        if undertaking?.plan.course == .leaving && isOfSelection(response) { return true }
        switch response {
        case .tagged, .continuation, .fetch: return false
        case .status(let status, let code): return pass(status, code, into: &out)
        // The gateway has capabilities of its own, and the backend's ID is its own affair.
        case .capability, .id, .namespace: return true
        case .enabled(let modes): return pass(enabled: modes, into: &out)
        case .list(let entry): return pass(entry, isSubscribed: false, into: &out)
        case .lsub(let entry): return pass(entry, isSubscribed: true, into: &out)
        case .mailboxStatus(let status): return pass(status, into: &out)
        case .flags, .exists, .recent, .expunge:
            // Numbers of a mailbox that is not selected mean nothing to the client.
            guard isSelecting else { return noteUnknown(into: &out) }
            if case .expunge = response { inFlight.count(.expunge, messages: 1, bytes: 0) }
            response.encode(into: &out.client)
            return true
        case .vanished:
            guard isSelecting else { return noteUnknown(into: &out) }
            return copyNumbers(into: &out)
        case .search: return inFlight.contains(.search) && copyNumbers(into: &out)
        case .sort: return inFlight.contains(.sort) && copyNumbers(into: &out)
        case .thread: return inFlight.contains(.thread) && copyNumbers(into: &out)
        case .esearch(let number):
            guard let number,
                let tag = inFlight.tag(of: number, .search) ?? inFlight.tag(of: number, .sort)
            else { return false }
            return copyNumbers(tag: tag, into: &out)
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

    private var isSelecting: Bool { selection != nil || inFlight.pendingSelection != nil }

    private mutating func noteUnknown(into out: inout Outbox) -> Bool {
        trail.record(trail.event(.backendUnknown, verdict: .deny), into: &out)
        return true
    }

    private mutating func copyNumbers(tag: Tag? = nil, into out: inout Outbox) -> Bool {
        do {
            try NumberTranscoder.transcode(answers.piece, clientTag: tag, into: &out.client)
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
            if code == .bare(.notificationOverflow) {
                passOverflow(into: &out)
                break
            }
            guard let kept = filtered(untagged: code) else { break }
            Response.status(.ok, code: kept).encode(into: &out.client)
        }
        return true
    }

    /// The backend watches no mailbox any more (RFC 5465, 5.8).
    private mutating func passOverflow(into out: inout Outbox) {
        guard inFlight.notified != nil else { return }
        inFlight.watch(nil)
        Response.status(.ok, code: .bare(.notificationOverflow)).encode(into: &out.client)
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
            let isFixed = selection.isExamined
            return .permanentFlags(flags.keeping(isFixed ? .none : selection.rights))
        case .uidNext, .uidValidity, .unseen, .highestModSeq: return isSelecting ? code : nil
        case .mailboxID: return isSelecting && offer.contains(.objectID) ? code : nil
        case .copyUID:
            return mayTellUIDs(inFlight.first(.move) ?? inFlight.first(.copy)) ? code : nil
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
            guard case .filing(let target, true) = exchange.purpose else { return nil }
            return target.contains(.lookup) ? code : nil
        case .readOnly, .readWrite, .closed, .alert: return nil
        case .authenticationFailed, .authorizationFailed, .expired, .privacyRequired: return nil
        // A child that the user may not see would show by this code.
        case .hasChildren: return policy.hidesMailboxes ? .cannot : code
        default: return code
        }
    }

    /// UIDs of a mailbox are told to those who may read it only.
    private func mayTellUIDs(_ exchange: Exchange?) -> Bool {
        guard case .filing(let target, _)? = exchange?.purpose else { return false }
        return target.contains(.read)
    }

    // MARK: Modes and mailboxes

    private mutating func pass(enabled modes: CapabilitySet, into out: inout Outbox) -> Bool {
        guard case .enable(let asked)? = inFlight.first(.enable)?.purpose else { return false }
        let now = modes.intersection(asked)
        enabled = enabled.union(now)
        Response.enabled(now).encode(into: &out.client)
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

    private mutating func note(_ entry: ListEntry, _ name: MailboxName?, isSubscribed: Bool) {
        guard let name else { return }
        if isSubscribed { return names?.note(subscribed: name) ?? () }
        let isMailbox =
            !entry.attributes.contains(.noSelect) && !entry.attributes.contains(.nonExistent)
        guard isMailbox else { return }
        let foreign = (backend.namespace?.otherUsers ?? []) + (backend.namespace?.shared ?? [])
        let isPersonal = !foreign.contains { entry.mailbox.starts(with: $0.prefix) }
        names?.note(listed: name, isPersonal: isPersonal)
    }

    private mutating func pass(
        _ entry: ListEntry,
        isSubscribed: Bool,
        into out: inout Outbox
    ) -> Bool {
        let decoded = try? backend.naming.decode(entry.mailbox)
        if inFlight.isProbing {
            note(descendant: decoded)
            return true
        }
        if inFlight.isSurveying {
            note(entry, decoded, isSubscribed: isSubscribed)
            return true
        }
        // A name that is not canonical can't be held against the policy: it does not exist.
        guard let name = decoded else { return true }
        let rights = policy.decide(name.canonical).rights
        guard rights.contains(.lookup) else { return true }
        var entry = entry
        entry.mailbox = backend.naming.encode(name)
        if !rights.contains(.read) { entry.attributes.insert(.noSelect) }
        // Whether there are children may be told only when none of them can be hidden.
        if policy.hidesMailboxes {
            entry.attributes.remove(.hasChildren)
            entry.attributes.remove(.hasNoChildren)
            entry.hasSubscribedChild = false
        }
        (isSubscribed ? Response.lsub(entry) : .list(entry)).encode(into: &out.client)
        return true
    }

    private mutating func pass(_ status: MailboxStatus, into out: inout Outbox) -> Bool {
        guard let name = try? backend.naming.decode(status.mailbox) else { return true }
        guard policy.decide(name.canonical).rights.contains(.read) else { return true }
        var status = status
        status.mailbox = backend.naming.encode(name)
        Response.mailboxStatus(status).encode(into: &out.client)
        return true
    }
}
