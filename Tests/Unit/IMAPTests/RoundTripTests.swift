// What the backend reads is what was judged: parsing the encoder's bytes gives the same command.
import Chance
import Bytes
import IMAP
import Testing

@Suite struct RoundTripTests {
    static let commands = [
        "a NOOP", "a LOGIN ann {2}\r\npw", "a AUTHENTICATE PLAIN AGEAYg==",
        #"a ID ("name" "x" "os" NIL)"#, #"a CREATE Sent (USE (\Sent \Trash))"#,
        "a SELECT {3}\r\na b (CONDSTORE QRESYNC (1 2 3:4,9 (5 6)))",
        #"a LIST (SUBSCRIBED) "" ("a%" b*) RETURN (CHILDREN STATUS (UNSEEN))"#,
        "a UID FETCH 1:5,9:* (UID FLAGS BODY.PEEK[1.2.MIME]<0.9>) (CHANGEDSINCE 5 VANISHED)",
        #"a FETCH 1 (RFC822 BODY[HEADER.FIELDS ("From" to)])"#,
        #"a STORE 1 (UNCHANGEDSINCE 0) -FLAGS.SILENT (\Seen Junk)"#,
        "a UID SEARCH RETURN (MIN) CHARSET UTF-8 OR SUBJECT {2}\r\né (NOT 1:5 SINCE 1-Jan-2020)",
        #"a SEARCH MODSEQ "/flags/\\Seen" all 5 LARGER 7 KEYWORD x HEADER a "b\"c""#,
        #"a APPEND box (\Draft k) " 1-Feb-2026 08:00:00 -0130" ~{5+}"# + "\r\n",
        "a APPEND box CATENATE (URL \"/x;UID=1\" URL y) (k) UTF8 (~{5+}\r\n",
        "a APPEND box CATENATE (URL {2+}\r\nab TEXT {5+}\r\n",
        "a REPLACE * box (\\Seen) {5+}\r\n",
        "a UID MOVE 1:2 {4}\r\na\"\\b", "a RENAME a b", "a STATUS x (MESSAGES UIDNEXT)",
        "a SETACL x {3}\r\nbob +lrc", "a DELETEACL x -bob", "a LISTRIGHTS x y", "a MYRIGHTS a",
        "a GETQUOTA \"\"", "a SETQUOTA q (STORAGE 5 MESSAGE 0)", #"a LIST "" * RETURN (MYRIGHTS)"#,
        "a GETMETADATA x (MAXSIZE 5 DEPTH infinity) (/shared/comment \"/private/*\")",
        "a SETMETADATA x (/private/Comment ~{2}\r\na\n /x NIL \"/y\" \"z\")",
        "a UID SORT RETURN (SAVE PARTIAL -1:-50) (REVERSE DATE SIZE) UTF-8 FUZZY TEXT x OLDER 9",
        "a THREAD REFS US-ASCII EMAILID M-1_ SAVEDSINCE 1-Jan-2020 (UID $ NOT YOUNGER 5)",
        "a UID FETCH 1 (BINARY.PEEK[1.2]<0.9> BINARY.SIZE[] PREVIEW (LAZY)) (PARTIAL 1:9)",
        "a UIDBATCHES 2000 3:1", "a FETCH $ PREVIEW",
        "a NOTIFY SET STATUS (selected (MESSAGENEW (UID BODY.PEEK[]) MESSAGEEXPUNGE)) (inboxes NONE)",
        "a NOTIFY SET (subtree (a {1}\r\nb) (X-OTHER)) (subtree-one \"\" (MAILBOXNAME))",
        "a NOTIFY NONE",
        "a ESEARCH IN (selected subtree (a {1}\r\nb)) RETURN (MIN) CHARSET UTF-8 UID 5",
        "a ESEARCH ALL",
        "a ENABLE CONDSTORE QRESYNC", "a UID EXPUNGE 1,2,3,4,5,6,7,8",
    ]

    private static func expectStable(_ bytes: [UInt8]) {
        guard let first = try? parse(bytes) else { return }
        for literals in [BackendLiterals.synchronizing, .literalMinus, .literalPlus] {
            var written = encoded(first.command, literals: literals)
            if first.command.append?.message == nil { written.removeLast(2) }
            let second = try? parse(written)
            #expect(second?.command.withoutMarker == first.command.withoutMarker)
        }
        var digest = ShortBytes()
        first.command.describe(into: &digest)
        #expect(digest.bytes.allSatisfy { (0x20...0x7E).contains($0) })
    }

    @Test("means the same when written", arguments: commands)
    func meansTheSame(text: String) throws {
        _ = try parse(text)
        Self.expectStable(Array(text.utf8))
    }

    @Test("survives mutation", arguments: 0..<20 as Range<UInt64>)
    func survivesMutation(seed: UInt64) {
        var random = Dice(seed: seed)
        let interesting = Array("\"\\{}()[]<>*%$:,.+-~ \r\n09aZ\0".utf8) + [0x7F, 0x80, 0xFF]
        for _ in 0..<1000 {
            var bytes = Array(
                Self.commands[Int.random(in: 0..<Self.commands.count, using: &random)].utf8
            )
            for _ in 0...Int.random(in: 0..<3, using: &random) {
                let place = Int.random(in: 2..<bytes.count, using: &random)
                let byte = interesting[Int.random(in: 0..<interesting.count, using: &random)]
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = byte
                case 1: bytes.insert(byte, at: place)
                default: if bytes.count > 4 { bytes.remove(at: place) }
                }
            }
            Self.expectStable(bytes)
        }
    }
}

extension Command {
    /// The command without what the encoder decides: how the message's literal is announced.
    fileprivate var withoutMarker: Command {
        switch self {
        case .append(var append):
            append.parts = append.parts.map(\.withoutMarker)
            return .append(append)
        case .replace(var replace):
            replace.append.parts = replace.append.parts.map(\.withoutMarker)
            return .replace(replace)
        default: return self
        }
    }
}

extension AppendPart {
    fileprivate var withoutMarker: AppendPart {
        switch self {
        case .literal(let header): .literal(header.synchronizing)
        case .utf8(let header): .utf8(header.synchronizing)
        case .text(let header): .text(header.synchronizing)
        default: self
        }
    }
}

extension LiteralHeader {
    fileprivate var synchronizing: LiteralHeader {
        LiteralHeader(size: size, isLiteral8: isLiteral8)
    }
}
