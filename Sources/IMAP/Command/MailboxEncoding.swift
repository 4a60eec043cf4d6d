// How names are written on one side of the gateway: modified UTF-7, or UTF-8 after ENABLE.

/// The encoding of mailbox names in one direction.
///
/// In UTF-8 `&` is a character like any other: `&AOk-` names one mailbox in the one encoding and
/// another in the other, so that reading with the wrong one would be a way around the policy.
package enum MailboxEncoding: Equatable, Sendable {
    /// RFC 3501, 5.1.3.
    case modifiedUTF7
    /// RFC 6855, 3 and RFC 9051, 5.1.
    case utf8

    /// The text that `octets` encode, if they are what `encode` writes for it.
    func decode(_ octets: [UInt8]) throws(MailboxNameError) -> [Unicode.Scalar] {
        switch self {
        case .modifiedUTF7: return try ModifiedUTF7.decode(octets)
        case .utf8:
            guard let text = String(validating: octets, as: UTF8.self) else { throw .notUTF8 }
            return Array(text.unicodeScalars)
        }
    }

    func encode(_ scalars: [Unicode.Scalar]) -> [UInt8] {
        switch self {
        case .modifiedUTF7: ModifiedUTF7.encode(scalars)
        case .utf8: Array(String(String.UnicodeScalarView(scalars)).utf8)
        }
    }
}
