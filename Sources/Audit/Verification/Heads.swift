// The signed heads that a verification still has to come to.

/// A signed head and the file that it stands in.
struct Head {
    let checkpoint: Checkpoint
    let file: String
}

/// Heads in the order of their sizes.
struct HeadQueue {
    private var heads: [Head] = []
    private var start = 0
    /// How many records the next one has, at hand for the look at it after each record; `.max`:
    /// there is none.
    private(set) var nextSize = UInt64.max

    /// The one with the fewest records.
    var next: Head? { start < heads.count ? heads[start] : nil }
    /// The one with the most.
    var last: Head? { start < heads.count ? heads.last : nil }

    mutating func add(_ others: [Head]) {
        heads = (heads[start...] + others).sorted { $0.checkpoint.size < $1.checkpoint.size }
        start = 0
        noteNext()
    }

    mutating func removeNext() {
        start += 1
        noteNext()
    }

    private mutating func noteNext() { nextSize = next?.checkpoint.size ?? .max }
}
