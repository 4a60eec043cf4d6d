// The table of commands: what is true of every command with one verb, one row a verb.
import Audit
package import IMAP
import Policy

/// A row of the table; the documentation's table is printed from it.
struct CommandRow: Equatable, Sendable {
    let validity: Validity
    let pipelining: Pipelining
    let effect: EffectClass
    let disposition: Disposition
    let event: Event
    /// What the user must have on the selected mailbox.
    private(set) var selected = Demand.none
    /// On the mailbox that the command names: the first one, where there are two.
    private(set) var mailbox = Demand.none
    /// On the mailbox that messages go to, or that a mailbox becomes.
    private(set) var destination = Demand.none

    init(
        _ validity: Validity,
        _ pipelining: Pipelining,
        _ effect: EffectClass,
        _ disposition: Disposition,
        _ event: Event
    ) {
        self.validity = validity
        self.pipelining = pipelining
        self.effect = effect
        self.disposition = disposition
        self.event = event
    }

    fileprivate func needing(
        selected: Rights = .none,
        mailbox: Rights = .none,
        destination: Rights = .none
    ) -> CommandRow {
        var row = self
        row.selected.rights = selected
        row.mailbox.rights = mailbox
        row.destination.rights = destination
        return row
    }

    /// Names the operations that rules can forbid (`operations: { no: [...] }`).
    fileprivate func doing(
        selected: Operations = .none,
        mailbox: Operations = .none,
        destination: Operations = .none
    ) -> CommandRow {
        var row = self
        row.selected.operations = selected
        row.mailbox.operations = mailbox
        row.destination.operations = destination
        return row
    }
}

/// The states a command is valid in (RFC 9051, 3); `authenticated` includes `selected`.
enum Validity: Sendable {
    case any, notAuthenticated, authenticated, selected
}

/// What else may be under way with the backend (RFC 9051, 5.5).
enum Pipelining: Sendable {
    /// A barrier: waits for all before it, and all after wait for it.
    case alone
    /// Means messages by number: waits while a command is pending that may expunge.
    case numbers
    case free
}

/// What a command changes; decides how durable its record must be before it is sent on.
enum EffectClass: Sendable {
    case reading, writing, identity
}

/// What becomes of a command that the policy allows.
enum Disposition: Sendable {
    /// Answered by the gateway; the backend is not asked.
    case local
    /// Encoded anew and sent on.
    case relayed
    /// Sent on, in another form where the rights demand it.
    case rewritten
    /// Refused for every user and mailbox.
    case refused
}

extension Verb {
    var row: CommandRow { Self.rows[Int(rawValue)] }

    /// Whether the command is about the mailbox that is selected.
    package var needsSelection: Bool { row.validity == .selected }

    /// By raw value; made once, since a row is asked for with every command.
    private static let rows = allCases.map(\.description)

    private var description: CommandRow {
        typealias Row = CommandRow
        return switch self {
        case .capability: Row(.any, .alone, .reading, .local, .capability)
        case .noop: Row(.any, .free, .reading, .relayed, .noop)
        case .logout: Row(.any, .alone, .reading, .local, .logout)
        case .id: Row(.any, .alone, .reading, .local, .id)
        case .startTLS: Row(.notAuthenticated, .alone, .identity, .local, .tlsStart)
        // A login that succeeds has a record of its own: as a verb it is recorded when refused.
        case .authenticate, .login:
            Row(.notAuthenticated, .alone, .identity, .local, .authenticationFail)
        case .enable: Row(.authenticated, .alone, .reading, .rewritten, .enable)
        case .idle: Row(.authenticated, .alone, .reading, .relayed, .idle)
        case .namespace: Row(.authenticated, .free, .reading, .local, .namespace)
        // `l` and `r` of every mailbox that is watched, whatever the filters mean.
        case .notify:
            Row(.authenticated, .alone, .reading, .rewritten, .notify)
                .needing(mailbox: [.lookup, .read])
                .doing(mailbox: Operations(.notify))
        case .compress: Row(.authenticated, .alone, .reading, .local, .compress)
        case .select:
            Row(.authenticated, .alone, .reading, .rewritten, .select)
                .needing(mailbox: [.lookup, .read])
        case .examine:
            Row(.authenticated, .alone, .reading, .relayed, .examine)
                .needing(mailbox: [.lookup, .read])
        // `k` is asked of every superior, too.
        case .create:
            Row(.authenticated, .alone, .writing, .relayed, .create)
                .needing(mailbox: [.lookup, .createMailbox])
        // `x` is asked of all that stands below, too.
        case .delete:
            Row(.authenticated, .alone, .writing, .relayed, .delete)
                .needing(mailbox: [.lookup, .deleteMailbox])
                .doing(mailbox: Operations(.delete))
        case .rename:
            Row(.authenticated, .alone, .writing, .relayed, .rename)
                .needing(
                    mailbox: [.lookup, .deleteMailbox],
                    destination: [.lookup, .createMailbox]
                )
                .doing(mailbox: Operations(.rename))
        case .subscribe:
            Row(.authenticated, .alone, .writing, .relayed, .subscribe)
                .needing(mailbox: .lookup)
                .doing(mailbox: Operations(.subscribe))
        case .unsubscribe:
            Row(.authenticated, .alone, .writing, .relayed, .unsubscribe)
                .needing(mailbox: .lookup)
                .doing(mailbox: Operations(.subscribe))
        // `l` is asked of every mailbox in the answer.
        case .list: Row(.authenticated, .free, .reading, .rewritten, .list)
        case .lsub: Row(.authenticated, .free, .reading, .rewritten, .lsub)
        case .status:
            Row(.authenticated, .free, .reading, .relayed, .status)
                .needing(mailbox: [.lookup, .read])
        case .append:
            Row(.authenticated, .alone, .writing, .rewritten, .append)
                .needing(mailbox: [.lookup, .insert])
                .doing(mailbox: Operations(.append))
        case .check:
            Row(.selected, .free, .reading, .rewritten, .check)
                .needing(selected: .read)
        case .close: Row(.selected, .alone, .writing, .rewritten, .close)
        case .unselect: Row(.selected, .alone, .reading, .rewritten, .close)
        case .expunge, .uidExpunge:
            Row(.selected, .alone, .writing, .relayed, .expunge)
                .needing(selected: .expunge)
                .doing(selected: Operations(.expunge))
        // `search-text` and `search-all`, by the keys.
        case .search:
            Row(.selected, .numbers, .reading, .relayed, .search)
                .needing(selected: .read)
                .doing(selected: Operations(.search))
        // Of every mailbox that is searched, whatever the sources mean.
        case .multiSearch:
            Row(.authenticated, .alone, .reading, .rewritten, .multiSearch)
                .needing(mailbox: [.lookup, .read])
                .doing(mailbox: Operations(.search))
        case .sort, .thread:
            Row(.selected, .numbers, .reading, .relayed, .search)
                .needing(selected: .read)
                .doing(selected: [Operations(.search), Operations(.sort)])
        case .uidBatches:
            Row(.selected, .free, .reading, .relayed, .search)
                .needing(selected: .read)
        // `s` for items that set \Seen; without it they are asked for with PEEK. `fetch-text` for
        // items that tell of a message's text.
        case .fetch:
            Row(.selected, .numbers, .reading, .rewritten, .fetch)
                .needing(selected: .read)
        // `s`, `t` and `w`, by the flags; `store-keywords`, where keywords are among them.
        case .store: Row(.selected, .numbers, .writing, .rewritten, .store)
        case .copy:
            Row(.selected, .alone, .writing, .relayed, .copy)
                .needing(selected: .read, destination: [.lookup, .insert])
                .doing(selected: Operations(.copyOut), destination: Operations(.copyIn))
        // Leaving a mailbox is a deletion there.
        case .move:
            Row(.selected, .alone, .writing, .relayed, .move)
                .needing(
                    selected: [.read, .deleteMessages, .expunge],
                    destination: [.lookup, .insert]
                )
                .doing(selected: Operations(.moveOut), destination: Operations(.moveIn))
        // The message that is replaced is expunged.
        case .replace:
            Row(.selected, .alone, .writing, .rewritten, .replace)
                .needing(
                    selected: [.read, .deleteMessages, .expunge],
                    destination: [.lookup, .insert]
                )
                .doing(selected: Operations(.moveOut), destination: Operations(.append))
        case .myRights:
            Row(.authenticated, .free, .reading, .relayed, .aclMine)
                .needing(mailbox: .lookup)
        // `a` is nobody's unless the administrator permits it.
        case .getACL, .listRights:
            Row(.authenticated, .free, .reading, .relayed, .aclGet)
                .needing(mailbox: [.lookup, .administer])
        case .setACL, .deleteACL:
            Row(.authenticated, .alone, .writing, .relayed, .aclSet)
                .needing(mailbox: [.lookup, .administer])
        // Of a root that reads like a mailbox the rights on that mailbox are asked.
        case .getQuota, .getQuotaRoot:
            Row(.authenticated, .free, .reading, .relayed, .quotaGet)
                .needing(mailbox: [.lookup, .read])
        case .setQuota: Row(.authenticated, .alone, .writing, .refused, .quotaSet)
        // RFC 5464, 4.2 and 4.3: and one of `r s w i p`.
        case .getMetadata:
            Row(.authenticated, .free, .reading, .rewritten, .metadataGet)
                .needing(mailbox: .lookup)
                .doing(mailbox: Operations(.metadata))
        case .setMetadata:
            Row(.authenticated, .alone, .writing, .relayed, .metadataSet)
                .needing(mailbox: [.lookup, .write])
                .doing(mailbox: Operations(.metadata))
        }
    }
}

extension Command {
    /// What may be under way with the backend at the same time.
    ///
    /// What `$` is to mean must be settled before a command that uses it is judged.
    var pipelining: Pipelining {
        if savesResult { return .alone }
        let pipelining = verb.row.pipelining
        return pipelining == .numbers && !takesSequenceNumbers ? .free : pipelining
    }
}
