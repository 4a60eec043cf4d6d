// Mailbox names in seven bits (RFC 3501, 5.1.3): one text, one encoding, everything else refused.

enum ModifiedUTF7 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,".utf8
    )

    /// The text that `octets` encode.
    ///
    /// Encodes the result again and wants the same octets: stray bits, encoded ASCII, runs that
    /// follow each other and open ends all fall to that one comparison.
    static func decode(_ octets: [UInt8]) throws(MailboxNameError) -> [Unicode.Scalar] {
        var scalars: [Unicode.Scalar] = []
        var index = 0
        while index < octets.count {
            let octet = octets[index]
            guard octet < 0x80 else { throw .eightBit }
            guard octet >= 0x20 && octet != 0x7F else { throw .controlCharacter }
            index += 1
            guard octet == UInt8(ascii: "&") else {
                scalars.append(Unicode.Scalar(octet))
                continue
            }
            guard let end = octets[index...].firstIndex(of: UInt8(ascii: "-")) else {
                throw .notCanonicalUTF7
            }
            scalars += index == end ? ["&"] : try decodeRun(octets[index..<end])
            index = end + 1
        }
        guard encode(scalars) == octets else { throw .notCanonicalUTF7 }
        return scalars
    }

    static func encode(_ scalars: [Unicode.Scalar]) -> [UInt8] {
        var octets: [UInt8] = []
        var run: [UInt16] = []
        for scalar in scalars {
            guard (0x20...0x7E).contains(scalar.value) else {
                run += Array(UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter)
                continue
            }
            append(run: &run, to: &octets)
            octets.append(UInt8(truncatingIfNeeded: scalar.value))
            if scalar == "&" { octets.append(UInt8(ascii: "-")) }
        }
        append(run: &run, to: &octets)
        return octets
    }

    /// Reads Base64 without padding as UTF-16; what it loses, the comparison finds.
    private static func decodeRun(
        _ run: ArraySlice<UInt8>
    ) throws(MailboxNameError) -> [Unicode.Scalar] {
        var units: [UInt16] = []
        var bits: UInt32 = 0
        var bitCount = 0
        for octet in run {
            guard let value = alphabet.firstIndex(of: octet) else { throw .notCanonicalUTF7 }
            bits = (bits << 6 | UInt32(value)) & 0x3FFFFF
            bitCount += 6
            if bitCount >= 16 {
                bitCount -= 16
                units.append(UInt16(truncatingIfNeeded: bits >> UInt32(bitCount)))
            }
        }
        guard let text = String(validating: units, as: UTF16.self) else { throw .notCanonicalUTF7 }
        return Array(text.unicodeScalars)
    }

    private static func append(run: inout [UInt16], to octets: inout [UInt8]) {
        guard !run.isEmpty else { return }
        octets.append(UInt8(ascii: "&"))
        var bits: UInt32 = 0
        var bitCount = 0
        for unit in run {
            bits = bits << 16 | UInt32(unit)
            bitCount += 16
            while bitCount >= 6 {
                bitCount -= 6
                octets.append(alphabet[Int(bits >> UInt32(bitCount) & 63)])
            }
            bits &= 1 << UInt32(bitCount) - 1
        }
        if bitCount > 0 { octets.append(alphabet[Int(bits << UInt32(6 - bitCount) & 63)]) }
        octets.append(UInt8(ascii: "-"))
        run.removeAll()
    }
}
