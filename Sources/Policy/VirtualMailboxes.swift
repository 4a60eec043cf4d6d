// Mailboxes that show the messages of others: a way around the rules on those.

/// Patterns of such mailboxes, made ready once and shared by all sessions.
package struct VirtualMailboxes: Equatable, Sendable {
    package let patterns: [Pattern]
    private let folded: [Pattern]

    package init(_ patterns: [Pattern] = []) {
        self.patterns = patterns
        folded = patterns.map(\.caseFolded)
    }

    /// Whether the mailbox of this canonical name is one of them.
    func contain(_ mailbox: [UInt8]) -> Bool {
        let path = MailboxPath(mailbox.caseFolded)
        return folded.contains { $0.matches(path) }
    }
}
