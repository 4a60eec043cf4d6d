// The mailboxes that a session comes back to: decided once, found again in a few nanoseconds.

/// The latest decisions of one session.
struct RecentDecisions {
    /// As many mailboxes as clients look at in turn; LIST goes through any number, and needs none of
    /// them again.
    static let decisionsMax = 16

    /// Side by side and apart from the decisions, so that looking through all of them is one glance.
    private var signatures: [UInt64] = []
    private var decisions: [Decision] = []
    /// The one that makes room for the next.
    private var oldest = 0

    func decision(on mailbox: [UInt8], _ uses: SpecialUses) -> Decision? {
        let wanted = Self.signature(mailbox, uses)
        let signatures = signatures.span
        for index in signatures.indices where signatures[index] == wanted {
            // Compared in its place: a copy would be counted and given back.
            guard decisions[index].uses == uses, decisions[index].mailbox == mailbox else {
                continue
            }
            return decisions[index]
        }
        return nil
    }

    mutating func remember(_ decision: Decision) {
        let signature = Self.signature(decision.mailbox, decision.uses)
        guard decisions.count == Self.decisionsMax else {
            signatures.append(signature)
            decisions.append(decision)
            return
        }
        signatures[oldest] = signature
        decisions[oldest] = decision
        oldest = (oldest + 1) % Self.decisionsMax
    }

    /// Tells most names apart: their length and their end, where names of one hierarchy differ.
    private static func signature(_ mailbox: [UInt8], _ uses: SpecialUses) -> UInt64 {
        var signature = UInt64(truncatingIfNeeded: mailbox.count) ^ UInt64(uses.rawValue) << 16
        for index in max(0, mailbox.count - 8)..<mailbox.count {
            signature = signature << 7 ^ signature >> 57 ^ UInt64(mailbox[index])
        }
        return signature
    }
}
