// The core's values in the words of the trail and of the client.
import Audit
import Bytes
import IMAP

extension Command {
    /// The verb as the client gave it, `UID ` included.
    var phrase: Phrase {
        guard isUID else { return Phrase(verb.spelling) }
        return switch verb {
        case .fetch: "UID FETCH"
        case .search: "UID SEARCH"
        case .sort: "UID SORT"
        case .thread: "UID THREAD"
        case .store: "UID STORE"
        case .copy: "UID COPY"
        case .move: "UID MOVE"
        case .replace: "UID REPLACE"
        default: Phrase(verb.spelling)
        }
    }
}

extension MessageContent {
    init(_ content: FetchContent) {
        self.init()
        guard !content.isEmpty else { return }
        if content.contains(.whole) { formUnion(.whole) }
        if content.contains(.header) { formUnion(.header) }
        if content.contains(.text) { formUnion(.text) }
        if content.contains(.part) { formUnion(.part) }
        if content.contains(.envelope) { formUnion(.envelope) }
        if content.contains(.structure) { formUnion(.structure) }
        if content.contains(.preview) { formUnion(.preview) }
    }
}

extension Exchange {
    /// How much the command read; nil when it told nothing of messages' contents.
    var extent: ReadingExtent? {
        if content.isEmpty { return nil }
        return messagesRead == 0 ? .headers : messagesRead == 1 ? .single : .bulk
    }
}

extension ParseFailure {
    var event: Event { reason == .unknownCommand ? .vendorRefused : .malformed }

    /// The verb, where it is one that the gateway knows, be it to refuse it.
    var phrase: Phrase? { refused.map { Phrase($0.spelling) } }
}

extension CommandFragmenter.Violation {
    /// What the client hears before the connection is closed.
    var farewell: Phrase {
        switch self {
        case .lineTooLong: "Command line is too long"
        case .literalTooLong: "Literal is too large"
        case .tooManyLiterals: "Too many literals in one command"
        case .bareCR, .bareLF, .nul, .malformedLiteral, .misplacedLine: "Malformed command"
        }
    }

    var event: Event {
        switch self {
        case .lineTooLong, .literalTooLong, .tooManyLiterals: .limit
        case .bareCR, .bareLF, .nul, .malformedLiteral, .misplacedLine: .smuggling
        }
    }
}

extension ResponseCode {
    /// The code's name for the record; its arguments stand in the client's answer only.
    var phrase: Phrase? {
        switch self {
        case .bare(let code): Phrase(code.spelling)
        case .appendUID: "APPENDUID"
        case .copyUID: "COPYUID"
        case .modified: "MODIFIED"
        case .highestModSeq: "HIGHESTMODSEQ"
        case .mailboxID: "MAILBOXID"
        case .messageLimit: "MESSAGELIMIT"
        default: nil
        }
    }
}

extension Limits {
    var beforeLogin: CommandFragmenter.Limits {
        var limits = CommandFragmenter.Limits.beforeAuthentication
        limits.lineBytesMax = unauthenticatedBytesMax
        limits.commandBytesMax = unauthenticatedBytesMax
        return limits
    }

    var afterLogin: CommandFragmenter.Limits {
        var limits = CommandFragmenter.Limits.afterAuthentication
        limits.lineBytesMax = lineBytesMax
        limits.literalBytesMax = literalBytesMax
        limits.commandBytesMax = commandLiteralBytesMax
        return limits
    }
}

extension BackendLiterals {
    init(_ capabilities: CapabilitySet) {
        self =
            capabilities.contains(.literalPlus)
            ? .literalPlus : capabilities.contains(.literalMinus) ? .literalMinus : .synchronizing
    }
}

extension Instant {
    /// This moment and `duration` later, in microseconds; never past the clock's end.
    func advanced(by duration: Duration) -> Instant {
        let parts = duration.components
        let seconds = UInt64(clamping: parts.seconds)
        let micros = UInt64(clamping: parts.attoseconds / 1_000_000_000_000)
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        return overflow ? .max : self &+ Swift.min(whole &+ micros, .max - self)
    }
}
