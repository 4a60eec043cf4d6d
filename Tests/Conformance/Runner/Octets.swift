// The escapes of transcripts, both ways.

/// The pieces of one line of a transcript.
///
/// `\r`, `\n`, `\t`, `\0` and `\xHH` are octets, `\(text*N)` is text N times, `\` at the end takes
/// the CRLF away, and any other backslash is itself; `\\` is two of them. With `bindsTags` `$1` is
/// a tag of the gateway's.
func pieces(of text: String, bindsTags: Bool) -> [Piece] {
    var reader = PieceReader(rest: Array(text.utf8)[...], bindsTags: bindsTags)
    return reader.read()
}

private struct PieceReader {
    var rest: ArraySlice<UInt8>
    let bindsTags: Bool
    private var pieces: [Piece] = []
    private var octets: [UInt8] = []

    init(rest: ArraySlice<UInt8>, bindsTags: Bool) {
        self.rest = rest
        self.bindsTags = bindsTags
    }

    mutating func read() -> [Piece] {
        var endsLine = true
        while let octet = rest.popFirst() {
            switch octet {
            case UInt8(ascii: "\\") where rest.isEmpty: endsLine = false
            case UInt8(ascii: "\\"): octets += escape()
            case UInt8(ascii: "$") where bindsTags: tag()
            default: octets.append(octet)
            }
        }
        if endsLine { octets += [0x0D, 0x0A] }
        flush()
        return pieces
    }

    private mutating func escape() -> [UInt8] {
        let next = rest.first
        switch next {
        case UInt8(ascii: "r"): return skip(1, for: [0x0D])
        case UInt8(ascii: "n"): return skip(1, for: [0x0A])
        case UInt8(ascii: "t"): return skip(1, for: [0x09])
        case UInt8(ascii: "0"): return skip(1, for: [0])
        case UInt8(ascii: "\\"): return skip(1, for: Array(#"\\"#.utf8))
        case UInt8(ascii: "x"):
            let digits = String(decoding: rest.dropFirst().prefix(2), as: UTF8.self)
            if digits.utf8.count == 2, let octet = UInt8(digits, radix: 16) {
                return skip(3, for: [octet])
            }
        case UInt8(ascii: "("):
            if let repeated = repetition() { return repeated }
        default: break
        }
        return [UInt8(ascii: "\\")]
    }

    private mutating func skip(_ count: Int, for octets: [UInt8]) -> [UInt8] {
        rest = rest.dropFirst(count)
        return octets
    }

    /// Reads what stands behind the backslash of `\(text*N)`.
    private mutating func repetition() -> [UInt8]? {
        for end in rest.indices where rest[end] == UInt8(ascii: ")") {
            let inside = rest[rest.startIndex + 1..<end]
            guard let star = inside.lastIndex(of: UInt8(ascii: "*")),
                let count = Int(String(decoding: inside[(star + 1)...], as: UTF8.self)), count > 0
            else { continue }
            rest = rest[(end + 1)...]
            return Array(repeatElement(inside[..<star], count: count).joined())
        }
        return nil
    }

    private mutating func tag() {
        let digits = String(decoding: rest.prefix { 48...57 ~= $0 }, as: UTF8.self)
        guard let number = Int(digits) else { return octets.append(UInt8(ascii: "$")) }
        rest = rest.dropFirst(digits.utf8.count)
        flush()
        pieces.append(.tag(number))
    }

    private mutating func flush() {
        if !octets.isEmpty { pieces.append(.octets(octets)) }
        octets = []
    }
}

/// Octets as a person reads them: printable ASCII as it is, all else escaped.
func readable(_ octets: some Collection<UInt8>) -> String {
    var text = ""
    for octet in octets.prefix(300) {
        switch octet {
        case 0x0D: text += "\\r"
        case 0x0A: text += "\\n"
        case 0x20...0x7E: text.unicodeScalars.append(Unicode.Scalar(octet))
        default: text += "\\x" + (octet < 16 ? "0" : "") + String(octet, radix: 16, uppercase: true)
        }
    }
    return octets.count > 300 ? text + "…" : text
}

extension [Piece] {
    /// The piece's octets with each tag replaced by what it stands for.
    func octets(_ tags: [Int: [UInt8]]) -> [UInt8]? {
        var octets: [UInt8] = []
        for piece in self {
            switch piece {
            case .octets(let bytes): octets += bytes
            case .tag(let number):
                guard let tag = tags[number] else { return nil }
                octets += tag
            }
        }
        return octets
    }

    var shown: String {
        map { piece in
            switch piece {
            case .octets(let octets): readable(octets)
            case .tag(let number): "$\(number)"
            }
        }.joined()
    }
}
