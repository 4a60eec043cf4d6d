// PROXY headers of both versions: which are taken, which are not, and where each one ends.
import Bytes
import Chance
import Glibc
import Reactor
import Testing

private typealias Fault = ProxyHeader.Fault

@Suite("A PROXY header")
struct ProxyHeaderTests {
    private func read(_ bytes: [UInt8]) throws(ProxyHeader.Fault) -> ProxyHeader? {
        try ProxyHeader(reading: bytes.span)
    }

    private func fault(_ bytes: [UInt8]) -> ProxyHeader.Fault? {
        do throws(ProxyHeader.Fault) {
            _ = try read(bytes)
            return nil
        } catch {
            return error
        }
    }

    /// Version 2, behind its signature.
    private static func binary(_ rest: [UInt8]) -> [UInt8] {
        [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A] + rest
    }

    /// 192.0.2.7 port 50123 to 192.0.2.1 port 993.
    private static let fromV4: [UInt8] = [192, 0, 2, 7, 192, 0, 2, 1, 0xC3, 0xCB, 0x03, 0xE1]

    @Test(
        "of version 1 names the client",
        arguments: [
            ("TCP4 192.0.2.7 192.0.2.1 50123 993", "192.0.2.7:50123", "192.0.2.1:993"),
            ("TCP4 255.255.255.255 255.255.255.255 65535 65535", "255.255.255.255:65535", nil),
            ("TCP4 192.0.2.7 192.0.2.1 0 0", "192.0.2.7:0", "192.0.2.1:0"),
            ("TCP6 2001:db8::7 2001:DB8:0:0:0:0:0:1 1 2", "[2001:db8::7]:1", "[2001:db8::1]:2"),
            ("TCP6 ::ffff:192.0.2.7 2001:db8::1 1 2", "192.0.2.7:1", "[2001:db8::1]:2"),
        ]
    )
    func line(_ text: String, _ client: String, _ server: String?) throws {
        let header = try #require(try read(Array("PROXY \(text)\r\n".utf8)))
        guard case .client(let from, let to) = header.meaning else {
            Issue.record("nobody is named")
            return
        }
        #expect(from.description == client)
        #expect(server == nil || to.description == server)
        #expect(header.byteCount == text.utf8.count + 8)
    }

    @Test(
        "of version 1 is nothing but what the specification says",
        arguments: [
            "PROXY TCP4 192.0.2.7 192.0.2.1 50123 993\n",
            "PROXY TCP4 192.0.2.7 192.0.2.1 1 2\r\r\n",
            "PROXY TCP4 192.0.2.7 192.0.2.1 50123\r\n",
            "PROXY TCP4 192.0.2.7 192.0.2.1 1 2 3\r\n",
            "PROXY TCP4 192.0.2.7 192.0.2.1 65536 993\r\n",
            "PROXY TCP4 192.0.2.7 192.0.2.1 01 2\r\n",
            "PROXY TCP4 192.0.2.7 192.0.2.1 +1 2\r\n",
            "PROXY TCP4 192.0.2.7 192.0.2.1 -1 2\r\n",
            "PROXY TCP4 192.0.2.07 192.0.2.1 1 2\r\n",
            "PROXY TCP4 192.0.2 192.0.2.1 1 2\r\n",
            "PROXY TCP4 192.0.2.256 192.0.2.1 1 2\r\n",
            "PROXY TCP4 2001:db8::7 2001:db8::1 1 2\r\n",
            "PROXY TCP6 192.0.2.7 192.0.2.1 1 2\r\n",
            "PROXY TCP6 1::2::3 ::1 1 2\r\n",
            "PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n",
            "PROXY TCP6 1:2:3:4:5:6:7:8:9 ::1 1 2\r\n",
            "PROXY  TCP4 192.0.2.7 192.0.2.1 1 2\r\n",
            "PROXY TCP4 192.0.2.7  192.0.2.1 1 2\r\n",
            "PROXY TCP4 192.0.2.7 192.0.2.1 1 2 \r\n",
            "PROXY tcp4 192.0.2.7 192.0.2.1 1 2\r\n",
            "PROXY UDP4 192.0.2.7 192.0.2.1 1 2\r\n",
            "PROXY UNKNOWNS\r\n",
            "PROXY \r\n",
            "PROXY TCP4 192.0.2.7\u{0} 192.0.2.1 1 2\r\n",
            "PROXY TCP4 192.0.2.7\t192.0.2.1 1 2\r\n",
            "PROXY UNKNOWN \u{e9}\r\n",
        ]
    )
    func badLine(_ text: String) { #expect(fault(Array(text.utf8)) == .malformed) }

    @Test(
        "is missed at the first byte that is none of it",
        arguments: [
            [0x16, 0x03, 0x01], Array("a".utf8), Array("PROXY\r".utf8), [0x0D, 0x0A, 0x0A],
        ]
    )
    func missing(_ bytes: [UInt8]) { #expect(fault(bytes) == .missing) }

    @Test(
        "that names nobody leaves the connection its own addresses",
        arguments: [
            Array("PROXY UNKNOWN\r\n".utf8),
            Array("PROXY UNKNOWN ff::1 whatever 1 2\r\n".utf8),
            binary([0x20, 0x00, 0x00, 0x00]),
            binary([0x20, 0x11, 0x00, 0x0C] + fromV4),
            // Of a family that is nobody's, and a vector behind it.
            binary([0x20, 0xFF, 0x00, 0x04, 0x04, 0x00, 0x01, 0xAA]),
            binary([0x21, 0x00, 0x00, 0x00]),
        ]
    )
    func sender(_ bytes: [UInt8]) throws {
        let header = try #require(try read(bytes))
        #expect(header.meaning == .sender)
        #expect(header.byteCount == bytes.count)
    }

    @Test(
        "of version 2 is nothing but what the specification says",
        arguments: [
            // Version 1 in binary, version 3, commands that are none.
            (binary([0x11]), Fault.malformed), (binary([0x31]), .malformed),
            (binary([0x22]), .malformed), (binary([0x2F]), .malformed),
            // Families and transports that are none, or none of a mail client.
            (binary([0x21, 0x10]), .malformed), (binary([0x21, 0x01]), .malformed),
            (binary([0x21, 0x13]), .malformed), (binary([0x21, 0x41]), .malformed),
            (binary([0x21, 0x12]), .notTCP), (binary([0x21, 0x22]), .notTCP),
            (binary([0x21, 0x31]), .notTCP), (binary([0x21, 0x32]), .notTCP),
            // No room for the addresses.
            (binary([0x21, 0x11, 0x00, 0x0B]), .malformed),
            (binary([0x21, 0x21, 0x00, 0x23]), .malformed),
            (binary([0x21, 0x21, 0x00, 0x00]), .malformed),
            // One byte more than a segment takes.
            (binary([0x21, 0x11, 0x02, 0x09]), .tooLong),
            (binary([0x20, 0x00, 0xFF, 0xFF]), .tooLong),
        ]
    )
    func badBinary(_ bytes: [UInt8], _ expected: ProxyHeader.Fault) {
        #expect(fault(bytes) == expected)
    }

    @Test("may be as long as its version allows, and no longer")
    func bounds() throws {
        let longest = "PROXY UNKNOWN " + String(repeating: "x", count: 91) + "\r\n"
        #expect(longest.utf8.count == ProxyHeader.lineBytesMax)
        #expect(try read(Array(longest.utf8))?.byteCount == ProxyHeader.lineBytesMax)
        let longer = "PROXY UNKNOWN " + String(repeating: "x", count: 92)
        #expect(fault(Array(longer.utf8)) == .tooLong)
        let vectors = [UInt8](repeating: 0xAA, count: 520 - 12)
        let binary = Self.binary([0x21, 0x11, 0x02, 0x08] + Self.fromV4 + vectors)
        #expect(binary.count == ProxyHeader.bytesMax)
        #expect(try read(binary)?.byteCount == ProxyHeader.bytesMax)
    }

    @Test(
        "is awaited until it is whole, and what stands behind it stays the client's",
        arguments: [
            Array("PROXY TCP4 192.0.2.7 192.0.2.1 50123 993\r\n".utf8),
            Array("PROXY UNKNOWN\r\n".utf8),
            binary([0x21, 0x11, 0x00, 0x0C] + fromV4),
            // Vectors with a client's certificate and whatever else: skipped, not believed.
            binary([0x21, 0x11, 0x00, 0x14] + fromV4 + [0x20, 0x00, 0x05, 0x07, 0, 0, 0, 0]),
        ]
    )
    func cuts(_ header: [UInt8]) throws {
        for cut in header.indices { #expect(try read(Array(header[..<cut])) == nil, "\(cut)") }
        for rest in [[UInt8](), [0x16], Array("\r\nPROXY UNKNOWN\r\n".utf8)] {
            #expect(try read(header + rest)?.byteCount == header.count)
        }
    }

    @Test("that is passed on says the same", arguments: 0..<200)
    func roundTrip(seed: UInt64) throws {
        var dice = Dice(seed: seed)
        func address() throws -> SocketAddress {
            let octets = (0..<16).map { _ in UInt8(dice.below(256)) }
            let text =
                dice.hits(50)
                ? octets.prefix(4).map(String.init).joined(separator: ".")
                : stride(from: 0, to: 16, by: 2)
                    .map { String(UInt16(octets[$0]) << 8 | UInt16(octets[$0 + 1]), radix: 16) }
                    .joined(separator: ":")
            return try #require(SocketAddress(text, port: UInt16(dice.below(65_536))))
        }
        let (client, server) = (try address(), try address())
        var written = Buffer()
        ProxyHeader.encode(client: client, server: server, into: &written)
        let header = try #require(try read(written.bytes))
        #expect(header.meaning == .client(client, server: server))
        #expect(header.byteCount == written.count)
    }

    @Test("never fails to end, whatever comes", arguments: 0..<200)
    func noise(seed: UInt64) {
        var dice = Dice(seed: seed)
        var bytes = dice.hits(50) ? Self.binary([]) : Array("PROXY ".utf8)
        while bytes.count < ProxyHeader.bytesMax { bytes.append(UInt8(dice.below(256))) }
        let header = try? read(bytes)
        #expect(header != nil || fault(bytes) != nil)
    }
}
