// Why TLS failed, in the words of the one who has to mend it.

/// Which of the two ends a certificate belongs to.
package enum TLSPeer: Equatable, Sendable {
    case client, backend
}

/// Why a peer's certificate was refused.
package enum CertificateProblem: Equatable, Sendable {
    case missing
    case expired
    case notYetValid
    case unknownIssuer
    case selfSigned
    case revoked
    /// A CA in the chain has no revocation list although others have one.
    case crlMissing
    case crlExpired
    case wrongName(String)
    case wrongPurpose
    case tooWeak
    /// Any other verdict, as OpenSSL words it (RFC 5280, section 6).
    case other(String)
}

/// Why a context could not be made, or why a connection came to its end.
package enum TLSError: Error, Equatable, Sendable {
    case noCertificate
    case certificateUnreadable
    case keyUnreadable
    case keyDoesNotMatch
    case certificateTooWeak
    case caUnreadable
    case crlUnreadable
    case serverNameInvalid

    case peerCertificate(TLSPeer, CertificateProblem)
    case noCommonProtocol
    case noCommonCipher
    case noCommonApplicationProtocol
    case notTLS
    case renegotiation
    /// The other end gave up and said why, in the words of RFC 8446, section 6.
    case refusedByPeer(String)
    /// Bytes that break the protocol; OpenSSL's reason, which holds no data of the user.
    case protocolViolation(String)
    case outOfMemory
}

extension TLSError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noCertificate: "no certificate is configured"
        case .certificateUnreadable: "the certificate file holds no certificate in PEM form"
        case .keyUnreadable: "the key file holds no unencrypted private key in PEM form"
        case .keyDoesNotMatch: "the private key is not the certificate's"
        case .certificateTooWeak: "the certificate's key or signature is too weak"
        case .caUnreadable: "the CA file holds no certificate in PEM form"
        case .crlUnreadable: "the CRL file holds no revocation list in PEM form"
        case .serverNameInvalid: "the server name is neither a host name nor an IP address"
        case .peerCertificate(let peer, let problem): problem.description(of: peer)
        case .noCommonProtocol: "no protocol version in common"
        case .noCommonCipher: "no cipher suite, group or signature algorithm in common"
        case .noCommonApplicationProtocol: "the peer doesn't offer the application protocol imap"
        case .notTLS: "the peer doesn't speak TLS"
        case .renegotiation: "the peer asked for a renegotiation"
        case .refusedByPeer(let reason): "the peer refused: \(reason)"
        case .protocolViolation(let reason): "the peer broke the protocol: \(reason)"
        case .outOfMemory: "out of memory"
        }
    }
}

extension CertificateProblem {
    /// The problem as a sentence about the certificate of `peer`.
    package func description(of peer: TLSPeer) -> String {
        let certificate =
            switch peer {
            case .client: "the client's certificate"
            case .backend: "the backend's certificate"
            }
        return switch self {
        case .missing: "\(certificate) is missing"
        case .expired: "\(certificate) has expired"
        case .notYetValid: "\(certificate) is not valid yet"
        case .unknownIssuer: "\(certificate) is not from a trusted CA"
        case .selfSigned: "\(certificate) is self-signed"
        case .revoked: "\(certificate) has been revoked"
        case .crlMissing: "\(certificate) has an issuer without a revocation list"
        case .crlExpired: "\(certificate) has an issuer whose revocation list has expired"
        case .wrongName(let name): "\(certificate) is not for \(name)"
        case .wrongPurpose: "\(certificate) is not for this purpose"
        case .tooWeak: "\(certificate) has a key or signature that is too weak"
        case .other(let reason): "\(certificate) is refused: \(reason)"
        }
    }
}
