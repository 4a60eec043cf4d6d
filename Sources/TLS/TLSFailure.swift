// Turns OpenSSL's codes into reasons that a person can act on.
import COpenSSL

extension TLSError {
    /// Takes the reason for a failed call from OpenSSL's error queue, and empties the queue.
    init(session: OpaquePointer, peer: TLSPeer, expecting serverName: String, isHandshake: Bool) {
        guard let code = firstTLSCode() else {
            self = .protocolViolation("it ended in the middle")
            return
        }
        let reason = ERR_GET_REASON(code)
        switch reason {
        case SSL_R_CERTIFICATE_VERIFY_FAILED:
            let verdict = unsafe Int32(truncatingIfNeeded: SSL_get_verify_result(session))
            self = .peerCertificate(peer, CertificateProblem(verdict: verdict, serverName))
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: self = .peerCertificate(peer, .missing)
        case SSL_R_EE_KEY_TOO_SMALL: self = .peerCertificate(peer, .tooWeak)
        case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW, SSL_R_WRONG_SSL_VERSION,
            SSL_R_UNKNOWN_SSL_VERSION, SSL_R_NO_PROTOCOLS_AVAILABLE,
            SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
            self = .noCommonProtocol
        case SSL_R_NO_SHARED_CIPHER, SSL_R_NO_SUITABLE_KEY_SHARE, SSL_R_NO_SHARED_GROUPS,
            SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
            self = .noCommonCipher
        case SSL_R_NO_APPLICATION_PROTOCOL, alertReason(SSL_AD_NO_APPLICATION_PROTOCOL):
            self = .noCommonApplicationProtocol
        case SSL_R_WRONG_VERSION_NUMBER where isHandshake, SSL_R_HTTP_REQUEST,
            SSL_R_HTTPS_PROXY_REQUEST:
            self = .notTLS
        case SSL_R_NO_RENEGOTIATION, alertReason(SSL_AD_NO_RENEGOTIATION): self = .renegotiation
        case Int32(ERR_R_MALLOC_FAILURE): self = .outOfMemory
        case alertReason(0)..<alertReason(256):
            let alert = reason - alertReason(0)
            self = unsafe .refusedByPeer(String(cString: SSL_alert_desc_string_long(alert)))
        default:
            let words = unsafe ERR_reason_error_string(code)
            self = unsafe .protocolViolation(words.map { unsafe String(cString: $0) } ?? "unknown")
        }
    }
}

/// The reason that OpenSSL gives when the peer sent an alert.
private func alertReason(_ alert: Int32) -> Int32 { SSL_AD_REASON_OFFSET + alert }

/// The first error of the TLS library, or else the first of any: the cause stands before its effects.
private func firstTLSCode() -> UInt? {
    var first: UInt?
    while true {
        let code = ERR_get_error()
        guard code != 0 else { return first }
        guard ERR_GET_LIB(code) == ERR_LIB_SSL else {
            first = first ?? code
            continue
        }
        ERR_clear_error()
        return code
    }
}

extension CertificateProblem {
    /// What a verdict of X509_verify_cert means.
    init(verdict: Int32, _ serverName: String) {
        switch verdict {
        case X509_V_ERR_CERT_HAS_EXPIRED: self = .expired
        case X509_V_ERR_CERT_NOT_YET_VALID: self = .notYetValid
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: self = .selfSigned
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
            X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_CERT_SIGNATURE_FAILURE,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_CERT_UNTRUSTED:
            self = .unknownIssuer
        case X509_V_ERR_CERT_REVOKED: self = .revoked
        case X509_V_ERR_UNABLE_TO_GET_CRL, X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER: self = .crlMissing
        case X509_V_ERR_CRL_HAS_EXPIRED: self = .crlExpired
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
            self = .wrongName(serverName)
        case X509_V_ERR_INVALID_PURPOSE: self = .wrongPurpose
        case X509_V_ERR_EE_KEY_TOO_SMALL, X509_V_ERR_CA_KEY_TOO_SMALL,
            X509_V_ERR_CA_MD_TOO_WEAK:
            self = .tooWeak
        default:
            let words = unsafe String(cString: X509_verify_cert_error_string(Int(verdict)))
            self = .other(words)
        }
    }
}

/// Empties the thread's queue of errors, where SSL_get_error would find what others left.
///
/// It is empty nearly always, and looking is much cheaper than emptying.
func forgetErrors() {
    if ERR_peek_error() != 0 { ERR_clear_error() }
}
