// Holds every octet that a backend got against the encoder: whatever it did not write is a find.
import Bytes
import IMAP

/// Reads a stream as a backend does, and writes each command again.
struct BackendOracle {
    private var fragmenter = CommandFragmenter(limits: .afterAuthentication)
    /// A line that is no command may follow: a SASL response, DONE.
    private var awaitsLine = false
    /// A literal may follow when the backend says so.
    private var awaitsContinuation = false
    private var complaints: [String] = []

    /// What is wrong with what a session sent to its backend.
    static func complaints(about wire: [BackendWire]) -> [String] {
        var oracle = BackendOracle()
        // Quoting may lengthen a command that was just short enough.
        oracle.fragmenter.limits.lineBytesMax *= 4
        for part in wire {
            switch part {
            case .heard(let octets): oracle.read(octets)
            case .said(let octets): oracle.said(octets)
            }
        }
        return oracle.complaints
    }

    /// The backend asks for the literal, or answers the command instead.
    private mutating func said(_ octets: [UInt8]) {
        guard awaitsContinuation else { return }
        for line in octets.split(separator: 0x0A) {
            let tag = Array(CommandParser.tag(of: fragmenter.command)?.bytes.text.utf8 ?? "".utf8)
            if line.starts(with: Array("+ ".utf8)) {
                awaitsContinuation = false
                read([], mayGoOn: true)
            } else if line.starts(with: tag + [UInt8(ascii: " ")]) {
                awaitsContinuation = false
                fragmenter.abandonCommand()
            }
            if !awaitsContinuation { return }
        }
    }

    private mutating func read(_ octets: [UInt8], mayGoOn: Bool = false) {
        var offset = 0
        var mayGoOn = mayGoOn
        while complaints.isEmpty {
            switch fragmenter.feed(octets.span, from: &offset) {
            case .needMore: return
            case .streamed, .streamEnded: continue
            case .violation(let violation): complaints.append("\(violation)")
            case .literal(let header) where !mayGoOn && !header.isNonSynchronizing:
                awaitsContinuation = true
                if offset < octets.count { complaints.append("a literal that nobody asked for") }
                return
            case .literal(let header):
                atLiteral(header)
                mayGoOn = false
            case .command:
                let line = fragmenter.command.array
                fragmenter.reset()
                atCommand(line)
            }
        }
    }

    private mutating func atLiteral(_ header: LiteralHeader) {
        switch CommandParser.atLiteral(fragmenter.command, header: header) {
        case .argument: fragmenter.collectLiteral()
        case .message(let tagged):
            check(fragmenter.command.array, isWritten: .append(tagged.append), tagged.tag)
            fragmenter.streamLiteral()
            awaitsLine = true
        case .malformed(let failure):
            complaints.append("\(readable(fragmenter.command.array)): \(failure)")
        }
    }

    private mutating func atCommand(_ line: [UInt8]) {
        if awaitsLine {
            awaitsLine = false
            if line.isEmpty || isSASL(line) || line == Array("DONE".utf8) { return }
        }
        do {
            let tagged = try CommandParser.parse(line.span)
            check(line + [0x0D, 0x0A], isWritten: tagged.command, tagged.tag)
            switch tagged.command {
            case .idle, .authenticate: awaitsLine = true
            default: break
            }
        } catch {
            complaints.append("\(readable(line)): \(error)")
        }
    }

    private func isSASL(_ line: [UInt8]) -> Bool {
        line.allSatisfy {
            switch $0 {
            case 48...57, 65...90, 97...122: true
            default: [UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "=")].contains($0)
            }
        }
    }

    /// Whether the encoder writes exactly this for the command, in one of the literals' forms.
    private mutating func check(_ line: [UInt8], isWritten command: Command, _ tag: Tag) {
        let name = tag.bytes.text
        guard name.first == "g", let number = UInt64(name.dropFirst()) else {
            return complaints.append("\(readable(line)): no tag of ours")
        }
        for literals in [BackendLiterals.literalPlus, .literalMinus, .synchronizing] {
            var written = Buffer()
            _ = command.encode(tag: number, literals: literals, into: &written)
            if written.bytes == line { return }
        }
        complaints.append("\(readable(line)): not canonical")
    }
}
