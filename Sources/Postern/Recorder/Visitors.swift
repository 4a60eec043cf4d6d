// Those who are about to read the trail and wait until it says so.
import Audit
import CLinux
import Glibc
import Reactor

/// The recorder's side of `TrailDoor`.
struct Visitors: ~Copyable {
    /// At once; readers are people and their tools.
    private static let countMax = 16

    private let door: Socket
    /// Have not said yet what they want.
    private var silent: [FileDescriptorBox] = []
    /// Wait for their record to be on disk.
    private var waiting: [FileDescriptorBox] = []

    init(_ door: consuming Socket) { self.door = door }

    /// What to wait for input at: the door, and those who have come in.
    var numbers: [Int32] { [door.descriptor.number] + silent.map(\.number) }

    var areWaiting: Bool { !waiting.isEmpty }

    /// What a visitor is about to do.
    struct Reading {
        let event: Event
        /// User ID.
        let user: UInt32
        let text: [UInt8]
    }

    /// Lets in who is at the door and takes what has been said.
    mutating func hear() -> [Reading] {
        let number = linux_accept_local(door.descriptor.number)
        if number >= 0 {
            let visitor = FileDescriptorBox(number)
            if silent.count + waiting.count < Self.countMax { silent.append(visitor) }
        }
        var readings: [Reading] = []
        var still: [FileDescriptorBox] = []
        for visitor in silent {
            var bytes = [UInt8](repeating: 0, count: TrailDoor.bytesMax)
            let count = unsafe recv(visitor.number, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            if count < 0 && errno == EAGAIN {
                still.append(visitor)
            } else if count > 0, let reading = Self.reading(bytes.prefix(count), of: visitor) {
                readings.append(reading)
                waiting.append(visitor)
            }
        }
        silent = still
        return readings
    }

    private static func reading(
        _ packet: ArraySlice<UInt8>,
        of visitor: FileDescriptorBox
    ) -> Reading? {
        var user: UInt32 = 0
        guard unsafe linux_peer_user(visitor.number, &user) == 0,
            let space = packet.firstIndex(of: UInt8(ascii: " ")),
            let event = Event(rawValue: String(decoding: packet[..<space], as: UTF8.self)),
            event == .auditSearch || event == .auditExport
        else { return nil }
        return Reading(event: event, user: user, text: Array(packet[(space + 1)...]))
    }

    /// Everything is on disk: they may read.
    mutating func admit() {
        for visitor in waiting {
            var byte = TrailDoor.answer
            unsafe send(visitor.number, &byte, 1, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
        waiting = []
    }
}

/// Closes its descriptor when nobody needs it any more.
final class FileDescriptorBox {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { close(number) }
}
