// One mailbox as LIST and LSUB tell of it (RFC 9051, 7.3.1; RFC 5258, RFC 6154).

/// What a mailbox is like, as far as LIST says.
package enum MailboxAttribute: UInt8, Keyword {
    case nonExistent, noInferiors, noSelect, hasChildren, hasNoChildren
    case marked, unmarked, subscribed, noAccess
    case all, archive, drafts, flagged, junk, sent, trash, important

    package var spelling: StaticString {
        switch self {
        case .nonExistent: "NONEXISTENT"
        case .noInferiors: "NOINFERIORS"
        case .noSelect: "NOSELECT"
        case .hasChildren: "HASCHILDREN"
        case .hasNoChildren: "HASNOCHILDREN"
        case .marked: "MARKED"
        case .unmarked: "UNMARKED"
        case .subscribed: "SUBSCRIBED"
        case .noAccess: "NOACCESS"
        case .all: "ALL"
        case .archive: "ARCHIVE"
        case .drafts: "DRAFTS"
        case .flagged: "FLAGGED"
        case .junk: "JUNK"
        case .sent: "SENT"
        case .trash: "TRASH"
        case .important: "IMPORTANT"
        }
    }

    /// The attribute as servers write it.
    package var name: StaticString {
        switch self {
        case .nonExistent: #"\NonExistent"#
        case .noInferiors: #"\Noinferiors"#
        case .noSelect: #"\Noselect"#
        case .hasChildren: #"\HasChildren"#
        case .hasNoChildren: #"\HasNoChildren"#
        case .marked: #"\Marked"#
        case .unmarked: #"\Unmarked"#
        case .subscribed: #"\Subscribed"#
        case .noAccess: #"\NoAccess"#
        case .all: #"\All"#
        case .archive: #"\Archive"#
        case .drafts: #"\Drafts"#
        case .flagged: #"\Flagged"#
        case .junk: #"\Junk"#
        case .sent: #"\Sent"#
        case .trash: #"\Trash"#
        case .important: #"\Important"#
        }
    }
}

/// A LIST or LSUB response; attributes and extended data that are not known are left out.
package struct ListEntry: Equatable, Sendable {
    package var attributes: KeywordSet<MailboxAttribute>
    /// Nil for NIL: a mailbox in a flat hierarchy.
    package var delimiter: UInt8?
    /// The name as octets of the backend's spelling, not yet checked.
    package var mailbox: [UInt8]
    /// Whether a child is subscribed: CHILDINFO ("SUBSCRIBED") (RFC 5258, 3.5).
    package var hasSubscribedChild: Bool
    /// What the client called the mailbox, where that is not its name (RFC 9051, 6.3.9.7).
    package var oldName: [UInt8]?

    package init(
        attributes: KeywordSet<MailboxAttribute> = [],
        delimiter: UInt8?,
        mailbox: [UInt8],
        hasSubscribedChild: Bool = false
    ) {
        self.attributes = attributes
        self.delimiter = delimiter
        self.mailbox = mailbox
        self.hasSubscribedChild = hasSubscribedChild
    }
}
