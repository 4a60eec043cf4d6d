// One mailbox under the policy: what a command needs of it, what the user has, what is missing.
import Audit
import Bytes
import IMAP
import Policy

/// The policy's word on one mailbox for one command.
struct Access: Equatable {
    /// The octets that the client sent.
    let raw: [UInt8]
    /// Nil when the octets are no canonical name.
    let name: MailboxName?
    let decision: Decision
    let needed: Demand
    /// What the administrator permits beside the policy's rights: `a` or nothing.
    var granted = Rights.none
    /// Rules whose volume is spent.
    private var spent: [Rule] = []

    init(_ octets: [UInt8], needs needed: Demand, under policy: UserPolicy, naming: MailboxNaming) {
        self.init(octets, try? naming.decode(octets), needs: needed, under: policy)
    }

    /// `uses` are what the mailbox is to be for, where it is made.
    init(
        _ octets: [UInt8],
        _ name: MailboxName?,
        needs needed: Demand,
        under policy: UserPolicy,
        uses: SpecialUses = .none
    ) {
        raw = octets
        self.name = name
        self.needed = needed
        decision = name.map { policy.decide($0.canonical, uses: uses) } ?? Decision(rights: .none)
    }

    init(_ selection: Selection, needs needed: Demand, spent: [Rule] = []) {
        raw = selection.raw
        name = selection.name
        decision = selection.decision
        self.needed = needed
        self.spent = spent
    }

    var rights: Rights { decision.rights.union(granted) }
    var missing: Rights { needed.rights.subtracting(rights) }
    var forbidden: Operations { decision.forbidden.intersection(needed.operations) }

    /// Why the command must be refused; nil when it may pass.
    ///
    /// Looks at the policy alone, so that the answer says nothing about what exists.
    var refusal: Refusal? {
        if name == nil { return .invalidName }
        if !rights.contains(.lookup) && !needed.isEmpty { return .nonexistent }
        return isGranted ? nil : .noPermission
    }

    var isGranted: Bool { missing.isEmpty && forbidden.isEmpty }

    /// The rules that stand against the command.
    var reasons: [Rule] {
        isGranted ? spent : decision.reasons(taking: missing, forbidding: forbidden)
    }

    /// Whether a rule whose volume is spent wants the session to end.
    var endsSession: Bool { spent.contains { $0.volume?.excess == .end } }

    /// What the record says of it.
    var record: Record.Mailbox {
        let (missing, forbidden) = (missing, forbidden)
        let isGranted = missing.isEmpty && forbidden.isEmpty
        var record = Record.Mailbox(
            raw: raw,
            canonical: name?.canonical,
            needed: needed.rights.letters,
            held: rights.letters,
            missing: isGranted ? "" : missing.letters,
            forbidden: isGranted ? [] : forbidden.words.map(\.name),
            rules: []
        )
        // Nearly every command passes, and no rule is asked for its name then.
        if isGranted && spent.isEmpty { return record }
        let reasons = reasons
        record.rules = reasons.map(\.id)
        record.because = reasons.map(\.because).filter { !$0.isEmpty }
        return record
    }
}

/// The mailbox that is selected, or will be when the backend agrees.
struct Selection: Equatable {
    let name: MailboxName
    let raw: [UInt8]
    var decision: Decision
    /// The backend was told EXAMINE.
    var isExamined: Bool
    /// The client sees READ-ONLY.
    var isReadOnly: Bool
    /// UIDVALIDITY; 0: the backend has not told it.
    var uidValidity: UInt32 = 0

    /// The same mailbox after EXAMINE.
    var examined: Selection {
        var examined = self
        examined.isExamined = true
        return examined
    }

    var rights: Rights { decision.rights }
}
