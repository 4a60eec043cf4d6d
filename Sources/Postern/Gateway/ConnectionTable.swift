// A reactor's connections, found by their id, counted by where they come from.
import Reactor

/// Holds the connections of one reactor.
struct ConnectionTable {
    /// Where several connections are one stranger's: an IPv4 address, or an IPv6 network of 64 bits,
    /// the smallest that a customer gets.
    private struct Origin: Hashable {
        let octets: ArraySlice<UInt8>

        init(_ address: SocketAddress) {
            octets = address.family == .v4 ? address.octets[...] : address.octets.prefix(8)
        }
    }

    private var slots: [Connection?] = []
    private var free: [UInt32] = []
    private var generation: UInt32 = 0
    private var origins: [Origin: Int] = [:]
    private(set) var count = 0

    subscript(id: ConnectionID) -> Connection? {
        let index = Int(id.index)
        guard index < slots.count, let connection = slots[index], connection.id == id else {
            return nil
        }
        return connection
    }

    /// How many connections the origin of `address` has.
    func count(from address: SocketAddress) -> Int { origins[Origin(address)] ?? 0 }

    /// The id for the next connection, which `insert` must follow.
    mutating func nextID() -> ConnectionID {
        generation = generation == .max ? 1 : generation + 1
        if let index = free.popLast() { return ConnectionID(index: index, generation: generation) }
        slots.append(nil)
        return ConnectionID(index: UInt32(slots.count - 1), generation: generation)
    }

    mutating func insert(_ connection: Connection) {
        slots[Int(connection.id.index)] = connection
        enter(connection)
        count += 1
    }

    /// Counts a connection where its client is from, instead of where its balancer is.
    mutating func introduce(
        _ connection: Connection,
        _ client: SocketAddress,
        server: SocketAddress
    ) {
        leave(connection)
        connection.introduce(client, server: server)
        enter(connection)
    }

    private mutating func enter(_ connection: Connection) {
        origins[Origin(connection.clientAddress), default: 0] += 1
    }

    private mutating func leave(_ connection: Connection) {
        let origin = Origin(connection.clientAddress)
        let left = (origins[origin] ?? 1) - 1
        origins[origin] = left > 0 ? left : nil
    }

    mutating func remove(_ connection: Connection) {
        guard self[connection.id] != nil else { return }
        slots[Int(connection.id.index)] = nil
        free.append(connection.id.index)
        count -= 1
        leave(connection)
    }

    /// All connections, oldest slot first; for reloads, drains and the recorder's comings and goings.
    var all: [Connection] { slots.compactMap(\.self) }
}
