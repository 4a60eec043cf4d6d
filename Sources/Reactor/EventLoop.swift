// Waits for many descriptors at once (epoll) and says which of them became ready.
import CLinux
import Glibc

/// What a descriptor is ready for.
package struct Readiness: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    package static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    /// The peer closed its sending side; what it sent before can still be read.
    package static let ending = Readiness(rawValue: EPOLLRDHUP.rawValue)
    /// Both directions are closed or broken.
    package static let broken = Readiness(rawValue: EPOLLHUP.rawValue | EPOLLERR.rawValue)

    /// Whether receiving would say something new: bytes, an end or an error.
    package var wantsReceiving: Bool { contains(.readable) || isEnding }

    /// Whether the peer sends nothing any more.
    package var isEnding: Bool { contains(.ending) || !isDisjoint(with: .broken) }
}

/// Readiness of one descriptor, with the token that it was added under.
package struct ReadyEvent: Equatable, Sendable {
    package let token: UInt64
    package let readiness: Readiness
}

/// An epoll instance with room for one batch of events.
@safe
package struct EventLoop: ~Copyable {
    /// Events taken from the kernel in one turn: enough that a busy turn shares its system calls,
    /// few enough that nobody waits long.
    package static var batchMax: Int { 256 }

    private let descriptor: FileDescriptor
    private var batch: [epoll_event]

    package init() throws(SystemError) {
        let number = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard number >= 0 else { throw .last("epoll_create1") }
        descriptor = FileDescriptor(owning: number)
        unsafe batch = Array(repeating: epoll_event(), count: EventLoop.batchMax)
    }

    /// Tells of each change of the descriptor's readiness once (edge-triggered), in both directions.
    ///
    /// Nothing needs to be armed again. Who stops before the kernel said `wouldBlock` must remember
    /// to go on.
    package borrowing func watchChanges(
        of descriptor: borrowing FileDescriptor,
        token: UInt64
    ) throws(SystemError) {
        let flags = EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue
        try control(EPOLL_CTL_ADD, descriptor.number, flags | EPOLLET.rawValue, token)
    }

    /// Tells that there is something to read for as long as there is (level-triggered).
    package borrowing func watchInput(
        of descriptor: borrowing FileDescriptor,
        token: UInt64
    ) throws(SystemError) {
        try control(EPOLL_CTL_ADD, descriptor.number, EPOLLIN.rawValue, token)
    }

    /// Changes what `watchInput` began: tells as well, or no more, when there is room to send.
    package borrowing func watchInput(
        of descriptor: borrowing FileDescriptor,
        andRoom isRoomWanted: Bool,
        token: UInt64
    ) throws(SystemError) {
        let flags = EPOLLIN.rawValue | (isRoomWanted ? EPOLLOUT.rawValue : 0)
        try control(EPOLL_CTL_MOD, descriptor.number, flags, token)
    }

    /// Waits until something is ready or `microseconds` have passed; nil waits for ever.
    ///
    /// Returns how many events `event` can be asked for; 0 after a signal or the time.
    package mutating func wait(atMost microseconds: UInt64?) -> Int {
        let milliseconds: Int32 =
            if let microseconds {
                // Rounded up: waking before the deadline would only wait again.
                Int32(clamping: microseconds / 1000 + (microseconds % 1000 == 0 ? 0 : 1))
            } else {
                -1
            }
        let number = descriptor.number
        let count = unsafe batch.withUnsafeMutableBufferPointer {
            unsafe epoll_wait(number, $0.baseAddress, Int32(EventLoop.batchMax), milliseconds)
        }
        return max(0, Int(count))
    }

    /// An event of the last wait; `index` is below the count that `wait` returned.
    package func event(_ index: Int) -> ReadyEvent {
        let event = unsafe batch[index]
        return ReadyEvent(
            token: unsafe event.data.u64,
            readiness: Readiness(rawValue: unsafe event.events)
        )
    }

    private borrowing func control(
        _ operation: Int32,
        _ number: Int32,
        _ flags: UInt32,
        _ token: UInt64
    ) throws(SystemError) {
        var event = unsafe epoll_event(events: flags, data: epoll_data_t(u64: token))
        guard unsafe epoll_ctl(descriptor.number, operation, number, &event) == 0 else {
            throw .last("epoll_ctl")
        }
    }
}
