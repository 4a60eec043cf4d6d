// Where a reactor's sockets are read into: one room for all, since a turn reads one after another.
import Reactor

/// Room for one read.
struct Scratch {
    private var storage: [UInt8]
    private var count = 0

    init(capacity: Int) { storage = Array(repeating: 0, count: capacity) }

    var capacity: Int { storage.count }

    /// What the last read brought.
    var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get { storage.span.extracting(first: count) }
    }

    mutating func receive(from socket: borrowing Socket) -> Transfer {
        var room = storage.mutableSpan
        let transfer = socket.receive(into: &room)
        if case .moved(let count) = transfer { self.count = count } else { count = 0 }
        return transfer
    }
}
