// Reads a PROXY header from the bytes that a balancer has sent so far. Nothing in it is guessed.
import Bytes

extension ProxyHeader {
    /// Reads the header at the beginning of `bytes`; nil: more must come.
    ///
    /// A fault shows with the first byte that can't stand where it stands.
    package init?(reading bytes: Span<UInt8>) throws(Fault) {
        let header: ProxyHeader? =
            switch bytes.isEmpty ? 0 : bytes[0] {
            case _ where bytes.isEmpty: nil
            case Self.signature[0]: try Self.binary(bytes)
            default: try Self.line(bytes)
            }
        guard let header else { return nil }
        self = header
    }

    // MARK: Version 1

    private static let lineStart = Array("PROXY ".utf8)

    private static func line(_ bytes: Span<UInt8>) throws(Fault) -> ProxyHeader? {
        guard bytes.begins(like: lineStart) else { throw .missing }
        var end = 0
        while end < bytes.count, bytes[end] &- 0x20 < 0x5F {
            end += 1
            // The CRLF must follow.
            guard end <= lineBytesMax - 2 else { throw .tooLong }
        }
        guard end < bytes.count else { return nil }
        guard bytes[end] == UInt8(ascii: "\r") else { throw .malformed }
        guard end + 1 < bytes.count else { return nil }
        guard bytes[end + 1] == UInt8(ascii: "\n") else { throw .malformed }
        let text = bytes.extracting(lineStart.count..<end).array
        return ProxyHeader(
            meaning: try meaning(of: String(decoding: text, as: UTF8.self)),
            byteCount: end + 2
        )
    }

    /// `TCP4 SOURCE DESTINATION PORT PORT`, `TCP6 …`, or `UNKNOWN` with whatever follows it.
    private static func meaning(of text: String) throws(Fault) -> Meaning {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        if words[0] == "UNKNOWN" { return .sender }
        guard words.count == 5, let family = families[words[0]],
            let client = address(words[1], family, port: words[3]),
            let server = address(words[2], family, port: words[4])
        else { throw .malformed }
        return .client(client, server: server)
    }

    private static let families: [Substring: SocketAddress.Family] = ["TCP4": .v4, "TCP6": .v6]

    private static func address(
        _ text: Substring,
        _ family: SocketAddress.Family,
        port: Substring
    ) -> SocketAddress? {
        // One spelling only: no sign, no heading zero.
        guard let number = UInt16(port), String(number) == port,
            let address = SocketAddress(String(text), port: number), address.family == family
        else { return nil }
        return address.unmapped
    }

    // MARK: Version 2

    private static func binary(_ bytes: Span<UInt8>) throws(Fault) -> ProxyHeader? {
        guard bytes.begins(like: signature) else { throw .missing }
        guard bytes.count > 12 else { return nil }
        let isLocal = bytes[12] == 0x20
        guard isLocal || bytes[12] == 0x21 else { throw .malformed }
        guard bytes.count > 13 else { return nil }
        let addressBytes = isLocal ? 0 : try octets(ofFamily: bytes[13])
        guard bytes.count >= fixedBytes else { return nil }
        let end = fixedBytes + Int(bytes[14]) << 8 + Int(bytes[15])
        guard end <= bytesMax else { throw .tooLong }
        // Two addresses with their ports; vectors of types and values may follow, and are skipped.
        guard addressBytes == 0 || end >= fixedBytes + 2 * addressBytes + 4 else {
            throw .malformed
        }
        guard bytes.count >= end else { return nil }
        guard addressBytes > 0 else { return ProxyHeader(meaning: .sender, byteCount: end) }
        let server = fixedBytes + addressBytes
        let ports = server + addressBytes
        return ProxyHeader(
            meaning: .client(
                address(bytes.extracting(fixedBytes..<server), bytes.number(at: ports)),
                server: address(bytes.extracting(server..<ports), bytes.number(at: ports + 2))
            ),
            byteCount: end
        )
    }

    /// How many octets an address of the family and transport has; 0: there is none that counts.
    private static func octets(ofFamily family: UInt8) throws(Fault) -> Int {
        switch family {
        case 0x00: return 0
        case 0x11: return 4
        case 0x21: return 16
        case 0x12, 0x22, 0x31, 0x32: throw .notTCP
        default: throw .malformed
        }
    }

    private static func address(_ octets: Span<UInt8>, _ port: UInt16) -> SocketAddress {
        let family: SocketAddress.Family = octets.count == 4 ? .v4 : .v6
        return SocketAddress(family, octets.array, port: port).unmapped
    }
}

extension Span where Element == UInt8 {
    /// Whether the bytes are `start`, or the beginning of it as far as they go.
    fileprivate func begins(like start: [UInt8]) -> Bool {
        for index in 0..<Swift.min(count, start.count) where self[index] != start[index] {
            return false
        }
        return true
    }

    fileprivate func number(at index: Int) -> UInt16 {
        UInt16(self[index]) << 8 | UInt16(self[index + 1])
    }
}
