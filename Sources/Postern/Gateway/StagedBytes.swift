// Bytes for backends that wait until the turn's records are handed over.
import Bytes

/// One buffer for all backends of a reactor, with the name of the connection that each run is for.
struct StagedBytes {
    struct Run {
        let id: ConnectionID
        /// Where the run ends in `bytes`; it starts where the one before it ends.
        var end: Int
    }

    var bytes = Buffer()
    private(set) var runs: [Run] = []
    var holdsSecret = false

    var isEmpty: Bool { runs.isEmpty }

    /// Says that what was appended to `bytes` since the last call is for `id`.
    mutating func assign(to id: ConnectionID) {
        let end = bytes.count
        guard end > (runs.last?.end ?? 0) else { return }
        if let last = runs.indices.last, runs[last].id == id {
            runs[last].end = end
        } else {
            runs.append(Run(id: id, end: end))
        }
    }

    mutating func removeAll() {
        if holdsSecret { bytes.overwrite() } else { bytes.removeAll() }
        runs.removeAll(keepingCapacity: true)
        holdsSecret = false
    }
}
