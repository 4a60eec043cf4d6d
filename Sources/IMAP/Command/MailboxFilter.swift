// Which mailboxes NOTIFY and ESEARCH are about (RFC 5465, 6; RFC 7377, 2.2).
import Bytes

/// Mailboxes by what they are, or by name.
package enum MailboxFilter: Equatable, Sendable {
    case selected, selectedDelayed, inboxes, personal, subscribed
    /// These and all that stands below them.
    case subtree([[UInt8]])
    /// These and what stands one level below them.
    case subtreeOne([[UInt8]])
    case mailboxes([[UInt8]])

    /// Mailboxes that one filter may name: more than anybody writes by hand.
    static let namesMax = 1024

    package var isSelected: Bool { self == .selected || self == .selectedDelayed }

    /// The names that the client wrote.
    package var names: [[UInt8]] {
        switch self {
        case .subtree(let names), .subtreeOne(let names), .mailboxes(let names): names
        case .selected, .selectedDelayed, .inboxes, .personal, .subscribed: []
        }
    }

    private var word: MailboxFilterWord {
        switch self {
        case .selected: .selected
        case .selectedDelayed: .selectedDelayed
        case .inboxes: .inboxes
        case .personal: .personal
        case .subscribed: .subscribed
        case .subtree: .subtree
        case .subtreeOne: .subtreeOne
        case .mailboxes: .mailboxes
        }
    }

    func encode(into encoder: inout CommandEncoder) {
        encoder.append(word.spelling)
        for (index, name) in names.enumerated() {
            encoder.append(index == 0 ? " (" : " ")
            encoder.string(name)
        }
        if !names.isEmpty { encoder.append(")") }
    }

    func describe(into digest: inout CommandDigest) {
        digest.append(word.spelling)
        guard !names.isEmpty else { return }
        digest.append(" (")
        digest.append(decimal: UInt64(names.count))
        digest.append(names.count == 1 ? " name)" : " names)")
    }
}

private enum MailboxFilterWord: UInt8, Keyword {
    case selected, selectedDelayed, inboxes, personal, subscribed, subtree, subtreeOne, mailboxes

    var spelling: StaticString {
        switch self {
        case .selected: "SELECTED"
        case .selectedDelayed: "SELECTED-DELAYED"
        case .inboxes: "INBOXES"
        case .personal: "PERSONAL"
        case .subscribed: "SUBSCRIBED"
        case .subtree: "SUBTREE"
        case .subtreeOne: "SUBTREE-ONE"
        case .mailboxes: "MAILBOXES"
        }
    }
}

extension Cursor {
    mutating func mailboxFilter() throws(SyntaxError) -> MailboxFilter {
        switch try keyword(MailboxFilterWord.self) {
        case .selected: return .selected
        case .selectedDelayed: return .selectedDelayed
        case .inboxes: return .inboxes
        case .personal: return .personal
        case .subscribed: return .subscribed
        case .subtree: return .subtree(try filteredNames())
        case .subtreeOne: return .subtreeOne(try filteredNames())
        case .mailboxes: return .mailboxes(try filteredNames())
        }
    }

    /// Takes a space and one name, or several in parentheses.
    private mutating func filteredNames() throws(SyntaxError) -> [[UInt8]] {
        try space()
        guard take(UInt8(ascii: "(")) else { return [try mailbox()] }
        var names: [[UInt8]] = []
        repeat {
            guard names.count < MailboxFilter.namesMax else { throw .tooMany(at: offset) }
            names.append(try mailbox())
        } while takeSpace()
        try close()
        return names
    }
}
