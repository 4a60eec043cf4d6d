// Looks at a certificate and its key before they are put into service, for `postern check`.
import Bytes
import COpenSSL

/// What is wrong with a certificate and its key, and what they say about themselves.
package struct CertificateCheck: Equatable, Sendable {
    package enum Problem: Equatable, Sendable {
        case certificateUnreadable
        case keyUnreadable
        case keyDoesNotMatch
        case expired
        case notYetValid
        case weakKey
    }

    /// Below 112 bits of security TLS refuses the key: RSA under 2048 bits, curves under 224.
    private static let securityBitsMin: Int32 = 112

    package let problems: [Problem]

    /// The DNS names of the subject's alternative names.
    package let dnsNames: [String]

    /// When the certificate expires, in seconds since 1970; nil when it couldn't be read.
    package let notAfter: Int64?

    /// Checks at the time `now`, in seconds since 1970.
    package init(_ certificate: CertificateAndKey, at now: Int64) {
        let own = Certificate.all(inPEM: certificate.chainPEM)?.first
        let key = PrivateKey(pem: certificate.keyPEM)
        var problems: [Problem] = []
        if let own { problems += Self.problems(of: own, at: now) }
        if own == nil { problems.append(.certificateUnreadable) }
        if key == nil { problems.append(.keyUnreadable) }
        if let own, let key, unsafe X509_check_private_key(own.pointer, key.pointer) != 1 {
            problems.append(.keyDoesNotMatch)
        }
        ERR_clear_error()
        self.problems = problems
        dnsNames = own.map { SubjectNames($0).dnsNames } ?? []
        notAfter = own.flatMap { unsafe seconds(of: X509_get0_notAfter($0.pointer)) }
    }

    private static func problems(of certificate: Certificate, at now: Int64) -> [Problem] {
        var problems: [Problem] = []
        // A date that can't be read is no date the certificate is good at.
        let notAfter = unsafe seconds(of: X509_get0_notAfter(certificate.pointer)) ?? .min
        let notBefore = unsafe seconds(of: X509_get0_notBefore(certificate.pointer)) ?? .max
        if now > notAfter { problems.append(.expired) }
        if now < notBefore { problems.append(.notYetValid) }
        let key = unsafe X509_get0_pubkey(certificate.pointer)
        if unsafe EVP_PKEY_get_security_bits(key) < securityBitsMin { problems.append(.weakKey) }
        return problems
    }
}

extension CertificateCheck.Problem: CustomStringConvertible {
    package var description: String {
        switch self {
        case .certificateUnreadable: TLSError.certificateUnreadable.description
        case .keyUnreadable: TLSError.keyUnreadable.description
        case .keyDoesNotMatch: TLSError.keyDoesNotMatch.description
        case .expired: "the certificate has expired"
        case .notYetValid: "the certificate is not valid yet"
        case .weakKey: "the certificate's key is too weak: take ECDSA P-256 or RSA of 2048 bits"
        }
    }
}

/// An ASN.1 time in seconds since 1970.
private func seconds(of time: UnsafePointer<ASN1_TIME>?) -> Int64? {
    guard let epoch = unsafe ASN1_TIME_set(nil, 0) else { return nil }
    defer { unsafe ASN1_TIME_free(epoch) }
    var days: Int32 = 0
    var rest: Int32 = 0
    guard unsafe ASN1_TIME_diff(&days, &rest, epoch, time) == 1 else { return nil }
    return Int64(days) * 86_400 + Int64(rest)
}
