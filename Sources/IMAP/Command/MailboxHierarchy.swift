// How mailboxes stand to one another: superiors, inferiors, and what a RENAME makes of them.

extension MailboxName {
    package var isInbox: Bool { self == .inbox }

    /// The mailboxes above this one, from the top level down.
    package var superiors: [MailboxName] {
        canonical.indices
            .filter { canonical[$0] == UInt8(ascii: "/") }
            .map { MailboxName(canonical: Array(canonical[..<$0])) }
    }

    /// Whether this mailbox stands somewhere below `other`.
    package func isBelow(_ other: MailboxName) -> Bool {
        let above = other.canonical
        return canonical.count > above.count && canonical.starts(with: above)
            && canonical[above.count] == UInt8(ascii: "/")
    }

    /// The name that this mailbox gets when `old`, which it stands below, is renamed to `new`.
    package func moved(from old: MailboxName, to new: MailboxName) -> MailboxName {
        MailboxName(canonical: new.canonical + canonical.dropFirst(old.canonical.count))
    }
}

extension MailboxNaming {
    /// The LIST pattern for all that stands below `name`; nil where the backend has no levels.
    package func patternBelow(_ name: MailboxName) -> [UInt8]? {
        delimiter(below: name).map { encode(name) + [$0, UInt8(ascii: "*")] }
    }
}
