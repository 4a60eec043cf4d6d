// Every sentence that a client reads. None of it comes from a backend or from another client.
package import Audit
import Bytes
import IMAP

/// Why a command is refused, as a client sees it.
package struct Refusal: Equatable, Sendable {
    package enum Status: Equatable, Sendable { case no, bad }

    package let status: Status
    /// The response code without brackets.
    package let code: Phrase?
    package let text: Phrase
    /// What a rule says to the client in place of `text`; empty: nothing.
    package private(set) var message = ""

    /// The same, in the words of a rule.
    func saying(_ message: String) -> Refusal {
        var refusal = self
        refusal.message = message
        return refusal
    }

    package static func no(_ code: Phrase?, _ text: Phrase) -> Refusal {
        Refusal(status: .no, code: code, text: text)
    }

    package static func bad(_ text: Phrase, code: Phrase? = nil) -> Refusal {
        Refusal(status: .bad, code: code, text: text)
    }

    /// The same for every verb and whether or not the mailbox exists: existence is no oracle.
    static let nonexistent = Refusal.no("NONEXISTENT", "Mailbox does not exist")
    static let noPermission = Refusal.no("NOPERM", "Access denied by policy")
    static let readOnly = Refusal.no("NOPERM", "Mailbox is read-only by policy")
    static let invalidName = Refusal.no("CANNOT", "Invalid mailbox name")
    static let unknownCommand = Refusal.bad("Unknown or disabled command")
    static let malformed = Refusal.bad("Malformed command")
    static let tagInUse = Refusal.bad("Tag is in use by an unanswered command")
    static let uidRequired = Refusal.bad("Message numbers are disabled", code: "UIDREQUIRED")
    static let badCharset = Refusal.no("BADCHARSET (US-ASCII UTF-8)", "Unsupported charset")
    static let notSaved = Refusal.no("NOTSAVED", "The last search was refused and not saved")
    static let askedTwice = Refusal.bad("One text is asked for under two names")
    static let nothingSelected = Refusal.bad("No mailbox selected")
    static let wrongState = Refusal.bad("Command is not allowed in this state")
    static let tlsRequired = Refusal.no("PRIVACYREQUIRED", "Log in after STARTTLS only")
    static let inUse = Refusal.no("INUSE", "Mailbox is selected in this session")
    static let inbox = Refusal.no("CANNOT", "INBOX can be neither created, deleted nor renamed")
    static let hasChildren = Refusal.no("HASCHILDREN", "Mailbox has children that must stay")
    /// In the words for a backend that refuses: a mailbox that must not show is in the way.
    static let undeletable = Refusal.no("CANNOT", "DELETE refused by the mail server")
    static let unmovable = Refusal.no("CANNOT", "RENAME refused by the mail server")
    static let moveUnfinished = Refusal.no(nil, "Messages were copied, and are still here, too")
    static let tooBig = Refusal.no("TOOBIG", "Message is larger than this server takes")
    static let emptyMessage = Refusal.no("CANNOT", "Message is empty")
    /// Whether the source is hidden, missing or not to be read is the same to a client.
    static let badURL = Refusal.no("BADURL", "A URL leads to nothing that can be filed")
    static let literalTooBig = Refusal.bad("Literal is too large", code: "TOOBIG")
    static let unavailable = Refusal.no("UNAVAILABLE", "Service is temporarily unavailable")
    static let badCredentials = Refusal.no("AUTHENTICATIONFAILED", "Authentication failed")
    static let unauthorized = Refusal.no("AUTHORIZATIONFAILED", "Not authorized")
    static let expired = Refusal.no("EXPIRED", "Password or account has expired")
    static let contactAdministrator = Refusal.no("CONTACTADMIN", "Account is disabled")
    static let throttled = Refusal.no("LIMIT", "Too many failed logins, try again later")
    static let cancelled = Refusal.bad("Authentication cancelled")
    static let malformedResponse = Refusal.bad("Malformed authentication response")
    static let unknownMechanism = Refusal.no("CANNOT", "Unsupported authentication mechanism")
    static let compressing = Refusal.no("COMPRESSIONACTIVE", "Compression is active already")
    /// RFC 5465, 5.5: with the events that there are.
    static let badEvent = Refusal.no(
        "BADEVENT (MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange)",
        "Event is not supported"
    )
    static let tooManyWatched = Refusal.no("NOTIFICATIONOVERFLOW", "Too many mailboxes to watch")
    static let compressionFull = Refusal.no("LIMIT", "Too many sessions compress already")
    static let tooManySearched = Refusal.no("LIMIT", "Too many mailboxes to search")
    static let volumeSpent = Refusal.no("LIMIT", "As much was fetched as the policy allows")
    static let expectedDone = Refusal.bad("Expected DONE")
}

extension Buffer {
    /// Appends `tag NO [CODE] text`.
    mutating func append(_ refusal: Refusal, tag: Tag) {
        tag.append(to: &self)
        append(refusal.status == .no ? " NO " : " BAD ")
        guard refusal.message.isEmpty else {
            return append(code: refusal.code, message: refusal.message)
        }
        append(code: refusal.code, text: refusal.text)
    }

    /// Appends `* BAD text` for a command whose tag cannot be read.
    mutating func appendUntagged(_ refusal: Refusal) {
        append(refusal.status == .no ? "* NO " : "* BAD ")
        append(code: refusal.code, text: refusal.text)
    }

    /// Appends `tag OK [CODE] VERB completed`.
    mutating func appendOK(_ tag: Tag, code: Phrase? = nil, _ verb: Phrase) {
        tag.append(to: &self)
        append(" OK ")
        if let code {
            append("[")
            append(code.text)
            append("] ")
        }
        append(verb.text)
        append(" completed\r\n")
    }

    mutating func appendBye(_ text: Phrase, code: Phrase? = nil) {
        append("* BYE ")
        append(code: code, text: text)
    }

    private mutating func append(code: Phrase?, text: Phrase) {
        append(code: code)
        append(text.text)
        append("\r\n")
    }

    private mutating func append(code: Phrase?, message: String) {
        append(code: code)
        append(text: message)
        append("\r\n")
    }

    private mutating func append(code: Phrase?) {
        guard let code else { return }
        append("[")
        append(code.text)
        append("] ")
    }
}
