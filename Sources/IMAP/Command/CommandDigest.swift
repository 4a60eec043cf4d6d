// The arguments as the audit trail keeps them: what was asked for, never what was said.
package import Bytes

extension Command {
    /// Appends sets, flags, items, sizes and the kinds of search keys to `text`.
    ///
    /// Holds no mailbox names, which a record has apart, no contents and no credentials, and the
    /// words that are searched for only where `tellsSearched`; printable ASCII but for these, and
    /// no longer than `CommandDigest.bytesMax` and three dots.
    package func describe(into text: inout ShortBytes, tellsSearched: Bool = false) {
        var digest = CommandDigest(text: text, tellsSearched: tellsSearched)
        describe(into: &digest)
        if digest.isCut { digest.text.append(Array("...".utf8).span) }
        text = digest.text
    }

    private func describe(into digest: inout CommandDigest) {
        switch self {
        case .capability, .noop, .logout, .startTLS, .idle, .namespace, .check, .close, .unselect,
            .expunge, .delete, .rename, .subscribe, .unsubscribe, .lsub, .getACL, .myRights,
            .getQuota, .getQuotaRoot:
            break
        case .login(let user, _):
            digest.append("user of ")
            digest.append(decimal: UInt64(user.count))
            digest.append(" bytes")
        case .id(let fields):
            fields.describe(into: &digest)
        case .authenticate(let mechanism, let response):
            digest.append(mechanism.span)
            if response != nil { digest.append(" with initial response") }
        case .enable(let capabilities): digest.words(capabilities)
        case .compress: digest.append("DEFLATE")
        case .notify(let notify): notify.describe(into: &digest)
        case .select(let select), .examine(let select): select.appendParameters(to: &digest)
        case .create(_, let uses): if !uses.isEmpty { uses.append(to: &digest) }
        case .list(let list): list.describe(into: &digest)
        case .status(_, let items): items.append(to: &digest)
        case .append(let append): append.describe(into: &digest)
        case .uidExpunge(let set): set.append(to: &digest)
        case .search(let search): search.describe(into: &digest)
        case .multiSearch(let searching): searching.describe(into: &digest)
        case .sort(let sort): sort.describe(into: &digest)
        case .thread(let thread): thread.describe(into: &digest)
        case .uidBatches(let batches): batches.append(to: &digest)
        case .fetch(let fetch): fetch.appendArguments(to: &digest)
        case .store(let store): store.appendArguments(to: &digest)
        case .copy(let copy), .move(let copy): copy.set.append(to: &digest)
        case .replace(let replace): replace.describe(into: &digest)
        case .setACL(let change): change.describe(into: &digest)
        case .deleteACL(_, let identifier), .listRights(_, let identifier):
            digest.append(identifier: identifier)
        case .setQuota(let quota): quota.appendLimits(to: &digest)
        case .getMetadata(let get): get.describe(into: &digest)
        case .setMetadata(let set): set.describe(into: &digest)
        }
    }
}

/// Text that stops growing: one record stays small, whatever the command's length.
struct CommandDigest: ByteSink {
    static let bytesMax = 1024

    fileprivate(set) var text: ShortBytes
    fileprivate(set) var isCut = false
    let tellsSearched: Bool

    fileprivate init(text: ShortBytes, tellsSearched: Bool) {
        self.text = text
        self.tellsSearched = tellsSearched
    }

    /// Appends text with a question mark for each octet that is no printable ASCII, or a quote.
    mutating func append(printable text: Span<UInt8>) {
        for index in text.indices {
            let isPlain = text[index] &- 0x20 < 0x5F && text[index] != UInt8(ascii: "\"")
            append(isPlain ? text[index] : UInt8(ascii: "?"))
        }
    }

    /// Appends a space and a word that is searched for, if such words are told.
    mutating func append(searched word: [UInt8]) {
        guard tellsSearched else { return }
        append(UInt8(ascii: " "))
        append(quoted: word.span)
    }

    mutating func append(_ byte: UInt8) {
        if text.count < Self.bytesMax { text.append(byte) } else { isCut = true }
    }

    fileprivate mutating func words(_ words: [ShortBytes]) {
        for (index, word) in words.enumerated() {
            if index > 0 { append(UInt8(ascii: " ")) }
            append(word)
        }
    }
}
