// The verbs of the protocol that are understood. What is true of each stands in Proxy/CommandTable.
import Bytes

/// The verbs that are understood; UID forms are their verb with `Command.isUID`, but for
/// UID EXPUNGE, which takes what EXPUNGE does not.
package enum Verb: UInt8, CaseIterable, Keyword {
    // The first are what connections say most.
    case noop, fetch, idle, store, search, append, select, list, examine, status
    case capability, logout, id, startTLS, authenticate, login, enable, namespace
    case compress, notify, multiSearch
    case create, delete, rename, subscribe, unsubscribe, lsub
    case check, close, unselect, expunge, uidExpunge, copy, move, sort, thread, uidBatches, replace
    case getACL, setACL, deleteACL, listRights, myRights
    case getQuota, getQuotaRoot, setQuota, getMetadata, setMetadata

    private static let index = KeywordIndex(Self.self)

    package static func candidates(for token: Span<UInt8>) -> UInt64? {
        index.candidates(for: token)
    }

    package var spelling: StaticString {
        switch self {
        case .capability: "CAPABILITY"
        case .noop: "NOOP"
        case .logout: "LOGOUT"
        case .id: "ID"
        case .startTLS: "STARTTLS"
        case .authenticate: "AUTHENTICATE"
        case .login: "LOGIN"
        case .enable: "ENABLE"
        case .idle: "IDLE"
        case .namespace: "NAMESPACE"
        case .compress: "COMPRESS"
        case .notify: "NOTIFY"
        case .select: "SELECT"
        case .examine: "EXAMINE"
        case .create: "CREATE"
        case .delete: "DELETE"
        case .rename: "RENAME"
        case .subscribe: "SUBSCRIBE"
        case .unsubscribe: "UNSUBSCRIBE"
        case .list: "LIST"
        case .lsub: "LSUB"
        case .status: "STATUS"
        case .append: "APPEND"
        case .check: "CHECK"
        case .close: "CLOSE"
        case .unselect: "UNSELECT"
        case .expunge: "EXPUNGE"
        // Two words, so that no single word of a client spells it.
        case .uidExpunge: "UID EXPUNGE"
        case .search: "SEARCH"
        case .multiSearch: "ESEARCH"
        case .fetch: "FETCH"
        case .store: "STORE"
        case .copy: "COPY"
        case .move: "MOVE"
        case .sort: "SORT"
        case .thread: "THREAD"
        case .uidBatches: "UIDBATCHES"
        case .replace: "REPLACE"
        case .getACL: "GETACL"
        case .setACL: "SETACL"
        case .deleteACL: "DELETEACL"
        case .listRights: "LISTRIGHTS"
        case .myRights: "MYRIGHTS"
        case .getQuota: "GETQUOTA"
        case .getQuotaRoot: "GETQUOTAROOT"
        case .setQuota: "SETQUOTA"
        case .getMetadata: "GETMETADATA"
        case .setMetadata: "SETMETADATA"
        }
    }

    /// Spelled out, since what raw values give by themselves is not specialised in other modules.
    package static func == (left: Verb, right: Verb) -> Bool { left.rawValue == right.rawValue }

    /// The verb as people write it.
    package var name: String { "\(spelling)" }
}
