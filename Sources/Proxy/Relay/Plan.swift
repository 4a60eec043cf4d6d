// A command of the client that takes several of the backend: which, in what order, and to what end.
import Bytes
import IMAP

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

    init(_ command: Command, _ purpose: Purpose = .plain, whenRefused: Refused = .fails) {
        self.command = command
        self.purpose = purpose
        self.whenRefused = whenRefused
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
    }

    /// Still to be sent, in this order; answers to those before may add to them.
    private(set) var steps: [Step]
    /// How many may be under way at the same time.
    let window: Int
    var course: Course

    init(_ steps: [Step], window: Int = 1, course: Course = .plain) {
        self.steps = steps
        self.window = window
        self.course = course
    }

    mutating func add(_ step: Step) { steps.append(step) }

    mutating func abandonSteps() { steps = [] }

    fileprivate mutating func takeStep() -> Step? { steps.isEmpty ? nil : steps.removeFirst() }
}

/// A plan that is being carried out; nothing else is under way with the backend meanwhile.
struct Undertaking: Equatable {
    /// The client's command, answered when the last step is.
    private(set) var asked: Exchange
    var plan: Plan
    private var underWay = 0
    /// How the client's command ends, as far as the steps have told.
    private(set) var condition = Response.Condition.ok
    private(set) var code: ResponseCode?

    init(_ asked: Exchange, _ plan: Plan) {
        self.asked = asked
        self.plan = plan
    }

    var isThrough: Bool { underWay == 0 && plan.steps.isEmpty }

    /// The next step that may be sent now.
    mutating func takeStep() -> Step? {
        guard underWay < plan.window, let step = plan.takeStep() else { return nil }
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
            self.code = code
            return true
        }
        switch exchange.step {
        case .passes: break
        case .completes: plan.abandonSteps()
        case .fails, nil: fail(condition, code)
        }
        return false
    }

    mutating func fail(_ condition: Response.Condition, _ code: ResponseCode? = nil) {
        plan.abandonSteps()
        guard self.condition == .ok else { return }
        self.condition = condition
        self.code = code
    }
}
