// NOTIFY: what happens in which mailboxes is to be told unasked (RFC 5465).
import Bytes

/// An event that can be told without telling more than a mailbox's own state.
package enum NotifyEvent: UInt8, Keyword {
    case messageNew, messageExpunge, flagChange, mailboxName, subscriptionChange
    /// Any other: the client is told which there are.
    case unsupported

    package var spelling: StaticString {
        switch self {
        case .messageNew: "MESSAGENEW"
        case .messageExpunge: "MESSAGEEXPUNGE"
        case .flagChange: "FLAGCHANGE"
        case .mailboxName: "MAILBOXNAME"
        case .subscriptionChange: "SUBSCRIPTIONCHANGE"
        case .unsupported: "UNSUPPORTED"
        }
    }
}

/// NOTIFY SET, or NOTIFY NONE where there is no group.
package struct Notify: Equatable, Sendable {
    package struct Group: Equatable, Sendable {
        package var mailboxes: MailboxFilter
        /// Empty: NONE.
        package var events: KeywordSet<NotifyEvent> = []
        /// What to fetch of each new message; only in the selected mailbox, and \Seen stays unset.
        package var items: FetchItems = []
    }

    /// There are seven kinds of filters; a few may come more than once.
    static let groupsMax = 32

    /// Whether the state of all these mailboxes is told at once.
    package var wantsStatus = false
    package var groups: [Group] = []

    package init() {}
}

extension Cursor {
    /// NOTIFY: `NONE`, or `SET` [SP `STATUS`] 1*(SP group).
    mutating func notify() throws(SyntaxError) -> Notify {
        var notify = Notify()
        if takeWord("NONE") { return notify }
        try word("SET")
        try space()
        if takeWord("STATUS") {
            notify.wantsStatus = true
            try space()
        }
        repeat {
            let start = offset
            let group = try notifyGroup()
            let isSecond =
                group.mailboxes.isSelected && notify.groups.contains(where: \.mailboxes.isSelected)
            guard notify.groups.count < Notify.groupsMax, !isSecond else {
                throw .tooMany(at: start)
            }
            notify.groups.append(group)
        } while takeSpace()
        return notify
    }

    /// Takes `(` filter SP events `)`.
    private mutating func notifyGroup() throws(SyntaxError) -> Notify.Group {
        try open()
        var group = Notify.Group(mailboxes: try mailboxFilter())
        try space()
        if !takeWord("NONE") {
            try open()
            repeat { try notifyEvent(of: &group) } while takeSpace()
            guard group.isComplete else { throw expected(.knownWord) }
            try close()
        }
        try close()
        return group
    }

    private mutating func notifyEvent(of group: inout Notify.Group) throws(SyntaxError) {
        guard let event = takeKeyword(NotifyEvent.self) else {
            _ = try atom()
            return group.events.insert(.unsupported)
        }
        group.events.insert(event)
        guard event == .messageNew, group.mailboxes.isSelected else { return }
        var ahead = self
        guard ahead.takeSpace(), ahead.peek == UInt8(ascii: "(") else { return }
        self = ahead
        group.items = try notifiedItems()
    }

    /// Takes items to fetch; what would set \Seen becomes what doesn't, where it keeps its name.
    private mutating func notifiedItems() throws(SyntaxError) -> FetchItems {
        let items = try fetchItems()
        var peeking: FetchItems = []
        for index in items.indices {
            let (item, renames) = items[index].peeking
            guard renames.isEmpty else { throw expected(.knownWord) }
            peeking.insert(item)
        }
        return peeking
    }
}

extension Notify.Group {
    /// Whether the events are such as may stand together (RFC 5465, 5): new messages with expunged
    /// ones, flags with both; and of a selected mailbox nothing but messages.
    fileprivate var isComplete: Bool {
        let isNew = events.contains(.messageNew)
        let ofMailboxes = events.contains(.mailboxName) || events.contains(.subscriptionChange)
        return isNew == events.contains(.messageExpunge)
            && (isNew || !events.contains(.flagChange))
            && !(mailboxes.isSelected && ofMailboxes)
    }

    fileprivate func appendEvents(to sink: inout some ByteSink) {
        guard !events.isEmpty else { return sink.append("NONE") }
        var isFirst = true
        for event in events {
            sink.append(isFirst ? "(" : " ")
            isFirst = false
            sink.append(event.spelling)
            if event == .messageNew && items.count > 0 { appendItems(to: &sink) }
        }
        sink.append(")")
    }

    private func appendItems(to sink: inout some ByteSink) {
        for index in items.indices {
            sink.append(index == 0 ? " (" : " ")
            items[index].append(to: &sink)
        }
        sink.append(")")
    }
}

extension Notify {
    func encode(into encoder: inout CommandEncoder) {
        guard !groups.isEmpty else { return encoder.append(" NONE") }
        encoder.append(wantsStatus ? " SET STATUS" : " SET")
        for group in groups {
            encoder.append(" (")
            group.mailboxes.encode(into: &encoder)
            encoder.space()
            group.appendEvents(to: &encoder)
            encoder.append(")")
        }
    }

    func describe(into digest: inout CommandDigest) {
        guard !groups.isEmpty else { return digest.append("NONE") }
        digest.append(wantsStatus ? "SET STATUS" : "SET")
        for group in groups {
            digest.append(" (")
            group.mailboxes.describe(into: &digest)
            digest.append(" ")
            group.appendEvents(to: &digest)
            digest.append(")")
        }
    }
}
