// Which key may sign which part of the trail: each epoch's key is certified by the one before it.

/// The keys of a trail from the first on, each with the records that it may vouch for.
///
/// A key is destroyed when the next one takes over. Whoever takes the machine has the last key
/// alone: what was signed before it took over can't be signed again.
package struct KeyChain: Sendable {
    /// A key and the sizes of the trail at which it signs: from the handover to it to its own.
    package struct Epoch: Equatable, Sendable {
        package let key: VerifierKey
        package let first: UInt64
        package var last: UInt64?
    }

    /// What is wrong with a note, in an auditor's words.
    package struct Fault: Error, Equatable, CustomStringConvertible {
        package let description: String

        package init(_ description: String) { self.description = description }
    }

    package private(set) var epochs: [Epoch]
    /// The checkpoints in which one key certified the next.
    package private(set) var handovers: [Checkpoint] = []

    /// The chain that begins with a key the auditor has from elsewhere.
    package init(first: VerifierKey) { epochs = [Epoch(key: first, first: 0)] }

    package var origin: String { epochs[0].key.name }

    /// The key that signs today.
    package var current: VerifierKey { epochs[epochs.count - 1].key }

    /// Goes on with the next handover.
    package mutating func extend(with note: SignedNote) throws(Fault) {
        let number = epochs.count
        guard note.isSigned(by: current) else {
            throw Fault("handover \(number) is not signed by the key of its epoch")
        }
        let checkpoint = try checkpoint(in: note)
        guard let next = checkpoint.nextKey, next.name == origin, next.purpose == .note else {
            throw Fault("handover \(number) certifies no key")
        }
        let first = epochs[number - 1].first
        guard checkpoint.size >= first else {
            throw Fault(
                "handover \(number) is at record \(checkpoint.size), before the one at \(first)"
            )
        }
        epochs[number - 1].last = checkpoint.size
        epochs.append(Epoch(key: next, first: checkpoint.size))
        handovers.append(checkpoint)
    }

    /// The checkpoint in a note, if the key that may vouch for its size has signed it.
    package func verified(_ note: SignedNote) throws(Fault) -> Checkpoint {
        let checkpoint = try checkpoint(in: note)
        if epochs(at: checkpoint.size).contains(where: { note.isSigned(by: $0.key) }) {
            return checkpoint
        }
        guard let signer = epochs.firstIndex(where: { note.isSigned(by: $0.key) }) else {
            throw Fault(
                "the checkpoint at record \(checkpoint.size) is signed by no key of this trail"
            )
        }
        let epoch = epochs[signer]
        throw Fault(
            """
            the checkpoint at record \(checkpoint.size) is signed by the key of epoch \
            \(signer + 1), which vouches for records \(epoch.first) to \
            \(epoch.last.map(String.init) ?? "now")
            """
        )
    }

    /// The epochs whose keys may sign at a size: two at a handover, or more, else one.
    private func epochs(at size: UInt64) -> ArraySlice<Epoch> {
        var (low, high) = (0, epochs.count)
        while low < high {
            let middle = (low + high) / 2
            if epochs[middle].first <= size { low = middle + 1 } else { high = middle }
        }
        let end = low
        while low > 0, epochs[low - 1].last ?? .max >= size { low -= 1 }
        return epochs[low..<end]
    }

    private func checkpoint(in note: SignedNote) throws(Fault) -> Checkpoint {
        guard let checkpoint = Checkpoint(text: note.text) else {
            throw Fault("a note that is no checkpoint")
        }
        guard checkpoint.origin == origin else {
            throw Fault("a checkpoint of another trail, \(checkpoint.origin)")
        }
        return checkpoint
    }
}
