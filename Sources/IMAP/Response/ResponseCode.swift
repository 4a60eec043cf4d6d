// The bracketed codes of status responses that may reach the gateway's session, as values.
package import Bytes

/// A response code on the allow-list (RFC 9051, 7.1); any other is `unknown` and goes no further.
package enum ResponseCode: Equatable, Sendable {
    /// A code without arguments, or whose arguments are of no use to a client.
    case bare(BareCode)
    case capability(CapabilitySet)
    case permanentFlags(BackendFlags)
    case uidNext(UInt32)
    case uidValidity(UInt32)
    case unseen(UInt32)
    case highestModSeq(UInt64)
    case modified(MessageSet)
    case appendUID(validity: UInt32, uids: MessageSet)
    case copyUID(validity: UInt32, source: MessageSet, target: MessageSet)
    /// The identifier of the mailbox that was selected or created (RFC 8474, 4.1).
    case mailboxID(ShortBytes)
    /// No more messages than `limit` were dealt with, down to `lastUID` (RFC 9738, 3.1).
    case messageLimit(UInt32, lastUID: UInt32?)
    /// How far a command that takes its time has come (RFC 9585).
    case inProgress(CommandProgress)
    /// A referral elsewhere: its URL is dropped, the session treats it as a failure (RFC 2221).
    case referral
    /// A code that is not on the list; it is well-formed and dropped.
    case unknown
}

/// The codes that are a word and nothing else to a client.
package enum BareCode: UInt8, Keyword, CaseIterable {
    case alert, badCharset, parse, readOnly, readWrite, tryCreate, noModSeq, closed, uidNotSticky,
        unavailable, authenticationFailed, authorizationFailed, expired, privacyRequired,
        contactAdmin, noPermission, inUse, expungeIssued, corruption, serverBug, clientBug, cannot,
        limit, overQuota, alreadyExists, nonExistent, tooBig, notSaved, hasChildren, unknownCTE,
        uidRequired, useAttribute, throttled, downgraded, notificationOverflow, badURL

    package var spelling: StaticString {
        switch self {
        case .alert: "ALERT"
        case .badCharset: "BADCHARSET"
        case .parse: "PARSE"
        case .readOnly: "READ-ONLY"
        case .readWrite: "READ-WRITE"
        case .tryCreate: "TRYCREATE"
        case .noModSeq: "NOMODSEQ"
        case .closed: "CLOSED"
        case .uidNotSticky: "UIDNOTSTICKY"
        case .unavailable: "UNAVAILABLE"
        case .authenticationFailed: "AUTHENTICATIONFAILED"
        case .authorizationFailed: "AUTHORIZATIONFAILED"
        case .expired: "EXPIRED"
        case .privacyRequired: "PRIVACYREQUIRED"
        case .contactAdmin: "CONTACTADMIN"
        case .noPermission: "NOPERM"
        case .inUse: "INUSE"
        case .expungeIssued: "EXPUNGEISSUED"
        case .corruption: "CORRUPTION"
        case .serverBug: "SERVERBUG"
        case .clientBug: "CLIENTBUG"
        case .cannot: "CANNOT"
        case .limit: "LIMIT"
        case .overQuota: "OVERQUOTA"
        case .alreadyExists: "ALREADYEXISTS"
        case .nonExistent: "NONEXISTENT"
        case .tooBig: "TOOBIG"
        case .notSaved: "NOTSAVED"
        case .hasChildren: "HASCHILDREN"
        case .unknownCTE: "UNKNOWN-CTE"
        case .uidRequired: "UIDREQUIRED"
        case .useAttribute: "USEATTR"
        case .throttled: "THROTTLED"
        case .downgraded: "DOWNGRADED"
        case .notificationOverflow: "NOTIFICATIONOVERFLOW"
        // A URL of CATENATE that leads nowhere (RFC 4469); it is not repeated.
        case .badURL: "BADURL"
        }
    }
}
