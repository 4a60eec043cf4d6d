// Certificates, private keys and revocation lists: each C object has one owner, which frees it.
import Bytes
import COpenSSL

/// An X.509 certificate.
@safe
final class Certificate: Sendable {
    /// Not changed after `init`, so that any thread may read it.
    nonisolated(unsafe) let pointer: OpaquePointer

    /// Takes over the reference that the caller holds.
    init(owning pointer: OpaquePointer) { unsafe self.pointer = pointer }

    deinit { unsafe X509_free(pointer) }

    /// All certificates of a PEM text; nil when there is none, or one that can't be read.
    static func all(inPEM text: [UInt8]) -> [Certificate]? {
        guard let reader = PEMReader(text.span) else { return nil }
        var certificates: [Certificate] = []
        while let next = unsafe PEM_read_bio_X509(reader.bio, nil, refusePassphrase, nil) {
            unsafe certificates.append(Certificate(owning: next))
        }
        return reader.endedCleanly && !certificates.isEmpty ? certificates : nil
    }
}

/// A private key; OpenSSL wipes it when the last owner lets go.
@safe
final class PrivateKey: Sendable {
    nonisolated(unsafe) let pointer: OpaquePointer

    /// Reads an unencrypted key.
    init?(pem: Secret) {
        let key = unsafe pem.withBytes { text -> OpaquePointer? in
            guard let reader = PEMReader(text) else { return nil }
            return unsafe PEM_read_bio_PrivateKey(reader.bio, nil, refusePassphrase, nil)
        }
        ERR_clear_error()
        guard let key = unsafe key else { return nil }
        unsafe pointer = key
    }

    deinit { unsafe EVP_PKEY_free(pointer) }
}

/// A certificate revocation list.
@safe
final class RevocationList {
    let pointer: OpaquePointer

    private init(owning pointer: OpaquePointer) { unsafe self.pointer = pointer }

    deinit { unsafe X509_CRL_free(pointer) }

    /// All lists of a PEM text; nil when there is none, or one that can't be read.
    static func all(inPEM text: [UInt8]) -> [RevocationList]? {
        guard let reader = PEMReader(text.span) else { return nil }
        var lists: [RevocationList] = []
        while let next = unsafe PEM_read_bio_X509_CRL(reader.bio, nil, refusePassphrase, nil) {
            unsafe lists.append(RevocationList(owning: next))
        }
        return reader.endedCleanly && !lists.isEmpty ? lists : nil
    }
}

/// A memory BIO that holds a PEM text; OpenSSL wipes it when it is freed.
@safe
private final class PEMReader {
    let bio: OpaquePointer

    init?(_ text: Span<UInt8>) {
        ERR_clear_error()
        guard let made = unsafe BIO_new(BIO_s_mem()) else { return nil }
        unsafe bio = made
        let copied = unsafe text.withUnsafeBufferPointer { text in
            var written = 0
            return unsafe BIO_write_ex(made, text.baseAddress, text.count, &written)
        }
        guard copied == 1 else { return nil }
    }

    /// Whether reading stopped because no further block begins, not inside a broken one.
    var endedCleanly: Bool {
        let last = ERR_peek_last_error()
        ERR_clear_error()
        return ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE
    }

    deinit { unsafe BIO_free(bio) }
}

/// Without it OpenSSL would ask for a passphrase on the terminal.
private func refusePassphrase(
    _ buffer: UnsafeMutablePointer<CChar>?,
    _ size: Int32,
    _ isWriting: Int32,
    _ argument: UnsafeMutableRawPointer?
) -> Int32 { -1 }
