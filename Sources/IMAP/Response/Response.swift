// What a backend may say, as values: everything but the attributes of FETCH, which stream.

/// A response of the backend, parsed whole; its human-readable text is checked and forgotten.
///
/// Responses whose payload may be huge (`search`, `sort`, `thread`, `esearch`, `vanished`,
/// `uidBatches`) say only which they are: `NumberTranscoder` checks their numbers while it copies
/// them out of the same piece. A `fetch` is read by `FetchTranscoder`.
package enum Response: Equatable, Sendable {
    /// `+ …`: the text is dropped, the gateway writes its own.
    case continuation
    /// The end of the command that the gateway sent with tag `g<tag>`.
    case tagged(tag: UInt64, Condition, code: ResponseCode?)
    case status(UntaggedStatus, code: ResponseCode?)
    case capability(CapabilitySet)
    case enabled(CapabilitySet)
    case list(ListEntry)
    case lsub(ListEntry)
    case namespace(Namespaces)
    case mailboxStatus(MailboxStatus)
    case accessList(AccessList)
    case grantableRights(GrantableRights)
    case ownRights(OwnRights)
    case quota(Quota)
    case quotaRoots(QuotaRoots)
    case metadata(MailboxMetadata)
    case flags(BackendFlags)
    case exists(UInt32)
    case recent(UInt32)
    case expunge(UInt32)
    case search
    case sort
    case thread
    /// `tag` is the number of the gateway's tag in `(TAG "g<tag>")`.
    case esearch(tag: UInt64?)
    /// What ESEARCH found in one of several mailboxes (RFC 7377).
    case mailboxSearch(MailboxSearch)
    case vanished(isEarlier: Bool)
    /// `tag` is that of the command, which a server must name (RFC 10022).
    case uidBatches(tag: UInt64)
    case fetch
    /// The backend's answer to the gateway's own ID command; its fields are dropped.
    case id
    /// Untagged data that the gateway does not know: dropped and audited, never relayed.
    case unknown

    /// How a command ended (RFC 9051, 7.1).
    package enum Condition: Equatable, Sendable { case ok, no, bad }

    /// An untagged condition of the backend (RFC 9051, 7.1).
    package enum UntaggedStatus: Equatable, Sendable { case ok, no, bad, bye, preauth }
}
