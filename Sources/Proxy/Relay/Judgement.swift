// What becomes of a command: the verdicts of imap-enforcement, section 0, as values.
import Audit
import Bytes
import IMAP
import Policy

/// The decision about one command.
enum Judgement: Equatable {
    /// The gateway answers by itself; the backend is not asked.
    case local(LocalAnswer, Grounds = Grounds())
    case refuse(Refusal, Grounds, deselects: Bool = false)
    /// OK without effect, where the administrator wants clients to be spared a NO.
    case ignore(Grounds)
    /// The names below this mailbox must be known first.
    case probe(MailboxName)
    case forward(Forward)
}

enum LocalAnswer: Equatable {
    case capability, id, namespace, logout, compress
    /// The answer to a LIST or LSUB with an empty pattern: the delimiter.
    case delimiter(Verb)
    /// MYRIGHTS at a backend without access control lists.
    case myRights(MailboxName)
    /// ENABLE of modes that are the gateway's own, or of none.
    case enabled(CapabilitySet)
}

/// The mailboxes that a decision was about.
struct Grounds: Equatable {
    private let place = InPlace()
    var mailbox: Access?
    var destination: Access?
    /// What CATENATE reads.
    var sources: [Source] = []
    /// What NOTIFY watches or ESEARCH searches: the mailboxes that may be read, and those named
    /// that may not.
    var watched: [Access] = []
    /// A mailbox that the command does not name, for whose sake it is refused.
    var implied: [Access] = []

    init(_ mailbox: Access? = nil, _ destination: Access? = nil) {
        self.mailbox = mailbox
        self.destination = destination
    }

    init(watching watched: [Access]) { self.watched = watched }

    /// What the rules that stand against the command tell the client; empty: nothing.
    ///
    /// Of several the one with the first id speaks, so that the order of rules never matters.
    fileprivate var message: String {
        let named = [mailbox, destination].compactMap { $0 }
        let accesses = named + sources.map(\.access) + implied
        let speakers = accesses.flatMap(\.reasons).filter { !$0.message.isEmpty }
        return speakers.min { $0.id < $1.id }?.message ?? ""
    }
}

extension Refusal {
    /// The refusal as the client hears it: in the words of the rule that it comes from.
    ///
    /// Of what is hidden nothing may be said but that it does not exist.
    func worded(by grounds: Grounds) -> Refusal {
        code == Refusal.noPermission.code || self == .volumeSpent ? saying(grounds.message) : self
    }
}

/// A command that may pass, as it goes to the backend.
struct Forward: Equatable {
    var command: Command
    /// Big and seldom there: kept elsewhere, so that judgements stay small.
    private var boxedPlan: Boxed<Plan>?
    /// What is sent in its place, where no single command of the backend will do.
    var plan: Plan? {
        get { boxedPlan?.value }
        set { boxedPlan = newValue.map(Boxed.boxed) }
    }
    /// Asked without taking it out, which would copy as much for no plan as for one.
    var hasPlan: Bool { if case .some = boxedPlan { true } else { false } }
    var purpose = Purpose.plain
    var grounds: Grounds
    /// What was changed, for the record.
    var rewrite: Phrase?
    /// Whether the record must be durable first, beyond what the verb demands.
    var isWriting: Bool

    init(_ command: Command, _ grounds: Grounds = Grounds(), purpose: Purpose = .plain) {
        self.command = command
        self.grounds = grounds
        self.purpose = purpose
        isWriting = command.verb.row.effect == .writing
    }

    /// Whether the backend gets the same, and the client as much of the answer.
    func sendsTheSame(as other: Forward) -> Bool {
        command == other.command && boxedPlan == other.boxedPlan && purpose == other.purpose
    }
}
