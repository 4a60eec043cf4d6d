// Whether the times in a trail fit its order: the recorder's own records are the clock's ticks.
import Bytes

/// What a line says of its time, and whether the recorder speaks in it of itself.
struct LineTime {
    private static let beforeTime: StaticString = #","v":1,"time":""#
    private static let beforeMonotonic: StaticString = #"","mono":"#
    private static let ownEvent: StaticString = #","event":"audit."#
    /// `2026-03-01T09:30:00.000123Z`.
    private static let timeBytes = 27

    /// Where the time's text stands.
    let time: Range<Int>
    /// Microseconds.
    let monotonic: UInt64
    /// What follows `audit.` in a record of the recorder; nil in a gateway's.
    let own: Range<Int>?

    /// Nil where the line is no record of version 1.
    init?(_ line: Span<UInt8>, afterSequence start: Int) {
        guard line.holds(Self.beforeTime, at: start) else { return nil }
        let begin = start + Self.beforeTime.utf8CodeUnitCount
        time = begin..<begin + Self.timeBytes
        guard line.holds(Self.beforeMonotonic, at: time.upperBound) else { return nil }
        var index = time.upperBound + Self.beforeMonotonic.utf8CodeUnitCount
        var number: UInt64 = 0
        while index < line.count, line[index] &- 48 < 10 {
            number = number &* 10 &+ UInt64(line[index] &- 48)
            index += 1
        }
        monotonic = number
        guard line.holds(Self.ownEvent, at: index) else {
            own = nil
            return
        }
        let name = index + Self.ownEvent.utf8CodeUnitCount
        var end = name
        while end < line.count, line[end] != UInt8(ascii: "\"") { end += 1 }
        // A gateway's word about the time when no recorder heard it.
        own = line.text(name..<end) == "gap" ? nil : name..<end
    }

    /// Whether a line is a record of the recorder's own with an event that is called so.
    static func isOwn(_ line: Span<UInt8>, sequence: UInt64, event: String) -> Bool {
        let time = LineTime(line, afterSequence: 7 + sequence.decimalDigits)
        return time?.own.map { line.text($0) } == event
    }
}

/// Follows the clocks through a trail.
struct TrailTimes {
    /// Between two records of the recorder's own lies a minute at most, while it runs.
    private static let silenceMax: UInt64 = 150_000_000
    /// A gateway's record may be made while the recorder has looked at its clock already.
    private static let leadMax: UInt64 = 5_000_000
    /// UTC may be put right by so much without a word, in the text of a time: the same second.
    private static let secondBytes = 19

    /// The first and the last time of the recorder's own records.
    private(set) var first = ""
    private(set) var last = ""
    private(set) var isStopped = false
    private var boot = ""
    private var monotonic: UInt64?
    /// The latest time of a gateway since, with its record.
    private var lead: (monotonic: UInt64, record: UInt64) = (0, 0)

    /// The next record doesn't follow the last: some in between are not here.
    mutating func skip() { (monotonic, lead, boot) = (nil, (0, 0), "") }

    /// What the next record's time is at odds with, if anything.
    mutating func advance(
        _ line: Span<UInt8>,
        _ time: LineTime,
        record: UInt64
    ) -> (TrailFinding.Weight, String)? {
        guard let own = time.own else {
            if time.monotonic > lead.monotonic { lead = (time.monotonic, record) }
            return nil
        }
        let event = line.text(own)
        let text = line.text(time.time)
        defer {
            if first.isEmpty { first = text }
            (last, monotonic, lead) = (text, time.monotonic, (0, 0))
            isStopped = event == "stop"
        }
        if event == "start" { return start(line, time, text) }
        guard let monotonic else { return nil }
        return compare(time, text, with: monotonic)
    }

    private mutating func start(
        _ line: Span<UInt8>,
        _ time: LineTime,
        _ text: String
    ) -> (TrailFinding.Weight, String)? {
        let whole = line.text(time.time.upperBound..<line.count)
        let boot = whole.firstRange(of: "boot ").map { String(whole[$0.upperBound...].prefix(36)) }
        let isSameBoot = boot == self.boot
        self.boot = boot ?? ""
        guard let monotonic else { return nil }
        if isSameBoot, time.monotonic < monotonic { return compare(time, text, with: monotonic) }
        return text.prefix(Self.secondBytes) < last.prefix(Self.secondBytes)
            ? (.notice, "the machine's clock was set back, from \(last) to \(text)")
            : (.notice, "the recorder \(isStopped ? "was stopped at" : "ended after") \(last)")
    }

    private func compare(
        _ time: LineTime,
        _ text: String,
        with monotonic: UInt64
    ) -> (TrailFinding.Weight, String)? {
        if time.monotonic < monotonic {
            return (.broken, "was made before the recorder's record that stands above it")
        }
        if lead.monotonic > time.monotonic, lead.monotonic - time.monotonic > Self.leadMax {
            return (.broken, "was made before record \(lead.record), which stands above it")
        }
        if text.prefix(Self.secondBytes) < last.prefix(Self.secondBytes) {
            return (.notice, "the machine's clock was set back, from \(last) to \(text)")
        }
        let silence = time.monotonic - monotonic
        return silence > Self.silenceMax
            ? (.notice, "the recorder said nothing for \(silence / 1_000_000) s before it") : nil
    }
}

extension Span where Element == UInt8 {
    fileprivate func text(_ range: Range<Int>) -> String {
        String(decoding: range.map { self[$0] }, as: UTF8.self)
    }
}
