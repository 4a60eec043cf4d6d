// What of the backend's quota the client may see: a root is named like a mailbox only where that
// mailbox may be seen.
import IMAP
import Policy

extension Relay {
    private var isAskingQuota: Bool {
        inFlight.contains(.getQuota) || inFlight.contains(.getQuotaRoot)
    }

    mutating func pass(_ roots: QuotaRoots, into out: inout Outbox) -> Bool {
        guard inFlight.contains(.getQuotaRoot) else { return noteUnknown(into: &out) }
        guard let name = try? namesToClient.decode(roots.mailbox) else { return true }
        guard policy.decide(name.canonical).rights.contains(.read) else { return true }
        var shown = roots
        shown.mailbox = namesToClient.encode(name)
        shown.roots = []
        for root in roots.roots {
            if let root = shownName(ofQuotaRoot: root) { shown.roots.append(root) }
        }
        Response.quotaRoots(shown).encode(into: &out.client)
        return true
    }

    mutating func pass(_ quota: Quota, into out: inout Outbox) -> Bool {
        guard isAskingQuota else { return noteUnknown(into: &out) }
        guard let root = shownName(ofQuotaRoot: quota.root) else { return true }
        var shown = quota
        shown.root = root
        Response.quota(shown).encode(into: &out.client)
        return true
    }

    /// The root's own name where it may be told, a label of ours where not.
    private mutating func shownName(ofQuotaRoot root: [UInt8]) -> [UInt8]? {
        if root.isEmpty { return root }
        if !QuotaLabels.isLabel(root), let name = try? namesToClient.decode(root),
            policy.decide(name.canonical).rights.contains(.read)
        {
            return namesToClient.encode(name)
        }
        return quotaLabels.label(of: root)
    }
}
