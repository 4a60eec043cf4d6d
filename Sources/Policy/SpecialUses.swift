// What a mailbox is for, as the backend's LIST tells (RFC 6154, section 2).

/// A set of special uses.
package struct SpecialUses: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package init(_ use: SpecialUseName) { rawValue = 1 << use.index }

    package static let none: SpecialUses = []

    /// Those of mailboxes that show the messages of others (RFC 6154, 2; RFC 8457, 4).
    package static let showingOthers = [.all, .flagged, .important].reduce(into: none) {
        $0.insert(SpecialUses($1))
    }

    package var names: [SpecialUseName] {
        SpecialUseName.allCases.filter { contains(SpecialUses($0)) }
    }
}

/// A special use as policy files write it.
package enum SpecialUseName: String, CaseIterable, Sendable {
    case all = "All"
    case archive = "Archive"
    case drafts = "Drafts"
    case flagged = "Flagged"
    case important = "Important"
    case junk = "Junk"
    case sent = "Sent"
    case trash = "Trash"

    fileprivate var index: UInt8 {
        switch self {
        case .all: 0
        case .archive: 1
        case .drafts: 2
        case .flagged: 3
        case .important: 4
        case .junk: 5
        case .sent: 6
        case .trash: 7
        }
    }
}
