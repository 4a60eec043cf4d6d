// The commands that the backend has not answered yet: whose they are and what their answer means.
import Audit
import Bytes
import IMAP
import Policy

/// What the answer to a command of ours leads to.
enum Purpose: Equatable {
    case plain
    /// Ours alone: collects the names below a mailbox that is to be deleted or renamed.
    case probe
    case select(Selection)
    /// CLOSE and UNSELECT: nothing is selected afterwards.
    case deselect
    /// The client gets this refusal when the backend has answered.
    case refusal(Refusal)
    case fetch(FetchFilter)
    case enable(CapabilitySet)
    case idle
    /// NOTIFY: what is watched once the backend agrees; nil: nothing.
    case notify(Watch?)
    /// ESEARCH: the mailboxes that are searched, whose results may be told.
    case multiSearch([MailboxName])
    /// Ours alone: asks for news while the client idles.
    case poll
    /// STATUS and LIST with STATUS whose answers get the limit for messages; nil: of any mailbox.
    case status(MailboxName?, KeywordSet<StatusItem>)
    /// APPEND, REPLACE, COPY and MOVE: the rights on the target decide what the answer may tell.
    case filing(target: Rights, mayCreate: Bool, readsSources: Bool)
}

/// A command on its way.
struct Exchange: Equatable {
    /// The number of our tag.
    var number: UInt64
    /// Nil for a command of ours alone.
    let tag: Tag?
    let verb: Verb
    let isUID: Bool
    let pipelining: Pipelining
    var purpose: Purpose
    /// Whether `$` is what it finds, once it is answered.
    var savesResult = false
    /// The client asked for rights beside LIST, and the backend was not (RFC 8440).
    var tellsRights = false
    let started: Instant
    /// The command's number in the session.
    let sequence: UInt64
    var removesMessages: Bool { verb == .expunge || verb == .uidExpunge || verb == .move }

    /// What the backend's refusal means for the plan that this is a step of; nil: it is none.
    var step: Step.Refused?
    var messages: UInt64 = 0
    var bytes: UInt64 = 0
    /// Of the messages told of or expunged, as far as the answers name them.
    var uids = UIDLog()
    /// What was told of messages, and of how many of them something of their text.
    var content = FetchContent(rawValue: 0)
    var messagesRead: UInt64 = 0
    /// Message-IDs that were told, each with a line feed behind it; of many the first.
    var messageIDs: [UInt8] = []
    /// What the client sent of an APPEND or REPLACE.
    var filed: [Record.Filed] = []
    /// Where the messages that were filed or copied are, as COPYUID and APPENDUID tell.
    var arrival: Arrival?
}

extension Exchange {
    /// What stands for all the commands that are sent to the backend in the place of one, be it the
    /// client's or, without a tag, one that the relay asks by itself.
    static func undertaken(
        _ verb: Verb,
        tag: Tag? = nil,
        isUID: Bool = false,
        for purpose: Purpose = .plain,
        at started: Instant,
        sequence: UInt64
    ) -> Exchange {
        Exchange(
            number: 0,
            tag: tag,
            verb: verb,
            isUID: isUID,
            pipelining: .alone,
            purpose: purpose,
            started: started,
            sequence: sequence
        )
    }

    /// Notes where messages have come to, and which they were here.
    mutating func note(_ code: ResponseCode) {
        switch code {
        case .appendUID(let validity, let uids) where arrival == nil:
            arrival = Arrival(validity: validity, uids: uids)
        case .copyUID(let validity, let source, let target) where arrival == nil:
            arrival = Arrival(validity: validity, uids: target)
            if uids == UIDLog() { source.ranges.indices.forEach { uids.note(source.ranges[$0]) } }
        default: break
        }
    }
}

/// The UIDs of messages in the mailbox that they came to.
struct Arrival: Equatable {
    let validity: UInt32
    let uids: MessageSet
}

/// The table of commands in flight, in the order in which they were sent.
struct InFlight {
    /// More than any client keeps under way; Dovecot queues four of them itself.
    static let countMax = 8

    private(set) var exchanges: [Exchange] = []
    /// What a FETCH response may hold, for all FETCH commands in flight together.
    private(set) var fetchFilter = FetchFilter.unsolicited

    var isEmpty: Bool { exchanges.isEmpty }

    /// Whether a command of this class may be sent now (RFC 9051, 5.5).
    ///
    /// A command that means messages by number waits for all that may tell of expunged ones.
    func admits(_ pipelining: Pipelining) -> Bool {
        if exchanges.isEmpty { return true }
        guard pipelining != .alone, exchanges.count < Self.countMax else { return false }
        for exchange in exchanges {
            switch exchange.pipelining {
            case .alone: return false
            case .free where pipelining == .numbers: return false
            case .free, .numbers: continue
            }
        }
        return true
    }

    func holds(_ tag: Tag) -> Bool { exchanges.contains { $0.tag == tag } }

    mutating func insert(_ exchange: Exchange) {
        exchanges.append(exchange)
        if case .fetch = exchange.purpose { refreshFilter() }
    }

    /// Takes the command with our tag out; nil when no such command was sent.
    mutating func remove(_ number: UInt64) -> Exchange? {
        guard let index = exchanges.firstIndex(where: { $0.number == number }) else { return nil }
        let isLast = index == exchanges.count - 1
        let exchange = isLast ? exchanges.removeLast() : exchanges.remove(at: index)
        if case .fetch = exchange.purpose { refreshFilter() }
        return exchange
    }

    /// The oldest command with one of `verbs`, which untagged data belongs to.
    func first(_ verb: Verb) -> Exchange? { exchanges.first { $0.verb == verb } }

    func contains(_ verb: Verb) -> Bool { exchanges.contains { $0.verb == verb } }

    /// The client's tag of our command `number`, if it has this verb.
    func tag(of number: UInt64, _ verb: Verb) -> Tag? {
        exchanges.first { $0.number == number && $0.verb == verb }?.tag
    }

    /// What the pending SELECT or EXAMINE would select.
    var pendingSelection: Selection? {
        for exchange in exchanges {
            if case .select(let selection) = exchange.purpose { return selection }
        }
        return nil
    }

    /// Holds the mailbox that is being selected against a new policy.
    mutating func refreshSelection(under policy: UserPolicy) {
        for index in exchanges.indices {
            guard case .select(let selection) = exchanges[index].purpose else { continue }
            exchanges[index].purpose = .select(selection.toldAnew(under: policy))
        }
    }

    /// Whether a LIST is under way that the gateway tells rights for.
    var tellsRights: Bool { exchanges.contains { $0.tellsRights } }

    /// What of the STATUS of a mailbox was asked for by a command that asked for its limit; nil
    /// when none did.
    func statusItems(of name: MailboxName) -> KeywordSet<StatusItem>? {
        for exchange in exchanges {
            guard case .status(let asked, let items) = exchange.purpose else { continue }
            if asked == nil || asked == name { return items }
        }
        return nil
    }

    var isProbing: Bool { exchanges.contains { $0.purpose == .probe } }

    /// Counts a message that was told of for the oldest FETCH, or the oldest STORE without one.
    mutating func count(told message: FetchSummary) {
        let fetching = exchanges.firstIndex { $0.verb == .fetch }
        guard let index = fetching ?? exchanges.firstIndex(where: { $0.verb == .store }) else {
            return
        }
        exchanges[index].messages &+= 1
        exchanges[index].bytes &+= message.bodyBytes
        exchanges[index].content.formUnion(message.content)
        if !message.content.isDisjoint(with: .body) { exchanges[index].messagesRead &+= 1 }
        if let uid = message.uid { exchanges[index].uids.note(MessageRange(uid, uid)) }
    }

    /// What one command's record keeps of Message-IDs, in bytes: enough to know what was read, when
    /// a client synchronises the UIDs tell.
    private static let messageIDBytesMax = 512

    /// Notes the Message-ID of a message that is told of, for the oldest FETCH.
    mutating func note(messageID: Span<UInt8>) {
        guard let index = indexOfFetchWithRoom(),
            exchanges[index].messageIDs.count + messageID.count < Self.messageIDBytesMax
        else { return }
        exchanges[index].messageIDs.append(messageID)
        exchanges[index].messageIDs.append(UInt8(ascii: "\n"))
    }

    /// Has the Message-ID noted, for the oldest FETCH, where text that streams to the client tells it.
    mutating func note(passing text: Span<UInt8>, by transcoder: inout FetchTranscoder) {
        guard let index = indexOfFetchWithRoom() else { return }
        let bytesMax = Self.messageIDBytesMax
        transcoder.passed(text, into: &exchanges[index].messageIDs, bytesMax: bytesMax)
    }

    /// The text that streamed is at its end.
    mutating func noteTextEnd(by transcoder: inout FetchTranscoder) {
        guard let index = indexOfFetchWithRoom() else { return }
        transcoder.textEnded(into: &exchanges[index].messageIDs)
    }

    /// The oldest FETCH, with room for Message-IDs.
    private mutating func indexOfFetchWithRoom() -> Int? {
        guard let index = exchanges.firstIndex(where: { $0.verb == .fetch }) else { return nil }
        if exchanges[index].messageIDs.isEmpty {
            exchanges[index].messageIDs.reserveCapacity(Self.messageIDBytesMax)
        }
        return index
    }

    /// Notes what COPYUID or APPENDUID in an untagged OK says of the oldest command that files.
    mutating func note(_ code: ResponseCode) {
        let verbs: [Verb] = [.move, .copy, .replace]
        guard let index = exchanges.firstIndex(where: { verbs.contains($0.verb) }) else { return }
        exchanges[index].note(code)
    }

    /// Notes the UIDVALIDITY of the mailbox that is being selected; false: none is.
    mutating func note(uidValidity: UInt32) -> Bool {
        for index in exchanges.indices {
            guard case .select(var selection) = exchanges[index].purpose else { continue }
            selection.uidValidity = uidValidity
            exchanges[index].purpose = .select(selection)
            return true
        }
        return false
    }

    /// Counts messages that are gone for the oldest command that removes some; their UIDs are
    /// known where VANISHED tells them.
    mutating func count(removed messages: UInt64, uids: MessageRange? = nil) {
        guard let index = exchanges.firstIndex(where: { $0.removesMessages }) else { return }
        exchanges[index].messages &+= messages
        if let uids { exchanges[index].uids.note(uids) }
    }

    /// Notes a message that went to the backend with our command `number`.
    mutating func note(_ filed: Record.Filed, of number: UInt64) {
        guard let index = exchanges.firstIndex(where: { $0.number == number }) else { return }
        exchanges[index].filed.append(filed)
        exchanges[index].bytes &+= filed.bytes
    }

    /// Counts messages that were announced with our command `number`.
    mutating func count(messages: UInt64, of number: UInt64) {
        guard let index = exchanges.firstIndex(where: { $0.number == number }) else { return }
        exchanges[index].messages &+= messages
    }

    /// Whether a FETCH is under way, whose answers another one's filter would change.
    var isFetching: Bool { contains(.fetch) }

    /// Has every FETCH that asks for text fail; false when there is none.
    mutating func refuseFetches(_ refusal: Refusal) -> Bool {
        var hasAny = false
        for index in exchanges.indices {
            guard case .fetch(let filter) = exchanges[index].purpose, filter.tellsAnyText else {
                continue
            }
            exchanges[index].purpose = .refusal(refusal)
            hasAny = true
        }
        if hasAny { refreshFilter() }
        return hasAny
    }

    /// Whether the answers to a FETCH under way are renamed.
    var isRenaming: Bool { !fetchFilter.renames.isEmpty }

    mutating func removeAll() { exchanges.removeAll() }

    mutating func setPurpose(_ purpose: Purpose, of number: UInt64) {
        guard let index = exchanges.firstIndex(where: { $0.number == number }) else { return }
        exchanges[index].purpose = purpose
    }

    private mutating func refreshFilter() {
        fetchFilter = .unsolicited
        for exchange in exchanges {
            guard case .fetch(let filter) = exchange.purpose else { continue }
            fetchFilter.formUnion(filter)
        }
    }
}
