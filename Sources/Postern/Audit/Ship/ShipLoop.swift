// The shipper's days: what is due is sent in batches, and a batch counts when it has arrived whole.
import Audit
import Bytes
import Configuration
import Glibc
import Reactor

/// Sends batch after batch; each has a connection of its own.
///
/// Receivers of syslog acknowledge nothing. But one that answers the end of a connection with its
/// own end has read everything before it (RFC 5425, 4.4): so each batch ends in order, and is sent
/// again if the other side went away without having said so.
struct ShipLoop: ~Copyable {
    /// More records are another batch: what is sent twice after a failure stays bounded.
    private static let recordsMax: UInt64 = 20_000
    /// Between two looks at the trail, in milliseconds; a checkpoint comes every 5 seconds at most.
    private static let restMilliseconds: Int32 = 1000
    /// Between two attempts on a receiver that is away: at first, and at most.
    private static let retryMilliseconds: ClosedRange<Int32> = 500...30_000

    private var announcement: ShipAnnouncement
    private var reader: ShipReader
    let target: ShipTarget
    let format: ShipFormat
    let security: ShipSecurity
    var position: ShipPosition
    let log: Log
    /// What was said last of a trouble that lasts.
    private var trouble: String?

    init(
        announcement: ShipAnnouncement,
        reader: ShipReader,
        target: ShipTarget,
        format: ShipFormat,
        security: ShipSecurity,
        position: consuming ShipPosition,
        log: Log
    ) {
        self.announcement = announcement
        self.reader = reader
        self.target = target
        self.format = format
        self.security = security
        self.position = position
        self.log = log
    }

    /// Runs until a signal comes, or with `once` until all is sent; false: that could not be done.
    mutating func run(once: Bool, until signals: borrowing SignalDescriptor) throws -> Bool {
        log.info("sending to \(target) from record \(position.next) on")
        var retry = Self.retryMilliseconds.lowerBound
        while true {
            var pause = Self.restMilliseconds
            do throws(ShipError) {
                let isMore = try sendBatch()
                if trouble != nil { log.warning("records reach \(target) again") }
                trouble = nil
                retry = Self.retryMilliseconds.lowerBound
                if isMore { pause = 0 } else if once { return true }
            } catch {
                complain(error)
                if once { return false }
                pause = retry
                retry = min(retry * 2, Self.retryMilliseconds.upperBound)
            }
            if Self.hasEnded(signals, within: pause) { return true }
        }
    }

    private mutating func complain(_ error: ShipError) {
        guard trouble != error.description else { return }
        trouble = error.description
        log.error("\(error); records wait from \(position.next) on")
    }

    private static func hasEnded(
        _ signals: borrowing SignalDescriptor,
        within milliseconds: Int32
    ) -> Bool {
        var polled = pollfd(fd: signals.descriptor.number, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&polled, 1, milliseconds) > 0
    }

    /// Returns whether more is due.
    private mutating func sendBatch() throws(ShipError) -> Bool {
        try announcement.make("ship to \(target) from record \(position.next) on")
        guard let head = try reader.head() else { return false }
        guard position.origin.isEmpty || position.origin == head.origin else {
            throw .trail(
                "the position is of the trail \(position.origin), this one is \(head.origin): "
                    + "give it a state folder of its own"
            )
        }
        guard position.next <= head.size else { return false }
        let last = min(head.size, position.next + Self.recordsMax - 1)
        try send(position.next...last, of: head)
        try position.advance(to: last + 1, of: head.origin)
        log.debug("records up to \(last) have arrived")
        return last < head.size
    }

    private mutating func send(
        _ records: ClosedRange<UInt64>,
        of head: ShipReader.Head
    ) throws(ShipError) {
        let encoder = ShipEncoder(format, origin: head.origin, framing: target.framing(format))
        if case .file(let path) = target {
            var file = try ShipFile(path)
            let expired = try reader.forEachLine(records) { (line) throws(ShipError) in
                let message = encoder.message(for: line)
                try file.append(message.span)
            }
            note(expired, of: records)
            return try file.finish()
        }
        var connection = try ShipConnection.open(target, security)
        let expired = try reader.forEachLine(records) { (line) throws(ShipError) in
            let message = encoder.message(for: line)
            try connection.send(message.span)
        }
        note(expired, of: records)
        try connection.finish()
    }

    private func note(_ expired: UInt64, of records: ClosedRange<UInt64>) {
        guard expired > 0 else { return }
        let range = "\(records.lowerBound) to \(records.upperBound)"
        log.warning("\(expired) of records \(range) expired before they were sent")
    }
}
