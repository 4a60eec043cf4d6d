// Looks for denied names in what a client got, however they are spelled.
import IMAP

enum ClientOracle {
    /// Which spellings of `names` (canonical, in UTF-8) stand in `octets`.
    static func complaints(about octets: [UInt8], denied names: [String]) -> [String] {
        let text = lowercase(octets)
        return names.flatMap(spellings).filter { contains(text, lowercase($0)) }
            .map { "a denied name reached the client: \(readable($0))" }
    }

    /// UTF-8 and modified UTF-7, as they are and with quotes and backslashes escaped.
    private static func spellings(of name: String) -> [[UInt8]] {
        let utf8 = Array(name.utf8)
        var spellings = [utf8]
        let naming = MailboxNaming(delimiter: UInt8(ascii: "/"))
        if let seven = try? naming.decode(utf7(name)) { spellings.append(naming.encode(seven)) }
        spellings += spellings.map { $0.flatMap { escaped($0) } }
        var known: Set<[UInt8]> = []
        return spellings.filter { known.insert($0).inserted }
    }

    private static func escaped(_ octet: UInt8) -> [UInt8] {
        octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "\\")
            ? [UInt8(ascii: "\\"), octet] : [octet]
    }

    /// Modified UTF-7 by RFC 3501's words, apart from the code that it checks.
    private static func utf7(_ name: String) -> [UInt8] {
        var octets: [UInt8] = []
        var run: [UInt8] = []
        func flush() {
            guard !run.isEmpty else { return }
            octets += [UInt8(ascii: "&")] + base64(run) + [UInt8(ascii: "-")]
            run = []
        }
        for scalar in name.unicodeScalars {
            if scalar.isASCII {
                flush()
                octets.append(UInt8(truncatingIfNeeded: scalar.value))
                if scalar == "&" { octets.append(UInt8(ascii: "-")) }
            } else {
                for unit in String(scalar).utf16 {
                    run += [UInt8(unit >> 8), UInt8(truncatingIfNeeded: unit)]
                }
            }
        }
        flush()
        return octets
    }

    private static func base64(_ octets: [UInt8]) -> [UInt8] {
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,".utf8
        )
        var bits = octets.flatMap { octet in (0..<8).map { octet >> (7 - $0) & 1 } }
        while bits.count % 6 != 0 { bits.append(0) }
        return stride(from: 0, to: bits.count, by: 6).map { start in
            alphabet[bits[start..<start + 6].reduce(0) { $0 << 1 | Int($1) }]
        }
    }

    private static func lowercase(_ octets: [UInt8]) -> [UInt8] {
        octets.map { 65...90 ~= $0 ? $0 + 32 : $0 }
    }

    private static func contains(_ text: [UInt8], _ word: [UInt8]) -> Bool {
        guard !word.isEmpty, text.count >= word.count else { return false }
        return (0...text.count - word.count).contains { text[$0...].starts(with: word) }
    }
}
