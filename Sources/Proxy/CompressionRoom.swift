// How many sessions may compress at once: their number is what bounds their memory.

/// The places of one thread's sessions for those that compress.
///
/// A session that compresses costs about 90 KiB, ten times one that does not, and any client may
/// ask for it.
package final class CompressionRoom {
    /// As many cost 90 MiB.
    package static let placesUsual = 1000

    /// One session's place, free again when the session is gone.
    final class Place {
        private let room: CompressionRoom

        fileprivate init(in room: CompressionRoom) { self.room = room }

        deinit { room.taken -= 1 }
    }

    private let places: Int
    private var taken = 0

    package init(places: Int = CompressionRoom.placesUsual) { self.places = places }

    var isFull: Bool { taken >= places }

    func take() -> Place {
        taken += 1
        return Place(in: self)
    }
}
