// Where the trail's records are sent to, and in which words.

/// A receiver of records.
package enum ShipTarget: Equatable, Sendable {
    case file(String)
    case tcp(host: String, port: UInt16)
    case tls(host: String, port: UInt16)
    /// A stream socket in the file system.
    case unix(String)

    /// Reads `KIND:REST`; nil where it is none of the four.
    package init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let rest = text[text.index(after: colon)...]
        guard !rest.isEmpty else { return nil }
        switch text[..<colon] {
        case "file": self = .file(String(rest))
        case "unix": self = .unix(String(rest))
        case "tcp":
            guard let (host, port) = Self.endpoint(rest) else { return nil }
            self = .tcp(host: host, port: port)
        case "tls":
            guard let (host, port) = Self.endpoint(rest) else { return nil }
            self = .tls(host: host, port: port)
        default: return nil
        }
    }

    /// `host:port`, `192.0.2.1:port` or `[2001:db8::1]:port`.
    private static func endpoint(_ text: Substring) -> (String, UInt16)? {
        guard
            let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...]), port > 0
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        return host.isEmpty ? nil : (String(host), port)
    }
}

extension ShipTarget: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let path): "file:\(path)"
        case .unix(let path): "unix:\(path)"
        case .tcp(let host, let port): "tcp:\(Self.bracketed(host)):\(port)"
        case .tls(let host, let port): "tls:\(Self.bracketed(host)):\(port)"
        }
    }

    private static func bracketed(_ host: String) -> String {
        host.contains(":") ? "[\(host)]" : host
    }
}

/// The formats that receivers know.
package enum ShipFormat: String, CaseIterable, Sendable {
    /// RFC 5424 with the fields that one searches by, and the line of the trail as the message.
    case syslog
    /// ArcSight's Common Event Format; in RFC 5424 messages where it goes to a socket.
    case cef
    /// Elastic Common Schema, one JSON object a line.
    case ecs
    /// Open Cybersecurity Schema Framework, one JSON object a line.
    case ocsf
    /// The lines of the trail as they are.
    case json
}

/// A receiver of the trail's records that the supervisor keeps a shipper for.
package struct Shipping: Equatable, Sendable {
    package var target: ShipTarget
    package var format = ShipFormat.syslog
    /// The folder of the shipper's position.
    package var state: String
    /// With TLS: the authorities, the name, the certificate and its key; files, and nil by default.
    package var authorities: String?
    package var serverName: String?
    package var certificate: String?
    package var certificateKey: String?

    package init(to target: ShipTarget, state: String) {
        self.target = target
        self.state = state
    }
}
