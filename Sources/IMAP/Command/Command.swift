// A client's command as a value: what the parser makes, the session judges and the encoder writes.
package import Bytes

/// A command with the tag that its answers carry.
package struct TaggedCommand: Equatable, Sendable {
    package let tag: Tag
    package var command: Command

    package init(tag: Tag, command: Command) {
        self.tag = tag
        self.command = command
    }
}

/// Everything that a client may ask for; what is not here is refused.
package enum Command: Equatable, Sendable {
    case capability
    case noop
    case logout
    case id([IDField])
    case startTLS
    /// The initial response is still Base64; written `=`, it is empty (RFC 4959).
    case authenticate(mechanism: [UInt8], initialResponse: Secret?)
    case login(user: [UInt8], password: Secret)
    case enable([ShortBytes])
    case idle
    case namespace
    /// By DEFLATE; there is no other mechanism (RFC 4978).
    case compress
    case notify(Notify)
    case select(Select)
    case examine(Select)
    case create(mailbox: [UInt8], specialUse: KeywordSet<SpecialUse>)
    case delete([UInt8])
    case rename(from: [UInt8], to: [UInt8])
    case subscribe([UInt8])
    case unsubscribe([UInt8])
    case list(List)
    case lsub(reference: [UInt8], pattern: [UInt8])
    case status(mailbox: [UInt8], items: KeywordSet<StatusItem>)
    case append(Append)
    case check
    case close
    case unselect
    case expunge
    case uidExpunge(MessageSet)
    case search(Search)
    case multiSearch(MultiSearch)
    case sort(Sort)
    case thread(Thread)
    case uidBatches(UIDBatches)
    case fetch(Fetch)
    case store(Store)
    case copy(Copy)
    case move(Copy)
    case replace(Replace)
    case getACL([UInt8])
    case setACL(SetACL)
    case deleteACL(mailbox: [UInt8], identifier: [UInt8])
    case listRights(mailbox: [UInt8], identifier: [UInt8])
    case myRights([UInt8])
    case getQuota(root: [UInt8])
    case getQuotaRoot([UInt8])
    case setQuota(SetQuota)
    case getMetadata(GetMetadata)
    case setMetadata(SetMetadata)
}

extension Command {
    package var verb: Verb {
        switch self {
        case .capability: .capability
        case .noop: .noop
        case .logout: .logout
        case .id: .id
        case .startTLS: .startTLS
        case .authenticate: .authenticate
        case .login: .login
        case .enable: .enable
        case .idle: .idle
        case .namespace: .namespace
        case .compress: .compress
        case .notify: .notify
        case .select: .select
        case .examine: .examine
        case .create: .create
        case .delete: .delete
        case .rename: .rename
        case .subscribe: .subscribe
        case .unsubscribe: .unsubscribe
        case .list: .list
        case .lsub: .lsub
        case .status: .status
        case .append: .append
        case .check: .check
        case .close: .close
        case .unselect: .unselect
        case .expunge: .expunge
        case .uidExpunge: .uidExpunge
        case .search: .search
        case .multiSearch: .multiSearch
        case .sort: .sort
        case .thread: .thread
        case .uidBatches: .uidBatches
        case .fetch: .fetch
        case .store: .store
        case .copy: .copy
        case .move: .move
        case .replace: .replace
        case .getACL: .getACL
        case .setACL: .setACL
        case .deleteACL: .deleteACL
        case .listRights: .listRights
        case .myRights: .myRights
        case .getQuota: .getQuota
        case .getQuotaRoot: .getQuotaRoot
        case .setQuota: .setQuota
        case .getMetadata: .getMetadata
        case .setMetadata: .setMetadata
        }
    }

    /// Whether the command was given with the prefix UID.
    package var isUID: Bool {
        switch self {
        case .uidExpunge: true
        case .search, .sort, .thread: program?.isUID ?? false
        case .fetch(let fetch): fetch.isUID
        case .store(let store): store.isUID
        case .copy(let copy), .move(let copy): copy.isUID
        case .replace(let replace): replace.isUID
        default: false
        }
    }

    /// Whether it means messages by their sequence numbers, which an expunge would shift.
    package var takesSequenceNumbers: Bool {
        switch self {
        case .fetch, .store, .copy, .move, .replace: !isUID
        // A UID SEARCH may hold a sequence set among its keys; its answers are UIDs.
        case .search, .sort, .thread: !isUID || program?.namesSequenceNumbers ?? false
        default: false
        }
    }

    /// The stretch of an upload that an APPEND or REPLACE is.
    package var append: Append? {
        switch self {
        case .append(let append): append
        case .replace(let replace): replace.append
        default: nil
        }
    }

    /// What SEARCH, SORT or THREAD looks for.
    package var program: Search? {
        switch self {
        case .search(let search): search
        case .multiSearch(let searching): searching.search
        case .sort(let sort): sort.search
        case .thread(let thread): thread.search
        default: nil
        }
    }

    /// Whether its result becomes `$` (RFC 5182).
    package var savesResult: Bool { program?.savesResult ?? false }

    /// Whether it means messages by `$`.
    package var usesSavedResult: Bool {
        switch self {
        case .fetch(let fetch): fetch.set.isSavedResult
        case .store(let store): store.set.isSavedResult
        case .copy(let copy), .move(let copy): copy.set.isSavedResult
        case .uidExpunge(let set): set.isSavedResult
        default: program?.usesSavedResult ?? false
        }
    }
}
