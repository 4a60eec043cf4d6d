// A command of the client that takes several of the backend: which, in what order, and to what end.
import Bytes
import IMAP
import Policy

/// One of the backend's commands in a plan.
struct Step: Equatable {
    /// What it means when the backend refuses this step.
    enum Refused: Equatable {
        /// The client's command has failed, and no further step is taken.
        case fails
        /// The client's command is done all the same, and no further step is taken.
        case completes
        /// Nothing: the others go on.
        case passes
    }

    let command: Command
    let purpose: Purpose
    let whenRefused: Refused
    /// How many steps may be under way with this one among them.
    let window: Int

    init(
        _ command: Command,
        _ purpose: Purpose = .plain,
        whenRefused: Refused = .fails,
        window: Int = 1
    ) {
        self.command = command
        self.purpose = purpose
        self.whenRefused = whenRefused
        self.window = window
    }
}

/// How the backend is brought to do what no single command of its own does.
struct Plan: Equatable {
    /// What the answers to the steps are for.
    enum Course: Equatable {
        /// The steps are all there is to it.
        case plain
        /// What the backend tells of the mailbox that is being left is of no use to the client.
        case leaving
        /// The numbers of SEARCH become an ESEARCH.
        case searching(KeywordSet<SearchReturn>)
        /// The numbers of SEARCH are the messages to be copied and removed.
        case moving(Copy)
        /// The numbers of SEARCH are the messages that will go; only the record tells them.
        case expunging
        /// The names of LIST and LSUB are told with more than they say.
        case listing(Listing)
        /// The names of LIST and LSUB are what the command's filters mean.
        case surveying(KnownNames)
        /// The names of LIST are told with what the mailboxes are for.
        case askingUses(MailboxUses)
    }

    /// In this order; answers to the first ones may add to them.
    private(set) var steps: [Step]
    /// How many have been sent.
    private(set) var taken = 0
    var course: Course

    init(_ steps: [Step], course: Course = .plain) {
        self.steps = steps
        self.course = course
    }

    /// Whether every step has been sent.
    var isSent: Bool { taken == steps.count }

    mutating func add(_ step: Step) { steps.append(step) }

    mutating func abandonSteps() {
        steps = []
        taken = 0
    }

    /// The next step, if it may go beside those `underWay`.
    fileprivate mutating func takeStep(beside underWay: Int) -> Step? {
        guard !isSent, underWay < steps[taken].window else { return nil }
        taken += 1
        return steps[taken - 1]
    }
}

/// A plan that is being carried out; nothing else is under way with the backend meanwhile.
struct Undertaking: Equatable {
    /// The client's command, answered when the last step is.
    private(set) var asked: Exchange
    /// What the client said, to be judged again when the policy changes.
    let command: Command
    var plan: Plan
    private var underWay = 0
    /// How the client's command ends, as far as the steps have told.
    private(set) var condition = Response.Condition.ok
    private(set) var code: ResponseCode?
    /// What the steps that search have found.
    private(set) var found = FoundNumbers()

    init(_ asked: Exchange, _ command: Command, _ plan: Plan) {
        self.asked = asked
        self.command = command
        self.plan = plan
    }

    var isThrough: Bool { underWay == 0 && plan.isSent }

    /// The next step that may be sent now.
    mutating func takeStep() -> Step? {
        guard let step = plan.takeStep(beside: underWay) else { return nil }
        underWay += 1
        return step
    }

    /// Takes the answer to a step; true when the step has done its part.
    mutating func ended(
        _ exchange: Exchange,
        _ condition: Response.Condition,
        _ code: ResponseCode?
    ) -> Bool {
        underWay -= 1
        asked.number = exchange.number
        asked.messages &+= exchange.messages
        asked.bytes &+= exchange.bytes
        if condition == .ok {
            if let code { asked.note(code) }
            if self.condition == .ok { self.code = code }
            return true
        }
        switch exchange.step {
        case .passes: break
        case .completes: plan.abandonSteps()
        case .fails, nil: fail(condition, code)
        }
        return false
    }

    /// The record tells the messages that were found.
    mutating func recordFound() { for range in found.ranges { asked.uids.note(range) } }

    mutating func collect(_ piece: Span<UInt8>) throws(ResponseError) { try found.collect(piece) }

    /// The client hears a sentence of ours in place of the backend's condition.
    mutating func fail(_ refusal: Refusal) {
        fail(.no)
        asked.purpose = .refusal(refusal)
    }

    mutating func fail(_ condition: Response.Condition, _ code: ResponseCode? = nil) {
        plan.abandonSteps()
        guard self.condition == .ok else { return }
        self.condition = condition
        self.code = code
    }
}
