// What depends on a command's verb, and on nothing else of it, stands in this one table.
import Bytes

/// The verbs that are understood; UID forms are their verb with `Command.isUID`, but for
/// UID EXPUNGE, which takes what EXPUNGE does not.
package enum Verb: UInt8, CaseIterable, Keyword {
    // The first are what connections say most.
    case noop, fetch, idle, store, search, select, examine, status
    case capability, logout, id, startTLS, authenticate, login, enable, namespace
    case create, delete, rename, subscribe, unsubscribe, list, lsub, append
    case check, close, unselect, expunge, uidExpunge, copy, move

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
        case .fetch: "FETCH"
        case .store: "STORE"
        case .copy: "COPY"
        case .move: "MOVE"
        }
    }

    package var standing: Standing {
        switch self {
        case .capability: Standing(.any, .alone, .reading)
        case .noop: Standing(.any, .free, .reading)
        case .logout: Standing(.any, .alone, .reading)
        case .id: Standing(.any, .alone, .reading)
        case .startTLS: Standing(.notAuthenticated, .alone, .identity)
        case .authenticate: Standing(.notAuthenticated, .alone, .identity)
        case .login: Standing(.notAuthenticated, .alone, .identity)
        case .enable: Standing(.authenticated, .alone, .reading)
        case .idle: Standing(.authenticated, .alone, .reading)
        case .namespace: Standing(.authenticated, .free, .reading)
        case .select: Standing(.authenticated, .alone, .reading)
        case .examine: Standing(.authenticated, .alone, .reading)
        case .create: Standing(.authenticated, .alone, .writing)
        case .delete: Standing(.authenticated, .alone, .writing)
        case .rename: Standing(.authenticated, .alone, .writing)
        case .subscribe: Standing(.authenticated, .alone, .writing)
        case .unsubscribe: Standing(.authenticated, .alone, .writing)
        case .list: Standing(.authenticated, .free, .reading)
        case .lsub: Standing(.authenticated, .free, .reading)
        case .status: Standing(.authenticated, .free, .reading)
        case .append: Standing(.authenticated, .alone, .writing)
        case .check: Standing(.selected, .free, .reading)
        case .close: Standing(.selected, .alone, .writing)
        case .unselect: Standing(.selected, .alone, .reading)
        case .expunge: Standing(.selected, .alone, .writing)
        case .uidExpunge: Standing(.selected, .alone, .writing)
        case .search: Standing(.selected, .numbers, .reading)
        case .fetch: Standing(.selected, .numbers, .reading)
        case .store: Standing(.selected, .numbers, .writing)
        case .copy: Standing(.selected, .alone, .writing)
        case .move: Standing(.selected, .alone, .writing)
        }
    }

    /// The verb as people write it.
    package var name: String { "\(spelling)" }
}

/// What is true of every command with one verb.
package struct Standing: Equatable, Sendable {
    package let validity: Validity
    package let pipelining: Pipelining
    package let effect: EffectClass

    init(
        _ validity: Validity,
        _ pipelining: Pipelining,
        _ effect: EffectClass
    ) {
        self.validity = validity
        self.pipelining = pipelining
        self.effect = effect
    }
}

/// The states a command is valid in (RFC 9051, 3); `authenticated` includes `selected`.
package enum Validity: Sendable {
    case any, notAuthenticated, authenticated, selected
}

/// What else may be under way with the backend (RFC 9051, 5.5).
package enum Pipelining: Sendable {
    /// A barrier: waits for all before it, and all after wait for it.
    case alone
    /// Means messages by number: waits while a command is pending that may expunge.
    case numbers
    case free
}

/// What a command changes; decides how durable its record must be before it is sent on.
package enum EffectClass: Sendable {
    case reading, writing, identity
}
