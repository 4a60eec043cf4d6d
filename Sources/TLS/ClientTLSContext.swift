// The TLS configuration towards a backend, as an immutable snapshot.
import Bytes
import COpenSSL
import Glibc

/// The TLS configuration towards a backend: made once, shared by all reactors.
@safe
package final class ClientTLSContext: Sendable {
    let handle: ContextHandle

    /// What the backend's certificate must be for.
    let serverName: String

    /// Whether `serverName` goes into the hello: an IP address doesn't (RFC 6066, 3).
    let sendsServerName: Bool

    package init(_ settings: ClientTLSSettings) throws(TLSError) {
        handle = unsafe try ContextHandle(method: TLS_client_method())
        serverName = settings.serverName
        sendsServerName = try Self.expect(settings.serverName, of: handle)
        unsafe SSL_CTX_set_verify(handle.pointer, SSL_VERIFY_PEER, nil)
        try Self.trust(settings.caPEM, in: handle)
        if let certificate = settings.certificate {
            guard let chain = Certificate.all(inPEM: certificate.chainPEM) else {
                throw .certificateUnreadable
            }
            guard let key = PrivateKey(pem: certificate.keyPEM) else { throw .keyUnreadable }
            try handle.use(chain, key)
        }
        guard let applicationProtocol = settings.applicationProtocol else { return }
        let offer = [UInt8(applicationProtocol.utf8.count)] + Array(applicationProtocol.utf8)
        // This function answers 0 for success.
        guard unsafe SSL_CTX_set_alpn_protos(handle.pointer, offer, UInt32(offer.count)) == 0 else {
            throw .outOfMemory
        }
    }

    private static func trust(_ caPEM: [UInt8]?, in handle: ContextHandle) throws(TLSError) {
        guard let caPEM else {
            // Looked into when the first chain is verified: a sandboxed process hands the PEM in.
            guard unsafe SSL_CTX_set_default_verify_paths(handle.pointer) == 1 else {
                throw .caUnreadable
            }
            return
        }
        let trust = try TrustStore(caPEM: caPEM)
        unsafe SSL_CTX_set1_cert_store(handle.pointer, trust.pointer)
    }

    /// Makes the verification insist on `name`; returns whether it is a host name.
    private static func expect(_ name: String, of handle: ContextHandle) throws(TLSError) -> Bool {
        let parameters = unsafe SSL_CTX_get0_param(handle.pointer)
        let flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS
        unsafe X509_VERIFY_PARAM_set_hostflags(parameters, UInt32(flags))
        let isAddress = isAddress(name)
        // OpenSSL takes an empty name for none to check, and reads `:` as an address.
        guard isAddress || isHostName(name) else { throw .serverNameInvalid }
        let isSet =
            isAddress
            ? unsafe X509_VERIFY_PARAM_set1_ip_asc(parameters, name)
            : unsafe X509_VERIFY_PARAM_set1_host(parameters, name, 0)
        guard isSet == 1 else { throw .serverNameInvalid }
        return !isAddress
    }

    private static func isAddress(_ name: String) -> Bool {
        var address = in6_addr()
        return !name.utf8.contains(0)
            && (unsafe inet_pton(AF_INET, name, &address) == 1
                || inet_pton(AF_INET6, name, &address) == 1)
    }

    /// Letters, digits, hyphens, dots and the underscore of some private networks; 253 at most.
    private static func isHostName(_ name: String) -> Bool {
        (1...253).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                    UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
