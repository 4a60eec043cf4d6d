// What the backend's marks in LIST, and a client's wishes in CREATE, mean to rules (RFC 6154).
import IMAP
import Policy

/// A mailbox that the backend marks, by the backend's name.
struct MarkedMailbox: Equatable {
    let name: [UInt8]
    let attributes: KeywordSet<MailboxAttribute>
}

extension MailboxUses {
    /// Those of the marked mailboxes whose names are canonical: the others can't be reached.
    init(_ marked: [MarkedMailbox], _ naming: MailboxNaming) {
        self.init()
        for mailbox in marked {
            guard let name = try? naming.decode(mailbox.name) else { continue }
            note(name.canonical, SpecialUses(mailbox.attributes))
        }
    }
}

extension SpecialUses {
    /// What LIST says that a mailbox is for.
    init(_ attributes: KeywordSet<MailboxAttribute>) {
        self = .none
        for attribute in attributes {
            if let use = SpecialUseName(attribute) { insert(SpecialUses(use)) }
        }
    }
}

extension SpecialUses {
    /// What CREATE says that a mailbox is to be for.
    init(_ asked: KeywordSet<SpecialUse>) {
        self = .none
        for use in asked { insert(SpecialUses(SpecialUseName(use))) }
    }
}

extension SpecialUseName {
    fileprivate init(_ use: SpecialUse) {
        switch use {
        case .all: self = .all
        case .archive: self = .archive
        case .drafts: self = .drafts
        case .flagged: self = .flagged
        case .junk: self = .junk
        case .sent: self = .sent
        case .trash: self = .trash
        }
    }

    fileprivate init?(_ attribute: MailboxAttribute) {
        switch attribute {
        case .all: self = .all
        case .archive: self = .archive
        case .drafts: self = .drafts
        case .flagged: self = .flagged
        case .important: self = .important
        case .junk: self = .junk
        case .sent: self = .sent
        case .trash: self = .trash
        case .nonExistent, .noInferiors, .noSelect, .hasChildren, .hasNoChildren, .marked,
            .unmarked, .subscribed, .noAccess:
            return nil
        }
    }
}
