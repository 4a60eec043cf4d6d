// Forgets a user: his keys go, and with them what they made readable; the trail itself stays as it is.
import Audit
import Bytes
import Policy

extension Recording {
    /// Of keys that the record names; the others are counted.
    private static let namedMax = 1000

    /// Destroys all keys of a user once the trail says which they are.
    mutating func forget(_ user: String, _ entry: Record, at now: Moment) throws {
        if let hold = try Holds(in: folder).entries.first(where: { $0.hold.covers(user: user) }) {
            throw OrderRefusal("\(hold.hold.name) is a legal hold on what would be forgotten")
        }
        // A key that is not on disk yet is about to be; a draft that a crash has left names somebody.
        try trail.keys?.persist()
        try keyFolder.dropDrafts()
        let keys = try keyFolder.keys(ofUser: user)
        guard !keys.isEmpty else {
            throw OrderRefusal("there is no key of this user; names are as records have them")
        }
        var entry = entry
        entry.arguments = ShortBytes(Array(Self.words(keys).utf8).span)
        try recordNow(entry, at: now)
        trail.keys?.forget(user)
        for key in keys { try keyFolder.destroy(key) }
    }

    /// `2 keys: 2026-10/5f1c9a04d2e7b368 2026-11/0a52c3d7710be94f`.
    private static func words(_ keys: [KeyPlace]) -> String {
        let names = keys.prefix(namedMax).map { "\($0.period)/\($0.id)" }.joined(separator: " ")
        return (keys.count == 1 ? "1 key: " : "\(keys.count) keys: ") + names
    }
}

extension Hold {
    /// Whether records of a user may be among what is held.
    fileprivate func covers(user name: String) -> Bool {
        guard let user else { return true }
        return Wildcard(Array(user.utf8)).matches(Array(name.utf8).span)
    }
}
