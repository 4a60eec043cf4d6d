// Chance that repeats: the same seed throws the same numbers on every machine.

/// SplitMix64 (Steele, Lea, Flood 2014).
package struct Dice: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// True in `percent` of a hundred throws.
    package mutating func hits(_ percent: Int) -> Bool { below(100) < percent }

    /// A number from 0 up to `bound`, not included.
    package mutating func below(_ bound: Int) -> Int {
        Int.random(in: 0..<max(1, bound), using: &self)
    }

    /// One of `choices`, which are never none.
    package mutating func pick<Choice>(_ choices: [Choice]) -> Choice {
        choices[below(choices.count)]
    }

    /// Some of `choices`, none perhaps, in any order.
    package mutating func pick<Choice>(_ choices: [Choice], atMost countMax: Int) -> [Choice] {
        Array(choices.shuffled(using: &self).prefix(below(countMax + 1)))
    }

    package mutating func bytes(atMost countMax: Int) -> [UInt8] {
        (0..<below(countMax + 1)).map { _ in UInt8.random(in: .min ... .max, using: &self) }
    }
}
