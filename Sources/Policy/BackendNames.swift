// Mailboxes that a backend opens under several names: they are judged under every one of them.

/// What the names of one user's mailboxes at one backend stand for, beside what they say.
///
/// A detour is judged under the spelling that it leads to as well; the spelling that it leads to is
/// judged by itself, or a rule on all other users' mailboxes would be one on everybody's own.
package struct BackendNames: Equatable, Sendable {
    private typealias Level = ArraySlice<UInt8>
    private typealias Levels = [Level]

    private let personal: [Levels]
    private let others: [Levels]
    /// Prefixes that NAMESPACE does not tell of, behind which the user's own mailboxes are, too.
    private let own: NamePrefixes
    /// How the user may be spelled as a level of others' mailboxes, without case.
    private let owner: [[UInt8]]
    /// What follows the `@` in the user's name, with it.
    private let domain: Level
    private let virtual: VirtualMailboxes
    /// Whether those that the backend marks as such count among them.
    package let findsVirtual: Bool
    /// What its mailboxes are for; nil while that is not known.
    package var uses: MailboxUses?

    package init() { self.init(user: "", personal: [], others: []) }

    /// Takes the canonical prefixes of the namespaces, as NAMESPACE parts them (RFC 2342); shared
    /// ones count among the others'.
    package init(
        user: String,
        personal: [[UInt8]],
        others: [[UInt8]],
        own: NamePrefixes = NamePrefixes([]),
        virtual: VirtualMailboxes = VirtualMailboxes(),
        findsVirtual: Bool = false,
        uses: MailboxUses? = nil
    ) {
        self.uses = uses
        self.personal = personal.map(Self.levels)
        self.others = others.map(Self.levels).filter { !$0.isEmpty }
        self.own = own
        // Without others' mailboxes nobody is looked for among them.
        domain = self.others.isEmpty ? [] : Array(user.utf8).drop { $0 != UInt8(ascii: "@") }
        self.virtual = virtual
        self.findsVirtual = findsVirtual
        owner = self.others.isEmpty ? [] : Self.spellings(of: user)
    }

    /// All names under which the mailbox is judged, its own first.
    package func spellings(of mailbox: [UInt8]) -> [[UInt8]] {
        let levels = Self.levels(mailbox)
        if hasNoDetours(levels) { return [mailbox] }
        var found = [levels]
        var index = 0
        while index < found.count {
            for spelling in detours(from: found[index]) where !found.contains(spelling) {
                found.append(spelling)
            }
            index += 1
        }
        return found.map { Array($0.joined(separator: [UInt8(ascii: "/")])) }
    }

    /// Whether the mailbox of these names shows the messages of others.
    func areVirtual(_ spellings: [[UInt8]]) -> Bool {
        spellings.contains(where: virtual.contain)
            || findsVirtual && uses?.showOthers(spellings) ?? false
    }

    private static func spellings(of user: String) -> [[UInt8]] {
        let name = Array(user.utf8).caseFolded
        let names = [name, Array(name.prefix { $0 != UInt8(ascii: "@") })]
        // Cyrus writes the dots of a user's name so where dots part the levels.
        return names + names.map { $0.map { $0 == UInt8(ascii: ".") ? UInt8(ascii: "^") : $0 } }
    }

    /// As most names have none, this is seen without a list.
    private func hasNoDetours(_ name: Levels) -> Bool {
        others.isEmpty && personal.allSatisfy(\.isEmpty)
            && !own.levels.contains(where: name.isBelow)
    }

    /// What backends make of a name in one step, prefixes in any case.
    private func detours(from name: Levels) -> [Levels] {
        var spellings: [Levels] = []
        for prefix in personal where !prefix.isEmpty && name.isBelow(prefix) {
            spellings += inboxes(name, below: prefix)
        }
        for prefix in others where name.isBelow(prefix) {
            spellings += othersMailboxes(name, below: prefix)
        }
        for prefix in own.levels where name.isBelow(prefix) {
            let mailbox = name.dropFirst(prefix.count)
            spellings += mailbox.isEmpty ? [[Self.inbox]] : ownMailboxes(mailbox)
        }
        return spellings + innerNames(name)
    }

    /// Cyrus takes a domain and `!` in front of its inner name of a mailbox.
    ///
    /// The domain's dots may part levels. It tells of others' mailboxes, which inner names go by.
    private func innerNames(_ name: Levels) -> [Levels] {
        let mark = UInt8(ascii: "!")
        guard !others.isEmpty, let place = name.lastIndex(where: { $0.contains(mark) }),
            let end = name[place].lastIndex(of: mark)
        else { return [] }
        let (inner, rest) = (name[place][(end + 1)...], name[(place + 1)...])
        return inner.isEmpty ? [] : [[inner] + rest] + usersMailboxes(inner, rest)
    }

    /// Cyrus' inner names of users' mailboxes, `user` and what stands behind it.
    private func usersMailboxes(_ first: Level, _ rest: Levels.SubSequence) -> [Levels] {
        guard !rest.isEmpty, Array(first).caseFolded == Array("user".utf8) else { return [] }
        return others.map { $0 + rest }
    }

    /// A namespace's own INBOX, which is the user's and the namespace's top (C1.6).
    private func inboxes(_ name: Levels, below prefix: Levels) -> [Levels] {
        let rest = name.dropFirst(prefix.count)
        if rest.isEmpty { return prefix == [Self.inbox] ? [] : [prefix + [Self.inbox]] }
        guard let level = rest.first, Self.isInbox(level) else { return [] }
        return [prefix + rest.dropFirst(), [Self.inbox] + rest.dropFirst()]
    }

    /// Others' mailboxes: a user's INBOX is the user's top, and one's own are one's personal ones.
    private func othersMailboxes(_ name: Levels, below prefix: Levels) -> [Levels] {
        let rest = name.dropFirst(prefix.count)
        guard let user = rest.first else { return [prefix + [Self.inbox]] }
        if Self.isInbox(user) { return [prefix + rest.dropFirst()] }
        let mailbox = rest.dropFirst()
        var spellings = usersMailboxes(user, mailbox)
        spellings += sameUsers(user).map { prefix + [$0] + mailbox }
        if mailbox.isEmpty {
            spellings.append(name + [Self.inbox])
        } else if let level = mailbox.first, Self.isInbox(level) {
            spellings.append(prefix + [user] + mailbox.dropFirst())
        }
        guard owner.contains(Array(user).caseFolded) else { return spellings }
        if mailbox.isEmpty { return spellings + [[Self.inbox]] }
        return spellings + ownMailboxes(mailbox).filter { !$0.isBelow(prefix) }
    }

    /// The user's own mailbox with these levels, in every personal namespace.
    private func ownMailboxes(_ mailbox: Levels.SubSequence) -> [Levels] {
        personal.isEmpty ? [Array(mailbox)] : personal.map { $0 + mailbox }
    }

    /// How backends may spell the user of that level as well: without the domain, or with the one
    /// that both have.
    private func sameUsers(_ user: Level) -> [Level] {
        if let mark = user.firstIndex(of: UInt8(ascii: "@")) {
            return mark > user.startIndex ? [user[..<mark]] : []
        }
        return domain.isEmpty ? [] : [user + domain]
    }

    private static let inbox = ArraySlice("INBOX".utf8)

    private static func isInbox(_ level: ArraySlice<UInt8>) -> Bool {
        Array(level).caseFolded == Array("inbox".utf8)
    }

    private static func levels(_ name: [UInt8]) -> Levels {
        name.split(separator: UInt8(ascii: "/"))
    }
}

/// Canonical names that others begin with, made ready once and shared by all sessions.
package struct NamePrefixes: Equatable, Sendable {
    fileprivate let levels: [[ArraySlice<UInt8>]]

    package init(_ names: [String]) {
        levels = names.map { Array($0.utf8).split(separator: UInt8(ascii: "/")) }
            .filter { !$0.isEmpty }
    }
}

extension [ArraySlice<UInt8>] {
    /// Whether these levels begin with `prefix`, in whatever case.
    fileprivate func isBelow(_ prefix: [ArraySlice<UInt8>]) -> Bool {
        guard count >= prefix.count else { return false }
        return zip(self, prefix).allSatisfy { level, wanted in
            level == wanted || [UInt8](level).caseFolded == [UInt8](wanted).caseFolded
        }
    }
}
