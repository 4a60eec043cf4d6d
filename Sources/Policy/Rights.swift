// What may be done with a mailbox: the rights of RFC 4314, section 2.1, as a set.

/// A set of RFC 4314 rights.
package struct Rights: OptionSet, Hashable, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    // The protocol's own compares through a witness table: this is asked for every command.
    package var isEmpty: Bool { rawValue == 0 }

    /// `l`: the mailbox is visible to LIST, LSUB and SUBSCRIBE.
    package static let lookup = Rights(rawValue: 1)
    /// `r`: SELECT, STATUS, FETCH, SEARCH, COPY from it.
    package static let read = Rights(rawValue: 2)
    /// `s`: keep \Seen.
    package static let seen = Rights(rawValue: 4)
    /// `w`: flags other than \Seen and \Deleted.
    package static let write = Rights(rawValue: 8)
    /// `i`: APPEND and COPY into it.
    package static let insert = Rights(rawValue: 16)
    /// `p`: send mail to its submission address; IMAP itself never asks for it.
    package static let post = Rights(rawValue: 32)
    /// `k`: CREATE below it.
    package static let createMailbox = Rights(rawValue: 64)
    /// `x`: DELETE and RENAME it.
    package static let deleteMailbox = Rights(rawValue: 128)
    /// `t`: \Deleted.
    package static let deleteMessages = Rights(rawValue: 256)
    /// `e`: EXPUNGE.
    package static let expunge = Rights(rawValue: 512)
    /// `a`: SETACL and its siblings.
    package static let administer = Rights(rawValue: 1024)

    package static let none: Rights = []
    package static let all = Rights(rawValue: 2047)
}
