// The one spelling of a mailbox that policy judges.
import Bytes

/// A mailbox in canonical form: UTF-8 in NFC, `/` between levels, INBOX in upper case.
package struct MailboxName: Hashable, Sendable {
    package let canonical: [UInt8]

    /// Takes bytes that are canonical: decoded by a `MailboxNaming`, or made of such names.
    init(canonical: [UInt8]) { self.canonical = canonical }

    package static let inbox = MailboxName(canonical: Array("INBOX".utf8))
}

extension MailboxName: CustomStringConvertible {
    package var description: String { String(decoding: canonical, as: UTF8.self) }
}

/// Why a mailbox name is refused; never forwarded, never repaired.
package enum MailboxNameError: Error, Equatable, Sendable {
    case empty
    case tooLong
    /// An octet beyond ASCII where names are in modified UTF-7 (RFC 3501, 5.1.3).
    case eightBit
    /// Octets that are no UTF-8 where names are in UTF-8 (RFC 9051, 5.1).
    case notUTF8
    case controlCharacter
    /// Modified UTF-7 that is not what an encoder would write for the same name.
    case notCanonicalUTF7
    /// Not in normal form C: servers that normalise would take two names for one.
    case notNormalized
    /// A bidi or format control: the name would not look like what it is.
    case formatCharacter
    case emptyLevel
    case dotLevel
    /// `/` where the hierarchy has another delimiter, or what stands for one inside the backend.
    case foreignDelimiter
    /// `~ \ # { / !` in front: paths, special-use aliases and remote names of some servers.
    case leadingCharacter
    case wildcard
}
