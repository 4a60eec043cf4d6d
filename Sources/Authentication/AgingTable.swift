// A dictionary that cannot grow without bound: what was not written for long is forgotten.

/// Two generations: when the young one is full it becomes the old one, and the old one is forgotten.
///
/// Every step is O(1), so that an attacker who fills the table gains no pause of the reactor.
struct AgingTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let generationMax: Int
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]

    init(entriesMax: Int) { generationMax = max(1, entriesMax / 2) }

    /// Entries held, at most the bound.
    var count: Int { young.count + old.count }

    subscript(key: Key) -> Value? {
        get { young[key] ?? old[key] }
        set {
            old[key] = nil
            if let newValue, young[key] == nil, young.count >= generationMax {
                old = young
                young = [key: newValue]
            } else {
                young[key] = newValue
            }
        }
    }

    mutating func remove(_ key: Key) { self[key] = nil }
}
