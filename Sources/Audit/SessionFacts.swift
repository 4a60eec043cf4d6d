// Who and from where: the facts that every record of a session repeats.
import Bytes

/// The facts of a session that change a few times in its life only.
package struct SessionFacts: Equatable, Sendable {
    /// 16 hexadecimal digits, unique per gateway run.
    package var session = ""
    package var listener = ""
    package var clientAddress = ""
    package var clientPort: UInt16 = 0
    /// The balancer that has told the client's address and port.
    package var proxyAddress: String?
    package var proxyPort: UInt16 = 0
    package var tlsVersion: String?
    package var tlsCipher: String?
    package var serverName: String?
    package var certificateFingerprint: String?
    package var certificateSubject: String?
    package var certificateIssuer: String?
    package var certificateSerial: String?
    /// The name as the client gave it, where that differs from `user`.
    package var login: [UInt8]?
    /// The name that was authenticated, canonical.
    package var user: String?
    /// `password`, `certificate` or `certificate+password`.
    package var method: String?
    package var backend: String?
    /// The login name towards the backend.
    package var backendUser: String?
    package var policyRevision: String?

    package init() {}
}

extension SessionFacts {
    /// One fact at most; certificate subjects and user names are a stranger's choice.
    private static let factBytesMax = 1536
    /// What the facts of a client without a certificate come to, and some more.
    private static let usualBytes = 512

    /// The facts as members of a record, without a comma at either end.
    ///
    /// Computed anew at each call: a session asks when it has to and keeps the answer.
    package var encoded: [UInt8] {
        var members = Buffer()
        members.reserve(Self.usualBytes)
        append(#","session":""#, session, to: &members)
        append(#","listener":""#, listener, to: &members)
        append(#","client":""#, clientAddress, to: &members)
        if clientPort > 0 { members.appendMember(#","client_port":"#, UInt64(clientPort)) }
        append(#","proxy":""#, proxyAddress, to: &members)
        if proxyPort > 0 { members.appendMember(#","proxy_port":"#, UInt64(proxyPort)) }
        append(#","tls":""#, tlsVersion, to: &members)
        append(#","cipher":""#, tlsCipher, to: &members)
        append(#","sni":""#, serverName, to: &members)
        append(#","cert_sha256":""#, certificateFingerprint, to: &members)
        append(#","cert_subject":""#, certificateSubject, to: &members)
        append(#","cert_issuer":""#, certificateIssuer, to: &members)
        append(#","cert_serial":""#, certificateSerial, to: &members)
        if let login {
            members.appendMember(#","login":""#, login.span, bytesMax: Self.factBytesMax)
        }
        append(#","user":""#, user, to: &members)
        append(#","method":""#, method, to: &members)
        append(#","backend":""#, backend, to: &members)
        append(#","backend_user":""#, backendUser, to: &members)
        append(#","policy":""#, policyRevision, to: &members)
        members.removeFirst(1)
        return members.bytes
    }

    /// The least that tells whose record it is, as members of a record.
    package var encodedIdentity: [UInt8] {
        var members = Buffer()
        append(#","session":""#, session, to: &members)
        append(#","user":""#, user, to: &members)
        members.removeFirst(1)
        return members.bytes
    }

    private func append(_ opening: StaticString, _ value: String?, to members: inout Buffer) {
        guard let value, !value.isEmpty else { return }
        members.appendMember(opening, value.utf8.span, bytesMax: Self.factBytesMax)
    }
}
