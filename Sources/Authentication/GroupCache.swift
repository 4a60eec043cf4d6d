// What the name service said of users' Unix groups, remembered for some time.

/// As many users as are there at once; more are asked about again, and no stranger is: only whoever
/// has proved who he is comes in here.
package struct GroupCache: Sendable {
    package static let usersMax = 16_384
    /// Whoever is in more is asked about each time, so that the cache stays within some 100 MiB.
    package static let groupsMax = 256

    private struct Entry {
        let groups: Set<String>
        let since: UInt64
    }

    private var entries = AgingTable<String, Entry>(entriesMax: GroupCache.usersMax)

    package init() {}

    /// What is known of the user and not older than `age`; moments are microseconds.
    package func groups(of user: String, age: Duration, at now: UInt64) -> Set<String>? {
        guard let entry = entries[user], now >= entry.since, now - entry.since < age.microseconds
        else { return nil }
        return entry.groups
    }

    package mutating func note(_ groups: Set<String>, of user: String, at now: UInt64) {
        if groups.count <= Self.groupsMax {
            entries[user] = Entry(groups: groups, since: now)
        } else {
            entries.remove(user)
        }
    }
}
