// Which rules a case meets, as bits: cases that meet the same rules are the same to a policy.

struct RuleBits: Hashable {
    private var words: [UInt64]

    init(_ rules: Range<Int>, _ isMet: (Int) -> Bool) {
        words = [UInt64](repeating: 0, count: (rules.count + 63) / 64)
        for index in rules where isMet(index) { words[index / 64] |= 1 << UInt64(index % 64) }
    }

    func contains(_ index: Int) -> Bool { words[index / 64] & (1 << UInt64(index % 64)) != 0 }

    func intersection(_ other: RuleBits) -> RuleBits {
        var both = self
        for index in both.words.indices { both.words[index] &= other.words[index] }
        return both
    }
}

/// A case that stands for all that meet the same rules.
struct RuleClass<Value> {
    var value: Value
    var bits: RuleBits
}

/// The first value of each class.
func distinct<Value>(_ values: [Value], by bits: (Value) -> RuleBits) -> [RuleClass<Value>] {
    var known: Set<RuleBits> = []
    var classes: [RuleClass<Value>] = []
    for value in values {
        let bits = bits(value)
        if known.insert(bits).inserted { classes.append(RuleClass(value: value, bits: bits)) }
    }
    return classes
}

/// The classes that come of two dimensions: a case meets a rule when it does in both.
func combined<First, Second>(
    _ first: [RuleClass<First>],
    _ second: [RuleClass<Second>],
    _ set: (inout First, Second) -> Void
) -> [RuleClass<First>] {
    var known: Set<RuleBits> = []
    var classes: [RuleClass<First>] = []
    for one in first {
        for other in second {
            let bits = one.bits.intersection(other.bits)
            guard known.insert(bits).inserted else { continue }
            var value = one.value
            set(&value, other.value)
            classes.append(RuleClass(value: value, bits: bits))
        }
    }
    return classes
}
