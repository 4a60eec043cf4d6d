// Which mailboxes of a user are for what, as the backend says: rules may mean them by that.

/// The special uses of mailboxes, by name; a use is that of all below the mailbox, too.
package struct MailboxUses: Equatable, Sendable {
    /// More mailboxes with a use are no mailboxes of a person, and would cost every session.
    package static let mailboxesMax = 1000

    /// By names without case: what a rule takes it takes from every spelling.
    private var uses: [[UInt8]: SpecialUses] = [:]
    /// There were too many.
    package private(set) var isCut = false

    package init() {}

    /// Takes the canonical name of a mailbox.
    package mutating func note(_ mailbox: [UInt8], _ uses: SpecialUses) {
        guard !uses.isEmpty else { return }
        let name = mailbox.caseFolded
        guard self.uses[name] != nil || self.uses.count < Self.mailboxesMax else {
            return isCut = true
        }
        self.uses[name, default: .none].formUnion(uses)
    }

    /// Whether all of `uses` are known of this very mailbox.
    package func tells(_ uses: SpecialUses, of mailbox: [UInt8]) -> Bool {
        uses.isEmpty || self.uses[mailbox.caseFolded]?.isSuperset(of: uses) ?? false
    }

    /// Whether the mailbox of these canonical names is marked to show the messages of others.
    func showOthers(_ spellings: [[UInt8]]) -> Bool {
        !uses.isEmpty
            && spellings.contains { name in
                uses[name.caseFolded].map { !$0.isDisjoint(with: .showingOthers) } ?? false
            }
    }

    /// The uses of the mailbox of one of these canonical names, and of those above.
    func uses(of spellings: [[UInt8]]) -> SpecialUses {
        guard !uses.isEmpty else { return .none }
        var found = SpecialUses.none
        for name in spellings.map(\.caseFolded) {
            for end in name.indices where name[end] == UInt8(ascii: "/") {
                found.formUnion(uses[Array(name[..<end])] ?? .none)
            }
            found.formUnion(uses[name] ?? .none)
        }
        return found
    }
}
