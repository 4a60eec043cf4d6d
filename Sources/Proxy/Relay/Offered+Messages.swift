// Which extensions the arguments of SEARCH, SORT, THREAD, FETCH and STATUS belong to: each word is
// taken only where the capability that brought it is on offer.
import Bytes
import IMAP

extension Authorization {
    /// `$` is taken where results can be saved (RFC 5182).
    func admits(_ set: MessageSet) -> Bool { !set.isSavedResult || offer.contains(.searchRes) }

    // MARK: Searching

    func admits(_ search: Search, returns: Capability) -> Bool {
        if let asked = search.returns {
            guard offer.contains(returns) else { return false }
            if asked.options.contains(.save) && !offer.contains(.searchRes) { return false }
            if asked.partial != nil && !offer.contains(.partial) { return false }
        }
        return !search.keys.contains { key in
            key.contains { $0.capability.map { !offer.contains($0) } ?? false }
        }
    }

    func admits(_ sort: Sort) -> Bool {
        !sort.criteria.contains { !offer.contains($0.key.capability) }
            && offer.contains(.sort) && admits(sort.search, returns: .esort)
    }

    func admits(_ thread: Thread) -> Bool {
        offer.contains(thread.algorithm.capability) && admits(thread.search, returns: .esearch)
    }

    // MARK: Fetching

    func admits(_ fetch: Fetch) -> Bool {
        if fetch.wantsVanished && !enabled.contains(.qresync) { return false }
        if fetch.partial != nil && !offer.contains(.partial) { return false }
        let isForeign = fetch.items.contains { item in
            item.capability.map { !offer.contains($0) } ?? false
        }
        return !isForeign && admits(fetch.set) && admits(modSequences: fetch.changedSince != nil)
    }

    func admits(_ notify: Notify) -> Bool {
        offer.contains(.notify)
            && !notify.groups.contains { group in
                group.items.contains { $0.capability.map { !offer.contains($0) } ?? false }
            }
    }

    // MARK: Status

    func admits(_ items: KeywordSet<StatusItem>) -> Bool {
        !items.contains { word in
            // DELETED is a part of IMAP4rev2 itself (RFC 9051, 6.3.11).
            if word == .deleted && enabled.hasRevision2 { return false }
            return word.capability.map { !offer.contains($0) } ?? false
        }
    }
}

extension Command {
    /// Whether it names messages by numbers, which are refused under UIDONLY (RFC 9586, 3).
    var namesMessageNumbers: Bool {
        switch self {
        case .select(let select), .examine(let select): select.qresync?.match != nil
        default: takesSequenceNumbers
        }
    }
}

extension SearchKey {
    /// The extension that brought the key, nil for those of the base protocol.
    fileprivate var capability: Capability? {
        switch self {
        case .modSequence: .condStore
        case .age: .within
        case .objectID: .objectID
        case .fuzzy: .searchFuzzy
        case .state(.saveDateSupported), .date(.savedBefore, _), .date(.savedOn, _),
            .date(.savedSince, _):
            .saveDate
        case .messages(let set), .uids(let set): set.isSavedResult ? .searchRes : nil
        default: nil
        }
    }
}

extension SortKey {
    fileprivate var capability: Capability {
        switch self {
        case .displayFrom, .displayTo: .sortDisplay
        case .relevancy: .searchFuzzy
        case .arrival, .cc, .date, .from, .size, .subject, .to: .sort
        }
    }
}

extension Thread.Algorithm {
    fileprivate var capability: Capability {
        switch self {
        case .orderedSubject: .threadOrderedSubject
        case .references: .threadReferences
        case .refs: .threadRefs
        }
    }
}

extension FetchItem {
    fileprivate var capability: Capability? {
        switch self {
        case .attribute(.modSequence): .condStore
        case .attribute(.emailID), .attribute(.threadID): .objectID
        case .attribute(.saveDate): .saveDate
        case .attribute(.preview), .lazyPreview: .preview
        case .binary, .binarySize: .binary
        case .attribute, .section: nil
        }
    }
}

extension StatusItem {
    fileprivate var capability: Capability? {
        switch self {
        case .highestModSequence: .condStore
        case .size: .statusSize
        case .mailboxID: .objectID
        // RFC 9208, 4.1.4.
        case .deleted: .quotaMessage
        case .deletedStorage: .quotaStorage
        case .appendLimit: .appendLimit
        case .messages, .recent, .uidNext, .uidValidity, .unseen: nil
        }
    }
}
