// Answers one question: may this client try to log in as this user now, later, or not at all?

/// What the administrator may set.
package struct ThrottleSettings: Equatable, Sendable {
    /// Failures that cost nothing: people mistype, and devices try an old password some times.
    package var userFailuresFree: UInt32 = 3
    /// More than for a user, since many people may sit behind one address.
    package var addressFailuresFree: UInt32 = 10
    /// One failure is forgotten in so long.
    package var forgiveness: Duration = .seconds(30)
    /// The wait that the first failure too many costs; each further one doubles it.
    package var firstDelay: Duration = .seconds(1)
    /// A user is never kept out by others' guesses, only slowed by so much.
    package var userDelayMax: Duration = .seconds(5)
    /// A client that would have to wait longer is turned away.
    package var addressDelayMax: Duration = .seconds(20)
    /// Addresses and users remembered, each; about 100 bytes apiece.
    package var entriesMax = 32 * 1024

    package init() {}
}

/// The address that failures are counted for: an IPv4 address, or the /64 that one IPv6 customer has.
package enum ClientNetwork: Hashable, Sendable {
    case v4(UInt32)
    case v6(prefix: UInt64)

    /// From the 4 or 16 octets of an address, nil for another count.
    ///
    /// An IPv4 address in IPv6 form (`::ffff:0:0/96`) counts as IPv4.
    package init?(octets: [UInt8]) {
        func number(_ part: some Sequence<UInt8>) -> UInt64 {
            part.reduce(0) { $0 << 8 | UInt64($1) }
        }
        switch octets.count {
        case 4: self = .v4(UInt32(truncatingIfNeeded: number(octets)))
        case 16:
            let prefix = number(octets.prefix(8))
            let rest = number(octets.suffix(8))
            let isMapped = prefix == 0 && rest >> 32 == 0xFFFF
            self = isMapped ? .v4(UInt32(truncatingIfNeeded: rest)) : .v6(prefix: prefix)
        default: return nil
        }
    }
}

/// Remembers failed logins by address and by user, in bounded memory.
///
/// Moments are microseconds of the driver's monotonic clock. Attempts from one punished address
/// queue up behind each other, so that opening more connections gains nothing.
package struct Throttle: Sendable {
    package enum Verdict: Equatable, Sendable {
        case now
        /// Try the login this much later, without asking again.
        case after(Duration)
        /// NO [LIMIT].
        case refuse
    }

    private struct Entry: Sendable {
        var failures: UInt32
        /// When a failure was last added or forgotten.
        var countedAt: UInt64
        /// When the last attempt that was made to wait may go ahead.
        var turn: UInt64 = 0
    }

    private let settings: ThrottleSettings
    private let forgiveness: UInt64
    private let firstDelay: UInt64
    private var users: AgingTable<String, Entry>
    private var addresses: AgingTable<ClientNetwork, Entry>

    package init(_ settings: ThrottleSettings = ThrottleSettings()) {
        self.settings = settings
        forgiveness = max(1, settings.forgiveness.microseconds)
        firstDelay = settings.firstDelay.microseconds
        users = AgingTable(entriesMax: settings.entriesMax)
        addresses = AgingTable(entriesMax: settings.entriesMax)
    }

    package mutating func admit(
        address: ClientNetwork,
        user: String,
        at now: UInt64
    ) -> Verdict {
        let userDelay = userDelay(user, at: now)
        guard let addressDelay = takeTurn(address, at: now) else { return .refuse }
        let delay = max(userDelay, addressDelay)
        return delay == 0 ? .now : .after(.microseconds(Int64(clamping: delay)))
    }

    package mutating func failed(address: ClientNetwork, user: String, at now: UInt64) {
        count(in: &users, user, at: now)
        count(in: &addresses, address, at: now)
    }

    /// Forgets the user's failures, since its owner is here, and one of the address.
    ///
    /// Not all of the address: somebody with an account of his own could guess at others for ever.
    package mutating func succeeded(address: ClientNetwork, user: String, at now: UInt64) {
        users.remove(user)
        guard var entry = current(addresses[address], at: now) else { return }
        entry.failures -= 1
        if entry.failures == 0 { addresses.remove(address) } else { addresses[address] = entry }
    }

    /// Users and addresses remembered.
    package var entryCount: Int { users.count + addresses.count }

    private mutating func userDelay(_ user: String, at now: UInt64) -> UInt64 {
        guard let entry = current(users[user], at: now) else { return 0 }
        let delay = delay(failures: entry.failures, free: settings.userFailuresFree)
        return min(delay, settings.userDelayMax.microseconds)
    }

    /// How long this address has to wait, nil when too long; the next attempt waits behind it.
    private mutating func takeTurn(_ address: ClientNetwork, at now: UInt64) -> UInt64? {
        guard var entry = current(addresses[address], at: now) else { return 0 }
        let step = delay(failures: entry.failures, free: settings.addressFailuresFree)
        guard step > 0 else { return 0 }
        let (turn, overflow) = max(now, entry.turn).addingReportingOverflow(step)
        guard !overflow, turn - now <= settings.addressDelayMax.microseconds else { return nil }
        entry.turn = turn
        addresses[address] = entry
        return turn - now
    }

    private func delay(failures: UInt32, free: UInt32) -> UInt64 {
        guard failures >= free else { return 0 }
        let doublings = failures - free
        return doublings < UInt32(firstDelay.leadingZeroBitCount) ? firstDelay << doublings : .max
    }

    private func count<Key>(
        in table: inout AgingTable<Key, Entry>,
        _ key: Key,
        at now: UInt64
    ) {
        var entry = current(table[key], at: now) ?? Entry(failures: 0, countedAt: now)
        entry.failures = min(entry.failures, .max - 1) + 1
        table[key] = entry
    }

    /// The entry less what is forgotten by now; nil when nothing is left.
    private func current(_ entry: Entry?, at now: UInt64) -> Entry? {
        guard var entry, now >= entry.countedAt else { return entry }
        let forgotten = (now - entry.countedAt) / forgiveness
        guard forgotten < UInt64(entry.failures) else { return nil }
        entry.failures -= UInt32(forgotten)
        entry.countedAt += forgotten * forgiveness
        return entry
    }
}
