// Base64 as SASL uses it: the strict alphabet, correct padding, no white space (RFC 4648, 3.2, 3.5).

package enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )

    /// The value of each byte as a Base64 digit, 64 for a byte that is none.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 64, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    /// Appends the Base64 form of `bytes` to `buffer`.
    package static func encode(_ bytes: Span<UInt8>, into buffer: inout Buffer) {
        var index = 0
        while index < bytes.count {
            let first = bytes[index]
            let second = index + 1 < bytes.count ? bytes[index + 1] : 0
            let third = index + 2 < bytes.count ? bytes[index + 2] : 0
            buffer.append(alphabet[Int(first >> 2)])
            buffer.append(alphabet[Int((first & 3) << 4 | second >> 4)])
            let missing = 3 - min(3, bytes.count - index)
            let pad = UInt8(ascii: "=")
            buffer.append(missing > 1 ? pad : alphabet[Int((second & 15) << 2 | third >> 6)])
            buffer.append(missing > 0 ? pad : alphabet[Int(third & 63)])
            index += 3
        }
    }

    /// Appends what `text` stands for to `buffer`.
    ///
    /// Returns false, and leaves `buffer` as it was, when `text` is not canonical Base64. The caller
    /// wipes `buffer` where it holds a secret.
    package static func decode(_ text: Span<UInt8>, into buffer: inout Buffer) -> Bool {
        guard text.count % 4 == 0 else { return false }
        let before = buffer.count
        var index = 0
        while index < text.count {
            guard
                decodeGroup(
                    text.extracting(index..<index + 4),
                    into: &buffer,
                    isLast: index + 4 == text.count
                )
            else {
                buffer.truncate(to: before)
                return false
            }
            index += 4
        }
        return true
    }

    private static func decodeGroup(
        _ group: Span<UInt8>,
        into buffer: inout Buffer,
        isLast: Bool
    ) -> Bool {
        let pad = UInt8(ascii: "=")
        let padding = group[3] == pad ? (group[2] == pad ? 2 : 1) : 0
        guard padding == 0 || isLast else { return false }
        var bits: UInt32 = 0
        for index in 0..<4 {
            let value = index < 4 - padding ? values[Int(group[index])] : 0
            guard value < 64 else { return false }
            bits = bits << 6 | UInt32(value)
        }
        guard padding == 0 || bits & (padding == 1 ? 0xFF : 0xFFFF) == 0 else { return false }
        buffer.append(UInt8(truncatingIfNeeded: bits >> 16))
        if padding < 2 { buffer.append(UInt8(truncatingIfNeeded: bits >> 8)) }
        if padding < 1 { buffer.append(UInt8(truncatingIfNeeded: bits)) }
        return true
    }
}
