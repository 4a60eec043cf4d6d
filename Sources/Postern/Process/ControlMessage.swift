// What the supervisor and its children say to each other, and what it looks like in a packet.
//
// The channel is a socketpair of SOCK_SEQPACKET, so that the kernel keeps messages apart: one packet
// is one message, with one descriptor (SCM_RIGHTS) exactly where the table says so.
//
//     offset  0     1      3       5
//             kind  first  second  text (UTF-8, at most `textBytesMax`)
//             u8    u16    u16     numbers in network order, 0 where unused
//
// | message          | from, to               | first   | second   | text | descriptor              |
// |------------------|------------------------|---------|----------|------|-------------------------|
// | configure   (1)  | supervisor to gateway  |         |          | who  | sealed memfd: a bundle  |
// | listener    (2)  | supervisor to gateway  | reactor | listener |      | listening socket        |
// | helper      (3)  | supervisor to gateway  | helper  |          |      | channel to postern-pam  |
// | recorder    (4)  | supervisor to both     | reactor |          |      | gateway-recorder stream |
// | start       (5)  | supervisor to gateway  | reactors|          |      |                         |
// | drain       (6)  | supervisor to both     | seconds |          | who  |                         |
// | ready       (7)  | both to supervisor     |         |          |      |                         |
// | killHelper  (8)  | gateway to supervisor  | helper  |          |      |                         |
// | configured  (9)  | gateway to supervisor  |         |          |      |                         |
// | refused    (10)  | gateway to supervisor  |         |          | why  |                         |
// | checkpoint (11)  | recorder to supervisor |         |          | line |                         |
// | unchanged  (12)  | supervisor to gateway  | reason  |          | who, what |                    |
//
// `who` is "USER PROCESS", two numbers of who has asked; behind it a space and more may stand.
//
// The gateway's start: configure, every listener, helper and recorder, start; then it answers ready.
// Later helper and recorder replace the channel that bore that number, and configure is a reload,
// answered by configured or refused; unchanged tells of one that never was. Helper n serves reactor n % reactors. The recorder gets one
// recorder message for each reactor of every gateway that is started. The channel's end means that
// the other side is gone: a child then ends itself.
import Bytes

enum ControlMessage: Equatable, Sendable {
    /// The configuration with all the files it names, and who has asked for it.
    case configure(by: Requester)
    /// A listening socket for one reactor; `listener` is the index in the configuration.
    case listener(reactor: UInt16, listener: UInt16)
    /// A channel to a PAM helper, new or in place of one that died.
    case helper(UInt16)
    /// A reactor's connection to the recorder: either end of it.
    case recorder(reactor: UInt16)
    /// All is handed over: accept clients, on this many reactors.
    case start(reactors: UInt16)
    /// Take no new sessions, end the others within this many seconds, then exit.
    case drain(seconds: UInt16, by: Requester)
    case ready
    /// The helper missed a deadline.
    case killHelper(UInt16)
    /// The reload is in effect.
    case configured
    /// The reload is not in effect; in the administrator's words, one line.
    case refused(String)
    /// What the trail's last checkpoint says (`CheckpointLine`), for a log that is not the trail.
    case checkpoint(String)
    /// A reload came to nothing before the gateway was asked: for the trail.
    case unchanged(RefusedReload)

    /// Longest explanation that is passed on; a longer one is cut.
    static let textBytesMax = 1024
    static let headerBytes = 5
    static let bytesMax = headerBytes + textBytesMax

    /// Whether exactly one descriptor comes with the message.
    var carriesDescriptor: Bool {
        switch self {
        case .configure, .listener, .helper, .recorder: true
        case .start, .drain, .ready, .killHelper, .configured, .refused, .checkpoint,
            .unchanged:
            false
        }
    }

    var encoded: [UInt8] {
        switch self {
        case .configure(let requester): Self.packet(1, text: requester.text)
        case .listener(let reactor, let listener): Self.packet(2, reactor, listener)
        case .helper(let index): Self.packet(3, index)
        case .recorder(let reactor): Self.packet(4, reactor)
        case .start(let reactors): Self.packet(5, reactors)
        case .drain(let seconds, let requester):
            Self.packet(6, seconds, text: requester.text)
        case .ready: Self.packet(7)
        case .killHelper(let index): Self.packet(8, index)
        case .configured: Self.packet(9)
        case .refused(let why): Self.packet(10, text: why)
        case .checkpoint(let line): Self.packet(11, text: line)
        case .unchanged(let reload):
            Self.packet(
                12,
                reload.reason.rawValue,
                text: "\(reload.requester.text) \(reload.detail)"
            )
        }
    }

    /// The message in a packet, nil when the packet holds anything else.
    init?(_ packet: Span<UInt8>) {
        guard packet.count >= Self.headerBytes, packet.count <= Self.bytesMax else { return nil }
        let first = UInt16(packet[1]) << 8 | UInt16(packet[2])
        let second = UInt16(packet[3]) << 8 | UInt16(packet[4])
        let bytes = packet.extracting(droppingFirst: Self.headerBytes).array
        let text = String(decoding: bytes, as: UTF8.self)
        switch packet[0] {
        case 1:
            guard let requester = Requester(text: text) else { return nil }
            self = .configure(by: requester)
        case 2: self = .listener(reactor: first, listener: second)
        case 3: self = .helper(first)
        case 4: self = .recorder(reactor: first)
        case 5: self = .start(reactors: first)
        case 6:
            guard let requester = Requester(text: text) else { return nil }
            self = .drain(seconds: first, by: requester)
        case 7: self = .ready
        case 8: self = .killHelper(first)
        case 9: self = .configured
        case 10: self = .refused(text)
        case 11: self = .checkpoint(text)
        case 12:
            guard let reload = RefusedReload(code: first, text: text) else { return nil }
            self = .unchanged(reload)
        default: return nil
        }
        // One form only: unused numbers are 0, and text stands where it belongs.
        guard encoded == packet.array else { return nil }
    }

    private static func packet(
        _ kind: UInt8,
        _ first: UInt16 = 0,
        _ second: UInt16 = 0,
        text: String = ""
    ) -> [UInt8] {
        var bytes: [UInt8] = [kind]
        for number in [first, second] {
            bytes.append(UInt8(truncatingIfNeeded: number >> 8))
            bytes.append(UInt8(truncatingIfNeeded: number))
        }
        var text = text
        while text.utf8.count > textBytesMax { text.removeLast() }
        bytes.append(contentsOf: text.utf8)
        return bytes
    }
}

extension RefusedReload {
    fileprivate init?(code: UInt16, text: String) {
        let words = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard let reason = Reason(rawValue: code), words.count == 3,
            let requester = Requester(text: "\(words[0]) \(words[1])")
        else { return nil }
        self.init(reason: reason, detail: String(words[2]), requester: requester)
    }
}
