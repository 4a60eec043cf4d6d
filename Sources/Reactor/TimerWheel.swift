// Deadlines by the thousand: arming one is an append, and a turn without due ones is a comparison.

/// A wheel of slots, each of which holds what falls due within one tick.
///
/// Nothing is disarmed: who armed a timer looks, when its token comes back, whether it still matters.
/// That fits deadlines that are put off at every command.
package struct TimerWheel {
    private struct Entry {
        var token: UInt64
        /// Counted in ticks.
        var due: UInt64
    }

    private let tickMicroseconds: UInt64
    private var slots: [[Entry]]
    /// The last tick whose slot was emptied.
    private var current: UInt64

    /// How many timers are armed.
    package private(set) var count = 0

    package init(tickMicroseconds: UInt64, slots: Int, at now: UInt64) {
        self.tickMicroseconds = max(1, tickMicroseconds)
        self.slots = Array(repeating: [], count: max(1, slots))
        current = now / self.tickMicroseconds
    }

    /// Gives `token` back from the first `advance` after `due` (microseconds), up to a tick later.
    package mutating func arm(_ token: UInt64, at due: UInt64) {
        let tick = max(current + 1, due / tickMicroseconds + 1)
        slots[Int(tick % UInt64(slots.count))].append(Entry(token: token, due: tick))
        count += 1
    }

    /// Appends the tokens that fell due until `now` (microseconds) to `due`.
    package mutating func advance(to now: UInt64, into due: inout [UInt64]) {
        let target = now / tickMicroseconds
        guard target > current else { return }
        // After a long pause every slot is looked at once, not once a tick.
        let turns = min(target - current, UInt64(slots.count))
        current = target
        for turn in 0..<turns where count > 0 {
            empty(Int((target - turn) % UInt64(slots.count)), until: target, into: &due)
        }
    }

    /// How far `wait` looks ahead: waking in vain now and then is cheaper than searching every turn.
    private static let horizonTicks: UInt64 = 16

    /// Microseconds until something may fall due; nil when nothing is armed.
    package func wait(from now: UInt64) -> UInt64? {
        guard count > 0 else { return nil }
        let size = UInt64(slots.count)
        let horizon = current + min(size, TimerWheel.horizonTicks)
        var tick = current + 1
        while tick < horizon && slots[Int(tick % size)].isEmpty { tick += 1 }
        let due = tick * tickMicroseconds
        return due > now ? due - now : 0
    }

    private mutating func empty(_ slot: Int, until target: UInt64, into due: inout [UInt64]) {
        guard !slots[slot].isEmpty else { return }
        var kept = 0
        for index in slots[slot].indices {
            let entry = slots[slot][index]
            if entry.due <= target {
                due.append(entry.token)
                count -= 1
            } else {
                slots[slot][kept] = entry
                kept += 1
            }
        }
        slots[slot].removeSubrange(kept...)
    }
}
