// The gateway's side of the way to the recorder: what is on its way, and what is on disk already.
import Bytes

/// Numbers records, keeps each until it is acknowledged, and says how far the trail is durable.
///
/// Has no socket: the driver sends `unsent`, reports with `sent`, and feeds what it reads to
/// `received`. When the recorder is replaced everything unacknowledged is sent to the new one: a
/// record may then stand in the trail twice (same session, command and `mono`), but none is missing.
package struct RecorderClient: Sendable {
    /// Frames unacknowledged at once.
    ///
    /// The recorder acknowledges after 1 MiB or a second; beyond this it doesn't keep up, and
    /// sessions wait.
    package static let backlogBytesMax = 8 * 1024 * 1024

    private var encoder = RecordEncoder()
    private var record = Buffer()
    /// Whole frames in the order of their numbers.
    private var frames = Buffer()
    /// How long each is, so that nobody reads the frames again to find out.
    private var sizes: [UInt32] = []
    private var sizesStart = 0
    private var sentBytes = 0
    private var answers = Buffer()
    private var isConnected = false
    /// As far as is known: the recorder is there and can write.
    package private(set) var isWorking = false
    /// The recorder has said so itself since it was connected.
    package private(set) var isConfirmed = false

    /// The number of the last record; 0 before the first.
    package private(set) var last: UInt64 = 0

    /// Every record up to this number is on disk.
    package private(set) var durableUpTo: UInt64 = 0

    package init() {}

    /// Whether sessions may act: the recorder is there, can write, and keeps up.
    package var isAvailable: Bool {
        isWorking && !isFull
    }

    /// Whether more waits to be acknowledged than a recorder that keeps up leaves behind.
    package var isFull: Bool { frames.count > Self.backlogBytesMax }

    /// Bytes that wait to be acknowledged.
    package var backlogBytes: Int { frames.count }

    /// What is to be sent now.
    package var unsent: Span<UInt8> {
        @_lifetime(borrow self)
        get { frames.span.extracting((isConnected ? sentBytes : frames.count)...) }
    }

    /// Puts a record behind the others; it is durable once `durableUpTo` reaches the number returned.
    @discardableResult
    package mutating func append(_ entry: borrowing Record, at moment: Moment) -> UInt64 {
        record.removeAll()
        encoder.encode(entry, at: moment, into: &record)
        let header = RecordHeader(
            payloadBytes: record.count,
            recordClass: entry.isDurable ? .durable : .handedOver,
            number: last + 1
        )
        guard let header else { return last }
        last += 1
        header.encode(into: &frames)
        frames.append(record)
        sizes.append(UInt32(header.frameBytes))
        return last
    }

    /// The first `count` bytes of `unsent` were sent.
    package mutating func sent(_ count: Int) {
        sentBytes = min(frames.count, sentBytes + max(0, count))
    }

    /// Takes bytes of the recorder.
    package mutating func received(_ bytes: Span<UInt8>) throws(MalformedFrame) {
        answers.append(bytes)
        while let answer = try Acknowledgement.decode(answers.span) {
            answers.removeFirst(Acknowledgement.byteCount)
            isWorking = answer.status == .working
            isConfirmed = isWorking
            try dropFrames(upTo: answer.durableUpTo)
        }
    }

    /// There is a connection to a recorder, a new one perhaps.
    package mutating func connected() {
        disconnected()
        isConnected = true
        isWorking = true
    }

    /// The recorder is gone.
    package mutating func disconnected() {
        isConnected = false
        isWorking = false
        isConfirmed = false
        sentBytes = 0
        answers.removeAll()
    }

    private mutating func dropFrames(upTo number: UInt64) throws(MalformedFrame) {
        guard number > durableUpTo else { return }
        // Nobody can have written what was not sent.
        guard number <= last else { throw MalformedFrame() }
        let end = sizesStart + Int(number - durableUpTo)
        var dropped = 0
        for index in sizesStart..<end { dropped += Int(sizes[index]) }
        guard dropped <= sentBytes else { throw MalformedFrame() }
        durableUpTo = number
        sentBytes -= dropped
        frames.removeFirst(dropped)
        dropSizes(upTo: end)
    }

    private mutating func dropSizes(upTo end: Int) {
        sizesStart = end
        if end == sizes.count {
            sizes.removeAll(keepingCapacity: true)
            sizesStart = 0
        } else if end * 2 >= sizes.count {
            sizes.removeSubrange(..<end)
            sizesStart = 0
        }
    }
}
