// Tells a backend who the client is before anything else is said: the PROXY protocol, version 2.
import Bytes
import Reactor

/// The header as the specification's section 2.2 draws it.
enum ProxyHeader {
    private static let signature: [UInt8] = [
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A,
    ]
    /// Version 2, command PROXY.
    private static let versionAndCommand: UInt8 = 0x21

    /// Appends the header for a TCP connection from `client` to `server`, both of one family.
    static func encode(client: SocketAddress, server: SocketAddress, into buffer: inout Buffer) {
        buffer.append(signature)
        buffer.append(versionAndCommand)
        buffer.append(client.family == .v4 ? 0x11 : 0x21)
        append(UInt16(client.octets.count + server.octets.count + 4), to: &buffer)
        buffer.append(client.octets)
        buffer.append(server.octets)
        append(client.port, to: &buffer)
        append(server.port, to: &buffer)
    }

    private static func append(_ number: UInt16, to buffer: inout Buffer) {
        buffer.append(UInt8(number >> 8))
        buffer.append(UInt8(truncatingIfNeeded: number))
    }
}
