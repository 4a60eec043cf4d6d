// Which UIDs a command told of or changed, as a set in few bytes: for the record of its outcome.
package import Bytes
package import IMAP

/// UIDs in the order in which they came, neighbours joined to ranges; stops growing at a bound.
package struct UIDLog: Equatable {
    /// Usual answers stay in place; of long ones the record keeps the beginning.
    package static let bytesMax = 512

    private var text = ShortBytes()
    private var lower: UInt32 = 0
    private var upper: UInt32 = 0
    private var isCut = false

    package init() {}

    package mutating func note(_ uids: MessageRange) {
        if upper != 0, uids.lower == upper || uids.lower == upper &+ 1 {
            return upper = uids.upper
        }
        write()
        lower = uids.lower
        upper = uids.upper
    }

    /// The set so far; empty when nothing was noted, with three dots where it was cut.
    package var written: ShortBytes {
        var log = self
        log.write()
        if log.isCut { log.text.append(Array("...".utf8).span) }
        return log.text
    }

    private mutating func write() {
        guard upper != 0 else { return }
        // A range takes at most 22 bytes.
        guard text.count + 22 <= Self.bytesMax else { return isCut = true }
        if !text.isEmpty { text.append(UInt8(ascii: ",")) }
        MessageRange(lower, upper).append(to: &text)
    }
}
