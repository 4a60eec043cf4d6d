// What NOTIFY leads to: the backend's word that it watches, what it tells from then on, and the
// command said anew when the policy or the mailboxes have changed.
import Audit
import Bytes
import IMAP
import Policy

extension Relay {
    /// From the backend's OK on, it tells what was asked for, and what was asked for before no more.
    mutating func settleWatch(
        after exchange: Exchange,
        _ condition: Response.Condition,
        into out: inout Outbox
    ) {
        guard case .notify(let asked) = exchange.purpose, condition == .ok else {
            return noteChange(by: exchange, condition)
        }
        watch = asked?.numbered(exchange.sequence)
        // What was asked under another policy is asked again.
        isWatchStale = watch != nil && exchange.number <= judgedTag
        for name in watch?.unreadable ?? []
        where policy.decide(name.canonical).rights.contains(.lookup) {
            tellUnreadable(name, into: &out)
        }
    }

    /// RFC 5465, 3.1: a mailbox that is not watched for want of `r` is named.
    private func tellUnreadable(_ name: MailboxName, into out: inout Outbox) {
        let naming = namesToClient
        let entry = ListEntry(
            attributes: [.noAccess],
            delimiter: naming.delimiter(below: name),
            mailbox: naming.encode(name)
        )
        Response.list(entry).encode(into: &out.client)
    }

    /// What this session does to mailboxes may change what it means to have watched.
    private mutating func noteChange(by exchange: Exchange, _ condition: Response.Condition) {
        guard condition == .ok, watch?.meansUnnamed == true else { return }
        switch exchange.verb {
        case .create, .delete, .rename, .subscribe, .unsubscribe: isWatchStale = true
        default: break
        }
    }

    // MARK: Anew

    /// Has the backend watch what the policy of today permits; an IDLE is interrupted for it.
    mutating func reviewWatch(at now: Instant, into out: inout Outbox) {
        guard watch != nil, !isFinished else { return }
        isWatchStale = true
        renewWatch(at: now, into: &out)
        if isWatchStale { interruptIdle(into: &out) }
    }

    /// Says the client's NOTIFY again to the backend, as soon as nothing else is under way.
    mutating func renewWatch(at now: Instant, into out: inout Outbox) {
        guard isWatchStale, let watch, mayAskBackend else { return }
        isWatchStale = false
        var asked = watch.asked
        // The client knows what there was.
        asked.wantsStatus = false
        let command = Command.notify(asked)
        guard case .forward(let forward) = authorization.judge(command) else {
            return endWatch(into: &out)
        }
        let exchange = Exchange.undertaken(.notify, at: now, sequence: watch.sequence)
        recordWatched(forward.grounds, .notify, of: watch.sequence, into: &out)
        let plan = forward.plan ?? Plan([Step(forward.command, forward.purpose)])
        undertaking = Undertaking(exchange, command, plan)
        goOn(at: now, into: &out)
    }

    /// Whether a question of ours may go to the backend: nothing else is under way there.
    var mayAskBackend: Bool {
        inFlight.isEmpty && undertaking == nil && unsent.isEmpty && !isFinished
            && (!expectsDone || isPolling) && !isInsideResponse
    }

    /// The backend has been asked again, with or without success.
    mutating func watchRenewed(_ ended: Undertaking, at now: Instant, into out: inout Outbox) {
        if ended.condition != .ok { endWatch(into: &out) }
        resumeIdle(at: now, into: &out)
    }

    /// Nothing is watched any more, which the client must know (RFC 5465, 5.8).
    mutating func endWatch(into out: inout Outbox) {
        guard watch != nil else { return }
        watch = nil
        isWatchStale = false
        Response.status(.ok, code: .bare(.notificationOverflow)).encode(into: &out.client)
    }

    // MARK: What is told

    /// What of new messages may be told unasked.
    ///
    /// Where a rule keeps their text back, what was asked for together with it is kept back, too.
    var watchedFilter: FetchFilter? {
        guard let watch else { return nil }
        let mailboxes = [selection, inFlight.pendingSelection]
        let isKept = mailboxes.contains { Self.keepsBack(watch, $0) }
        return isKept ? nil : watch.filter
    }

    private static func keepsBack(_ watch: Watch, _ selection: Selection?) -> Bool {
        guard let forbidden = selection?.decision.forbidden else { return false }
        return forbidden.contains(Operations(.notify))
            || watch.tellsText && forbidden.contains(Operations(.fetchText))
    }

    /// Writes what a message tells that nobody has just asked for; false when it answers a command.
    mutating func record(pushed message: FetchSummary, into out: inout Outbox) -> Bool {
        guard let watch, watch.fetches, !inFlight.isFetching else { return false }
        if inFlight.contains(.store) && !message.hasBody { return false }
        var record = trail.event(.fetch, verdict: .allow)
        record.sequence = watch.sequence
        record.verb = Phrase(Verb.notify.spelling)
        record.mailbox = selection.map { Access($0, needs: Verb.fetch.row.selected).record }
        if let uid = message.uid { MessageRange(uid, uid).append(to: &record.arguments) }
        record.messages = 1
        record.bytes = message.bodyBytes
        record.uidValidity = selection?.uidValidity ?? 0
        record.content = MessageContent(message.content)
        if !message.content.isEmpty {
            record.extent = message.content.isDisjoint(with: .body) ? .headers : .single
        }
        trail.record(record, into: &out)
        return true
    }
}

extension Undertaking {
    /// Whether it is a NOTIFY that the gateway says anew by itself.
    var isRenewedWatch: Bool { asked.tag == nil && asked.verb == .notify }
}
