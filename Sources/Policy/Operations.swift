// What a rule can forbid where RFC 4314's letters are too coarse: a closed list.

/// A set of operations.
package struct Operations: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    // The protocol's own compares through a witness table: this is asked for every command.
    package var isEmpty: Bool { rawValue == 0 }

    package init(_ operation: Operation) { rawValue = 1 << UInt32(operation.rawValue) }

    package static let none: Operations = []

    /// All that can't be done for want of a right.
    init(beyond rights: Rights) {
        self = Operation.allCases.filter { !rights.isSuperset(of: $0.need) }
            .reduce(into: .none) { $0.insert(Operations($1)) }
    }

    /// The operations in the set, in the order of the list.
    package var words: [Operation] { Operation.allCases.filter { contains(Operations($0)) } }
}

/// One operation, by the name that stands in a policy file and in the trail.
package enum Operation: UInt8, CaseIterable, Sendable {
    case expunge, moveOut, copyOut, moveIn, copyIn, append, fetchText, search, searchText
    case searchAll, sort, storeKeywords, subscribe, createBelow, rename, delete, metadata
    case notify

    package var name: String {
        switch self {
        case .expunge: "expunge"
        case .moveOut: "move-out"
        case .copyOut: "copy-out"
        case .moveIn: "move-in"
        case .copyIn: "copy-in"
        case .append: "append"
        case .fetchText: "fetch-text"
        case .search: "search"
        case .searchText: "search-text"
        case .searchAll: "search-all"
        case .sort: "sort"
        case .storeKeywords: "store-keywords"
        case .subscribe: "subscribe"
        case .createBelow: "create-below"
        case .rename: "rename"
        case .delete: "delete"
        case .metadata: "metadata"
        case .notify: "notify"
        }
    }

    /// The right without which nothing of it can be done; none where it depends on more.
    var need: Rights {
        switch self {
        case .moveOut, .copyOut, .fetchText, .search, .searchText, .searchAll, .sort, .notify: .read
        case .moveIn, .copyIn, .append: .insert
        case .expunge: .expunge
        case .storeKeywords: .write
        case .createBelow: .createMailbox
        case .rename, .delete: .deleteMailbox
        case .subscribe, .metadata: .none
        }
    }

    /// What it covers, for the documentation and for `explain`.
    package var meaning: String {
        switch self {
        case .expunge: "EXPUNGE, UID EXPUNGE, and the expunge that CLOSE would do"
        case .moveOut: "MOVE and REPLACE from the mailbox"
        case .copyOut: "COPY from the mailbox, and CATENATE with parts of its messages"
        case .moveIn: "MOVE into the mailbox"
        case .copyIn: "COPY into the mailbox"
        case .append: "APPEND and REPLACE into the mailbox"
        case .fetchText:
            "FETCH of message text and PREVIEW: all but headers, structure and metadata"
        case .search: "SEARCH, SORT and THREAD in the mailbox"
        case .searchText: "the search keys BODY and TEXT, which read every message"
        case .searchAll:
            "SEARCH, SORT and THREAD whose keys narrow nothing by their form: ALL, 1:* and the like"
        case .sort: "SORT and THREAD"
        case .storeKeywords:
            "keywords: STORE with one, STORE FLAGS, which would clear them; APPEND loses them"
        case .subscribe: "SUBSCRIBE and UNSUBSCRIBE"
        case .createBelow: "CREATE below, and RENAME to a name below"
        case .rename: "RENAME of the mailbox"
        case .delete: "DELETE of the mailbox"
        case .metadata: "GETMETADATA and SETMETADATA of the mailbox"
        case .notify:
            "NOTIFY of the mailbox; while it is selected, all of a new message but UID and flags"
        }
    }
}
