// Quota may be read, of the mailboxes and roots that may be seen; it is never changed from here.
import IMAP
import Policy

extension Authorization {
    func getQuota(_ root: [UInt8]) -> Judgement {
        // The root of the whole account has no name (RFC 9208, 3.2).
        if root.isEmpty { return .forward(Forward(.getQuota(root: []))) }
        if let hidden = quotaLabels.root(of: root) {
            return .forward(Forward(.getQuota(root: hidden)))
        }
        return named(root, .getQuota) { .getQuota(root: $0) }
    }
}

/// Names for the quota roots whose own names would tell of mailboxes that the user may not see.
struct QuotaLabels: Equatable {
    /// More roots than a user has; the names of any more are not told.
    static let countMax = 64

    private var hidden: [[UInt8]] = []

    private static let prefix = Array("quota-".utf8)

    /// Whether `name` could be taken for a label.
    static func isLabel(_ name: [UInt8]) -> Bool { name.starts(with: prefix) }

    /// The label of the backend's root, made where it has none yet; nil when there are too many.
    mutating func label(of root: [UInt8]) -> [UInt8]? {
        if let index = hidden.firstIndex(of: root) { return Self.label(index) }
        guard hidden.count < Self.countMax else { return nil }
        hidden.append(root)
        return Self.label(hidden.count - 1)
    }

    /// The backend's root that a client means by `label`.
    func root(of label: [UInt8]) -> [UInt8]? {
        hidden.indices.first { Self.label($0) == label }.map { hidden[$0] }
    }

    private static func label(_ index: Int) -> [UInt8] { prefix + Array("\(index + 1)".utf8) }
}
