// Those who are about to read the trail and wait until it says so, and those who give orders.
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

    /// Lets in who is at the door and takes what has been said.
    mutating func hear() -> [Visit] {
        let number = linux_accept_local(door.descriptor.number)
        if number >= 0 {
            let visitor = FileDescriptorBox(number)
            // Who says nothing keeps nobody out: the one who came first makes room.
            if silent.count + waiting.count >= Self.countMax && !silent.isEmpty {
                silent.removeFirst()
            }
            if silent.count + waiting.count < Self.countMax { silent.append(visitor) }
        }
        var visits: [Visit] = []
        var still: [FileDescriptorBox] = []
        for visitor in silent {
            var bytes = [UInt8](repeating: 0, count: TrailDoor.bytesMax)
            // The size of the packet, not of what had room.
            let flags = Int32(MSG_DONTWAIT) | Int32(MSG_TRUNC)
            let count = unsafe recv(visitor.number, &bytes, bytes.count, flags)
            if count < 0 && errno == EAGAIN {
                still.append(visitor)
            } else if count > 0, let visit = Visit(bytes.prefix(count), count, of: visitor) {
                visits.append(visit)
                if case .reading = visit.wish { waiting.append(visitor) }
            }
        }
        silent = still
        return visits
    }

    /// Everything is on disk: they may read.
    mutating func admit() {
        for visitor in waiting { visitor.send([TrailDoor.answer]) }
        waiting = []
    }
}

/// What one visitor wants.
struct Visit {
    enum Wish {
        /// To read, or to take a part of the trail away; what is looked for.
        case reading(Event, [UInt8])
        case order(TrailOrder)
    }

    let wish: Wish
    /// User ID.
    let user: UInt32
    private let visitor: FileDescriptorBox

    /// Nil for what is no visitor's business; an order that can't be understood is answered.
    fileprivate init?(_ packet: ArraySlice<UInt8>, _ bytes: Int, of visitor: FileDescriptorBox) {
        var user: UInt32 = 0
        guard unsafe linux_peer_user(visitor.number, &user) == 0,
            let end = packet.firstIndex(where: { " \n".utf8.contains($0) }),
            let event = Event(rawValue: String(decoding: packet[..<end], as: UTF8.self))
        else { return nil }
        self.user = user
        self.visitor = visitor
        let text = packet[(end + 1)...]
        if event == .auditSearch || event == .auditExport {
            wish = .reading(event, Array(text))
            return
        }
        guard TrailOrder.events.contains(event) else { return nil }
        do throws(OrderRefusal) {
            guard user == 0 || user == geteuid() else {
                throw OrderRefusal("only root and the recorder's own user may order that")
            }
            guard bytes <= TrailDoor.bytesMax else { throw TrailDoor.tooLong(bytes) }
            wish = .order(try TrailOrder(event, String(decoding: text, as: UTF8.self)))
        } catch {
            visitor.send(Self.no(error))
            return nil
        }
    }

    func answerDone() { visitor.send([TrailDoor.answer]) }

    func refuse(_ refusal: OrderRefusal) { visitor.send(Self.no(refusal)) }

    private static func no(_ refusal: OrderRefusal) -> [UInt8] {
        [TrailDoor.refusal] + refusal.description.utf8.prefix(TrailDoor.bytesMax - 1)
    }
}

/// Closes its descriptor when nobody needs it any more.
final class FileDescriptorBox {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    /// A visitor who is gone hears nothing.
    fileprivate func send(_ bytes: [UInt8]) {
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        _ = unsafe Glibc.send(number, bytes, bytes.count, flags)
    }

    deinit { close(number) }
}
