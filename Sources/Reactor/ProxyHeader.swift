// Who a connection is made for, as a proxy tells before anything else is said: the PROXY protocol.
package import Bytes

/// A header of the protocol, version 1 or 2, as its specification draws it (sections 2.1 and 2.2).
package struct ProxyHeader: Equatable, Sendable {
    package enum Meaning: Equatable, Sendable {
        /// The proxy speaks for a client that has connected to `server`.
        case client(SocketAddress, server: SocketAddress)
        /// The proxy speaks for itself or knows nobody (LOCAL, UNKNOWN): the connection's own
        /// addresses count.
        case sender
    }

    package enum Fault: Error, Equatable, Sendable {
        /// What came begins like neither version.
        case missing
        case malformed
        /// Longer than a header may be.
        case tooLong
        /// The client has come by UDP or by a socket of the proxy's machine, where no mail client is.
        case notTCP
    }

    /// The longest line of version 1, its CRLF included.
    package static let lineBytesMax = 107
    /// The longest header of version 2: both versions are made to fit in the smallest TCP segment
    /// that every host takes (576 - 40 bytes).
    package static let bytesMax = 536

    package let meaning: Meaning
    /// The header's length; what stands behind it is the client's.
    package let byteCount: Int

    static let signature: [UInt8] = [
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A,
    ]
    /// Of version 2, up to the length of what follows, it included.
    static let fixedBytes = 16
}

extension ProxyHeader {
    /// Version 2, command PROXY.
    private static let versionAndCommand: UInt8 = 0x21

    /// Appends a header of version 2 for a TCP connection from `client` to `server`.
    ///
    /// Where one is of IPv4 and the other isn't, IPv6 stands for both (RFC 4291, 2.5.5.2).
    package static func encode(
        client: SocketAddress,
        server: SocketAddress,
        into buffer: inout Buffer
    ) {
        let isV4 = client.family == .v4 && server.family == .v4
        let addresses = isV4 ? client.octets + server.octets : client.mapped + server.mapped
        buffer.append(signature)
        buffer.append(versionAndCommand)
        buffer.append(isV4 ? 0x11 : 0x21)
        append(UInt16(addresses.count + 4), to: &buffer)
        buffer.append(addresses)
        append(client.port, to: &buffer)
        append(server.port, to: &buffer)
    }

    private static func append(_ number: UInt16, to buffer: inout Buffer) {
        buffer.append(UInt8(number >> 8))
        buffer.append(UInt8(truncatingIfNeeded: number))
    }
}
