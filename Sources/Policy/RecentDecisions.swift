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
            guard decisions[index].isOn(mailbox, uses) else { continue }
            return decisions[index]
        }
        return nil
    }

    mutating func remember(_ decision: Decision, on mailbox: [UInt8], _ uses: SpecialUses) {
        let signature = Self.signature(mailbox, uses)
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
        let length = UInt64(truncatingIfNeeded: mailbox.count) ^ UInt64(uses.rawValue) << 16
        let end = mailbox.count - MemoryLayout<UInt64>.size
        // Read at once: what eight bytes are is the same as one number.
        guard end < 0 else {
            let tail = unsafe mailbox.withUnsafeBytes {
                unsafe $0.loadUnaligned(fromByteOffset: end, as: UInt64.self)
            }
            return tail ^ length &* 0x9E37_79B9_7F4A_7C15
        }
        var signature = length
        for byte in mailbox { signature = signature << 8 ^ UInt64(byte) }
        return signature
    }
}
