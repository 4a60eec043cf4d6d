// What epoll and the timers give back: which of a reactor's descriptors or connections it is about.

/// A token's meaning.
///
/// `generation << 32 | index << 1 | side`; no connection has generation 0, which stands for the
/// reactor's own descriptors.
enum Token: Equatable {
    case connection(ConnectionID, Side)
    case mailbox
    case recorder
    case listener(Int)
    case helper(Int)

    init?(_ value: UInt64) {
        let generation = UInt32(truncatingIfNeeded: value >> 32)
        let low = UInt32(truncatingIfNeeded: value)
        if generation > 0 {
            let side: Side = low & 1 == 0 ? .client : .backend
            self = .connection(ConnectionID(index: low >> 1, generation: generation), side)
            return
        }
        switch low & 3 {
        case 0: self = .mailbox
        case 1: self = .recorder
        case 2: self = .listener(Int(low >> 2))
        default: self = .helper(Int(low >> 2))
        }
    }

    var value: UInt64 {
        switch self {
        case .connection(let id, let side):
            UInt64(id.generation) << 32 | UInt64(id.index) << 1 | side.rawValue
        case .mailbox: 0
        case .recorder: 1
        case .listener(let index): UInt64(index) << 2 | 2
        case .helper(let index): UInt64(index) << 2 | 3
        }
    }
}
