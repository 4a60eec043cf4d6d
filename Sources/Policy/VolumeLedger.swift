// What each user has fetched lately under each rule that bounds it: over spans of time that slide.

/// Messages and bytes; counts stop at their largest number.
package struct VolumeAmount: Equatable, Sendable {
    package var messages: UInt64
    package var bytes: UInt64

    package init(messages: UInt64 = 0, bytes: UInt64 = 0) {
        self.messages = messages
        self.bytes = bytes
    }

    package static let zero = VolumeAmount()
    package static let max = VolumeAmount(messages: .max, bytes: .max)

    package static func + (left: VolumeAmount, right: VolumeAmount) -> VolumeAmount {
        func sum(_ one: UInt64, _ other: UInt64) -> UInt64 {
            let (sum, overflow) = one.addingReportingOverflow(other)
            return overflow ? .max : sum
        }
        return VolumeAmount(
            messages: sum(left.messages, right.messages),
            bytes: sum(left.bytes, right.bytes)
        )
    }
}

/// What is counted by itself: one rule's volume for one user.
///
/// A rule that is written anew with other bounds goes on counting; with another period it begins.
package struct VolumeMeter: Hashable, Sendable {
    package let user: String
    package let rule: String
    package let period: Volume.Period

    package init(user: String, rule: String, period: Volume.Period) {
        self.user = user
        self.rule = rule
        self.period = period
    }
}

/// The counts of all users.
///
/// Each period is parted into twelve stretches. What falls into the one that runs and the twelve
/// before it counts, so that no more than a rule's volume leaves within any span as long as its
/// period, and what has left is forgotten a twelfth of the period later at most.
package struct VolumeLedger: Sendable {
    /// More users and rules than are at work in a day; each costs about 300 bytes.
    package static let metersMax = 200_000
    static let stretches: UInt64 = 12

    private struct Window {
        /// The amounts of the stretches up to `last`, by their number's remainder.
        var amounts = [VolumeAmount](repeating: .zero, count: Int(VolumeLedger.stretches) + 1)
        var last: UInt64

        mutating func advance(to stretch: UInt64) {
            guard stretch > last else { return }
            let size = UInt64(amounts.count)
            for step in 1...min(stretch - last, size) {
                amounts[Int((last + step) % size)] = .zero
            }
            last = stretch
        }
    }

    private let metersMax: Int
    private var windows: [VolumeMeter: Window] = [:]
    /// When it was last looked for what can be forgotten.
    private var sweptAt: UInt64?

    package init(metersMax: Int = VolumeLedger.metersMax) { self.metersMax = metersMax }

    package var count: Int { windows.count }

    /// Adds to a meter and returns what it holds then; moments are microseconds.
    ///
    /// Without room for one more meter it is full: what can't be counted is not let out.
    package mutating func add(
        _ amount: VolumeAmount,
        to meter: VolumeMeter,
        at now: UInt64
    ) -> VolumeAmount {
        let stretch = Self.stretch(meter.period, at: now)
        if windows[meter] == nil {
            if amount == .zero { return .zero }
            if windows.count >= metersMax { sweep(at: now) }
            guard windows.count < metersMax else { return .max }
        }
        var window = windows[meter] ?? Window(last: stretch)
        window.advance(to: stretch)
        let place = Int(window.last % UInt64(window.amounts.count))
        window.amounts[place] = window.amounts[place] + amount
        windows[meter] = window
        return window.amounts.reduce(.zero, +)
    }

    /// Forgets the meters that count nothing any more; seldom, since it looks at all of them.
    private mutating func sweep(at now: UInt64) {
        if let sweptAt, now < sweptAt &+ 1_000_000 { return }
        sweptAt = now
        windows = windows.filter { meter, window in
            Self.stretch(meter.period, at: now) <= window.last + Self.stretches
        }
    }

    private static func stretch(_ period: Volume.Period, at now: UInt64) -> UInt64 {
        now / (UInt64(period.seconds) * 1_000_000 / stretches)
    }
}
