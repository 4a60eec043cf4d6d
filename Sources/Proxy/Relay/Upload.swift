// A client's messages on their way to the backend: one literal after the other, in one command.
import IMAP

/// How far an APPEND or REPLACE with messages has come.
struct Upload {
    enum Stage {
        /// The backend is asked for the bytes behind this marker.
        case asked(LiteralHeader)
        /// So many bytes are on their way.
        case streaming(UInt64)
        /// The bytes are through: another message, or the command's end, follows.
        case between
    }

    /// The number of the command's tag.
    let number: UInt64
    /// The command's last stretch, as the client gave it.
    private(set) var tagged: TaggedCommand
    private(set) var stage: Stage
    /// The bytes of the message that more parts may follow of (CATENATE).
    private(set) var unfinishedBytes: UInt64 = 0

    init(_ tagged: TaggedCommand, number: UInt64, at header: LiteralHeader) {
        self.tagged = tagged
        self.number = number
        stage = .asked(header)
        unfinishedBytes = tagged.command.append?.sizes(behind: 0).unfinished ?? 0
    }

    /// The stretch behind the last literal asks for another one.
    mutating func goOn(with tagged: TaggedCommand, at header: LiteralHeader) {
        unfinishedBytes = tagged.command.append?.sizes(behind: unfinishedBytes).unfinished ?? 0
        self.tagged = tagged
        stage = .asked(header)
    }

    mutating func begin() {
        guard case .asked(let header) = stage else { return }
        stage = .streaming(header.size)
    }

    mutating func ended() { stage = .between }

    var isAsked: Bool { if case .asked = stage { true } else { false } }
}

extension Append {
    /// Messages that begin in the stretch.
    var messages: UInt64 {
        var count: UInt64 = 0
        for part in parts { if case .heading = part { count += 1 } }
        return count
    }

    /// The size of the largest message of the stretch, and of the one that it leaves unfinished,
    /// which began with `bytes` bytes.
    func sizes(behind bytes: UInt64) -> (largest: UInt64, unfinished: UInt64) {
        var largest: UInt64 = 0
        var unfinished = bytes
        for part in parts {
            switch part {
            case .heading: unfinished = 0
            case .literal(let header), .utf8(let header), .text(let header):
                // A literal has ten digits at most, and a command few of them.
                unfinished += header.size
                largest = max(largest, unfinished)
            case .utf8End, .catenate, .url, .catenateEnd: continue
            }
        }
        return (largest, unfinished)
    }

    /// Whether a message of no bytes is announced: with many messages it would take back those
    /// before it on some servers (RFC 3502, 6.3.11), and be one of them on others.
    var hasEmptyMessage: Bool {
        parts.contains { part in
            switch part {
            case .literal(let header), .utf8(let header): header.size == 0
            default: false
            }
        }
    }
}
