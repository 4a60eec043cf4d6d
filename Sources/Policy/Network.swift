// Networks as rules name them: an address and how many of its bits count (RFC 4632, RFC 4291).

/// An IPv4 or IPv6 address; an IPv4 address mapped into IPv6 is the IPv4 address.
package struct NetworkAddress: Hashable, Sendable {
    /// The 128 bits of the address; IPv4 as ::ffff:a.b.c.d.
    package let bits: UInt128

    package init(bits: UInt128) { self.bits = bits }

    /// Reads `192.0.2.1` or `2001:db8::1`; nil for anything else.
    package init?(_ text: String) {
        if let bits = Self.ipv4(Substring(text)) {
            self.bits = Self.mapped | UInt128(bits)
        } else if let bits = Self.ipv6(text) {
            self.bits = bits
        } else {
            return nil
        }
    }

    package var isIPv4: Bool { bits >> 32 == Self.mapped >> 32 }

    private static let mapped: UInt128 = 0xFFFF << 32

    private static func ipv4(_ text: Substring) -> UInt32? {
        var (bits, octet): (UInt32, UInt32) = (0, 0)
        var (dots, digits) = (0, 0)
        for byte in text.utf8 {
            if byte == UInt8(ascii: ".") {
                guard digits > 0, dots < 3 else { return nil }
                bits = bits << 8 | octet
                (octet, digits, dots) = (0, 0, dots + 1)
                continue
            }
            // A leading zero is octal to some programs: what means two things means nothing here.
            guard byte &- 48 < 10, digits == 0 || octet > 0 else { return nil }
            octet = octet * 10 + UInt32(byte - 48)
            digits += 1
            guard octet < 256 else { return nil }
        }
        return dots == 3 && digits > 0 ? bits << 8 | octet : nil
    }

    private static func ipv6(_ text: String) -> UInt128? {
        guard let gap = text.firstRange(of: "::") else {
            return words(text).flatMap { $0.count == 8 ? number($0) : nil }
        }
        guard let before = words(String(text[..<gap.lowerBound])),
            let after = words(String(text[gap.upperBound...])), before.count + after.count < 8
        else { return nil }
        let zeros = [UInt16](repeating: 0, count: 8 - before.count - after.count)
        return number(before + zeros + after)
    }

    private static func number(_ words: [UInt16]) -> UInt128 {
        words.reduce(0) { $0 << 16 | UInt128($1) }
    }

    /// The 16-bit words of one side of `::`; the last 32 bits may be written as IPv4.
    private static func words(_ text: String) -> [UInt16]? {
        if text.isEmpty { return [] }
        var words: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, let bits = ipv4(part) {
                words += [UInt16(bits >> 16), UInt16(truncatingIfNeeded: bits)]
                continue
            }
            guard (1...4).contains(part.count), part.allSatisfy(\.isHexDigit),
                let word = UInt16(part, radix: 16)
            else { return nil }
            words.append(word)
        }
        return words.count <= 8 ? words : nil
    }
}

extension NetworkAddress: CustomStringConvertible {
    /// IPv4 with dots; IPv6 in full words, the longest run of zeros as `::` (RFC 5952).
    package var description: String {
        if isIPv4 {
            return [24, 16, 8, 0].map { "\(UInt8(truncatingIfNeeded: bits >> $0))" }
                .joined(separator: ".")
        }
        let words = (0..<8).map { UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * $0)) }
        let runs = words.indices.map { start in words[start...].prefix { $0 == 0 } }
        let texts = words.map { String($0, radix: 16) }
        guard let gap = runs.max(by: { $0.count < $1.count }), gap.count > 1 else {
            return texts.joined(separator: ":")
        }
        return texts[..<gap.startIndex].joined(separator: ":") + "::"
            + texts[gap.endIndex...].joined(separator: ":")
    }
}

/// A network in CIDR notation.
package struct Network: Hashable, Sendable {
    private let prefix: UInt128
    private let mask: UInt128
    package let text: String

    package enum Failure: Error, Equatable, Sendable {
        case notANetwork
        /// Bits behind the prefix are set: the address is not the network's own.
        case hostBits
    }

    /// Reads `192.0.2.0/24`, `2001:db8::/32`, or one address.
    package init(_ text: String) throws(Failure) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count <= 2, let address = NetworkAddress(String(first))
        else { throw .notANetwork }
        var length = 128
        if parts.count == 2 {
            let most = address.isIPv4 ? 32 : 128
            guard let given = Int(parts[1]), String(given) == parts[1], (0...most).contains(given)
            else { throw .notANetwork }
            length = 128 - most + given
        }
        mask = length == 0 ? 0 : UInt128.max << UInt128(128 - length)
        guard address.bits & ~mask == 0 else { throw .hostBits }
        prefix = address.bits
        self.text = text
    }

    /// The first and the last address, as numbers.
    var first: UInt128 { prefix }
    var last: UInt128 { prefix | ~mask }

    package func contains(_ address: NetworkAddress) -> Bool { address.bits & mask == prefix }

    package static func == (left: Network, right: Network) -> Bool {
        left.prefix == right.prefix && left.mask == right.mask
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(prefix)
        hasher.combine(mask)
    }
}
