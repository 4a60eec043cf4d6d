// From verb to argument and back: sends each verb to its family's parser, encoder and digest.
import Bytes

extension Command {
    /// Reads the arguments of `verb` up to the end of the command.
    @inline(__always)
    init(
        _ verb: Verb,
        isUID: Bool,
        from cursor: inout Cursor
    ) throws(SyntaxError) {
        switch verb {
        case .capability: self = .capability
        case .noop: self = .noop
        case .logout: self = .logout
        case .startTLS: self = .startTLS
        case .idle: self = .idle
        case .namespace: self = .namespace
        case .check: self = .check
        case .close: self = .close
        case .unselect: self = .unselect
        case .expunge: self = .expunge
        default:
            try cursor.space()
            self = try Self.withArguments(verb, isUID: isUID, from: &cursor)
        }
        try cursor.end()
    }

    @inline(__always)
    private static func withArguments(
        _ verb: Verb,
        isUID: Bool,
        from cursor: inout Cursor
    ) throws(SyntaxError) -> Command {
        switch verb {
        case .id: .id(try cursor.idFields())
        case .authenticate: try cursor.authenticate()
        case .login: try cursor.login()
        case .enable: .enable(try cursor.capabilities())
        case .compress: try cursor.compress()
        case .notify: .notify(try cursor.notify())
        case .select: .select(try cursor.select())
        case .examine: .examine(try cursor.select())
        case .create: try cursor.create()
        case .delete: .delete(try cursor.mailbox())
        case .rename: try cursor.rename()
        case .subscribe: .subscribe(try cursor.mailbox())
        case .unsubscribe: .unsubscribe(try cursor.mailbox())
        case .list: .list(try cursor.list())
        case .lsub: try cursor.lsub()
        case .status: try cursor.status()
        case .append: .append(try cursor.append())
        case .uidExpunge: .uidExpunge(try cursor.messageSet())
        case .search: .search(try cursor.search(isUID: isUID))
        case .multiSearch: .multiSearch(try cursor.multiSearch())
        case .sort: .sort(try cursor.sort(isUID: isUID))
        case .thread: .thread(try cursor.thread(isUID: isUID))
        case .uidBatches: .uidBatches(try cursor.uidBatches())
        case .fetch: .fetch(try cursor.fetch(isUID: isUID))
        case .store: .store(try cursor.store(isUID: isUID))
        case .copy: .copy(try cursor.copy(isUID: isUID))
        case .move: .move(try cursor.copy(isUID: isUID))
        case .replace: .replace(try cursor.replace(isUID: isUID))
        case .getACL: .getACL(try cursor.mailbox())
        case .setACL: try cursor.setACL()
        case .deleteACL: try cursor.deleteACL()
        case .listRights: try cursor.listRights()
        case .myRights: .myRights(try cursor.mailbox())
        case .getQuota: .getQuota(root: try cursor.quotaRoot())
        case .getQuotaRoot: .getQuotaRoot(try cursor.mailbox())
        case .setQuota: try cursor.setQuota()
        case .getMetadata: try cursor.getMetadata()
        case .setMetadata: try cursor.setMetadata()
        case .capability, .noop, .logout, .startTLS, .idle, .namespace, .check, .close, .unselect,
            .expunge:
            throw cursor.expected(.endOfLine)
        }
    }

    /// Appends the arguments, each with its space in front.
    borrowing func encodeArguments(into encoder: inout CommandEncoder) {
        switch self {
        case .capability, .noop, .logout, .startTLS, .idle, .namespace, .check, .close, .unselect,
            .expunge:
            break
        case .id(let fields): encoder.idFields(fields)
        case .authenticate(let mechanism, let response):
            encoder.authenticate(mechanism, response)
        case .login(let user, let password): encoder.login(user, password)
        case .enable(let capabilities): encoder.capabilities(capabilities)
        case .compress: encoder.append(" DEFLATE")
        case .notify(let notify): notify.encode(into: &encoder)
        case .select(let select), .examine(let select): select.encode(into: &encoder)
        case .create(let mailbox, let uses): encoder.create(mailbox, uses)
        case .delete(let mailbox), .subscribe(let mailbox), .unsubscribe(let mailbox),
            .getACL(let mailbox), .myRights(let mailbox), .getQuota(let mailbox),
            .getQuotaRoot(let mailbox):
            encoder.mailbox(mailbox)
        case .rename(let old, let new):
            encoder.mailbox(old)
            encoder.mailbox(new)
        case .list(let list): list.encode(into: &encoder)
        case .lsub(let reference, let pattern):
            encoder.mailbox(reference)
            encoder.mailbox(pattern)
        case .status(let mailbox, let items):
            encoder.mailbox(mailbox)
            encoder.space()
            items.append(to: &encoder)
        case .append(let append): append.encode(into: &encoder)
        case .uidExpunge(let set):
            encoder.space()
            set.append(to: &encoder)
        case .search(let search): search.encode(into: &encoder)
        case .multiSearch(let searching): searching.encode(into: &encoder)
        case .sort(let sort): sort.encode(into: &encoder)
        case .thread(let thread): thread.encode(into: &encoder)
        case .uidBatches(let batches):
            encoder.space()
            batches.append(to: &encoder)
        case .fetch(let fetch): fetch.encode(into: &encoder)
        case .store(let store): store.encode(into: &encoder)
        case .copy(let copy), .move(let copy): copy.encode(into: &encoder)
        case .replace(let replace): replace.encode(into: &encoder)
        case .setACL(let change): change.encode(into: &encoder)
        case .deleteACL(let mailbox, let identifier), .listRights(let mailbox, let identifier):
            encoder.mailbox(mailbox)
            encoder.space()
            encoder.string(identifier)
        case .setQuota(let quota): quota.encode(into: &encoder)
        case .getMetadata(let get): get.encode(into: &encoder)
        case .setMetadata(let set): set.encode(into: &encoder)
        }
    }
}
