// How much depends on a backend's saying what a user's mailboxes are for (RFC 6154).
import IMAP
import Policy

struct UsesDemand: Equatable {
    /// For rules that name uses.
    let rules: PolicyNeed
    /// For mailboxes that show the messages of others: they lead around any rule.
    private let virtual: PolicyNeed

    static let none = UsesDemand()

    private init() { (rules, virtual) = (.none, .none) }

    init(of policy: PolicySet, for subject: Subject, findsVirtual: Bool) {
        rules = policy.usesNeed(for: subject)
        virtual = findsVirtual ? policy.need(for: subject) : .none
    }

    /// What must be known at a backend with these capabilities.
    ///
    /// One that knows no uses marks no mailbox that shows the messages of others; but a rule that
    /// names uses means some all the same.
    func need(at capabilities: CapabilitySet) -> PolicyNeed {
        capabilities.tellsUses ? max(rules, virtual) : rules
    }

    /// Those of a mailbox's uses that can change what may be done with it.
    func concerned(by uses: SpecialUses) -> SpecialUses {
        rules == .none ? uses.intersection(.showingOthers) : uses
    }
}

extension CapabilitySet {
    /// Whether the backend says what mailboxes are for when it is asked (RFC 6154, 2).
    var tellsUses: Bool { contains(.specialUse) && contains(.listExtended) }
}
