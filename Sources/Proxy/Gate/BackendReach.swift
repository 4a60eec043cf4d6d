// Which server was reached for a session, and how that is known; or why it was not.
package import Audit
import Bytes

/// A connection to a backend's address that was made and secured, or came to nothing.
package struct BackendReach: Equatable, Sendable {
    package var address: String
    package var port: UInt16
    /// Version, cipher suite and the certificate that was checked; nil without TLS.
    package var tls: TLS?
    /// Microseconds since the attempt at this address began.
    package var duration: UInt64
    /// Nil: it was reached.
    package var failure: Failure?

    package struct TLS: Equatable, Sendable {
        package var version: String
        package var cipher: String
        /// SHA-256 of the backend's certificate, which is the configured name's, in hexadecimal.
        package var fingerprint: String?

        package init(version: String, cipher: String, fingerprint: String?) {
            self.version = version
            self.cipher = cipher
            self.fingerprint = fingerprint
        }
    }

    package struct Failure: Equatable, Sendable {
        package var reason: Phrase
        /// What the system or TLS says of it.
        package var detail: String

        package init(_ reason: Phrase, _ detail: String = "") {
            self.reason = reason
            self.detail = detail
        }
    }

    package init(
        address: String,
        port: UInt16,
        tls: TLS? = nil,
        duration: UInt64,
        failure: Failure? = nil
    ) {
        self.address = address
        self.port = port
        self.tls = tls
        self.duration = duration
        self.failure = failure
    }
}

extension BackendReach {
    /// Completes a session's record of it, for which nothing waits.
    func complete(_ record: inout Record) {
        record.verdict = failure == nil ? .allow : .disconnect
        record.reason = failure?.reason
        record.arguments = ShortBytes(failure?.detail ?? "")
        record.duration = duration
        record.details = [
            .text("backend_address", Array(address.utf8)), .number("backend_port", UInt64(port)),
        ]
        guard let tls else { return }
        record.details += [
            .text("backend_tls", Array(tls.version.utf8)),
            .text("backend_cipher", Array(tls.cipher.utf8)),
        ]
        guard let fingerprint = tls.fingerprint else { return }
        record.details.append(.text("backend_cert_sha256", Array(fingerprint.utf8)))
    }
}
