// Which records a hold keeps; where that can't be told, it keeps them.
package import Audit
import Bytes
import Policy

/// A hold, ready to be held against records.
package struct HeldRecords {
    let name: String
    private let user: Wildcard?
    private let mailbox: Pattern?
    private let since: UInt64?
    private let until: UInt64?

    package init(_ hold: Hold) throws(OrderRefusal) {
        name = hold.name
        user = hold.user.map { Wildcard(Array($0.utf8)) }
        do {
            mailbox = try hold.mailbox.map { try Pattern($0) }
        } catch {
            throw OrderRefusal("hold \(hold.name): \(error)")
        }
        since = hold.since.flatMap { Timestamp.microseconds(of: Array($0.utf8).span) }
        until = hold.until.flatMap { Timestamp.microseconds(of: Array($0.utf8).span) }
    }

    package func covers(_ record: TrailRecord) -> Bool {
        isInTime(record) && isOfUser(record) && isOfMailbox(record)
    }

    private func isInTime(_ record: TrailRecord) -> Bool {
        guard let moment = record.moment else { return true }
        return moment >= since ?? 0 && moment < until ?? .max
    }

    private func isOfUser(_ record: TrailRecord) -> Bool {
        guard let user else { return true }
        let isNamed = Self.names.contains { field in
            guard let name = record[field] else { return record.isHidden(field) }
            return !record.isWhole(field) || user.matches(Array(name.utf8).span)
        }
        return isNamed || isAnonymous(record)
    }

    /// Whether the record is a known user's, and doesn't say whose: the field was left out.
    private func isAnonymous(_ record: TrailRecord) -> Bool {
        let isKnown = ["authenticated", "selected"].contains(record[.state])
        return isKnown && record[.user] == nil && !record.isHidden(.user)
    }

    private static let names: [TrailField] = [.user, .login, .backendUser]
    private static let mailboxes: [TrailField] = [.mailbox, .destination]

    private func isOfMailbox(_ record: TrailRecord) -> Bool {
        guard let mailbox else { return true }
        return Self.mailboxes.contains { field in
            guard let named = record.mailbox(field) else { return record.isHidden(field) }
            guard let name = named.name, !name.hasPrefix("hmac:"), !name.hasPrefix("hex:") else {
                return true
            }
            return mailbox.matches(Array(name.utf8))
        }
    }
}

extension TrailRecord {
    /// Whether the line has the field in a form that only a key opens: `user_enc`, `user_hmac`.
    fileprivate func isHidden(_ field: TrailField) -> Bool {
        ["_enc", "_hmac"].contains { ending in
            let name = Array(",\"\(field.spelling)\(ending)\":".utf8)
            return line.firstRange(of: name) != nil
        }
    }
}
