// Who talks to which PAM helper, who waits, and what happens when a helper is too slow or gone.

/// The pool's bounds.
package struct HelperPoolLimits: Equatable, Sendable {
    /// From the question's arrival to its answer; also how long one conversation may last.
    package var deadline: Duration = .seconds(10)
    /// Questions that wait for a helper, as many as a few helpers answer in time; more are turned away.
    package var waitingMax = 64

    package init() {}
}

/// The pool of one reactor: a state machine that owns no process, socket or clock.
///
/// Moments are microseconds of the driver's monotonic clock. A helper holds one conversation at a
/// time. Who asked is told in time even if the conversation goes on; the helper is killed when the
/// conversation itself is over its deadline, so that a long queue costs no healthy helper its life.
package struct HelperPool {
    package enum Action: Equatable, Sendable {
        /// Send the question to this helper's channel.
        case send(PAMQuestion, helper: Int)
        /// Tell the session what came of its question.
        case answer(session: UInt64, AuthenticationAnswer)
        /// Tell who asked, if anybody waits still, of the user's groups; nil: they can't be told.
        case groups(Set<String>?, of: String, session: UInt64?)
        /// Have the supervisor kill and replace the helper.
        case kill(helper: Int)
    }

    private enum Helper {
        /// Not started yet, or dead, or to be killed: nothing it says counts.
        case absent
        case idle
        case busy(Conversation)
    }

    /// What a question is about, and whose it is.
    private struct Matter {
        /// Nil when nobody waits for the answer any more.
        var session: UInt64?
        /// Whose groups are asked for; nil: it is a login.
        let groupsOf: String?

        func answered(_ answer: AuthenticationAnswer) -> [Action] {
            if let groupsOf { return [.groups(nil, of: groupsOf, session: session)] }
            return session.map { [.answer(session: $0, answer)] } ?? []
        }
    }

    private struct Conversation {
        let question: UInt32
        var matter: Matter
        let askedAt: UInt64
        let startedAt: UInt64
    }

    private struct Waiting {
        let matter: Matter
        let request: PAMRequest
        let askedAt: UInt64
    }

    private let limits: HelperPoolLimits
    private let deadline: UInt64
    private var helpers: [Helper]
    /// In the order of arrival; short, so that removing from the front is cheap.
    private var waiting: [Waiting] = []
    private var lastQuestion: UInt32 = 0

    /// A pool of `helpers` places, each empty until `helperStarted`.
    package init(helpers: Int, limits: HelperPoolLimits = HelperPoolLimits()) {
        self.limits = limits
        deadline = limits.deadline.microseconds
        self.helpers = Array(repeating: .absent, count: max(0, helpers))
    }

    /// A session asks; it has at most one question open.
    package mutating func ask(
        _ request: PAMRequest,
        session: UInt64,
        at now: UInt64
    ) -> [Action] {
        var groupsOf: String?
        if case .groups(let user) = request { groupsOf = user }
        let matter = Matter(session: session, groupsOf: groupsOf)
        guard waiting.count < limits.waitingMax else { return matter.answered(.unavailable) }
        waiting.append(Waiting(matter: matter, request: request, askedAt: now))
        return distribute(at: now)
    }

    /// The session is gone: its question is not asked, or its answer not passed on.
    package mutating func forget(session: UInt64) {
        waiting.removeAll { $0.matter.session == session }
        for index in helpers.indices {
            guard case .busy(let conversation) = helpers[index],
                conversation.matter.session == session
            else { continue }
            leave(conversation, at: index)
        }
    }

    /// A packet came from a helper; one that is no answer to its question costs the helper its life.
    package mutating func received(
        _ packet: Span<UInt8>,
        helper index: Int,
        at now: UInt64
    ) -> [Action] {
        guard helpers.indices.contains(index) else { return [] }
        if case .absent = helpers[index] { return [] }
        guard let reply = PAMReply(packet), case .busy(let conversation) = helpers[index],
            conversation.question == reply.id,
            let answer = Self.answer(reply.answer, to: conversation.matter)
        else { return [.kill(helper: index)] + vacate(index) }
        helpers[index] = .idle
        return answer + distribute(at: now)
    }

    /// What follows from an answer; nil when it is none to such a question.
    private static func answer(_ answer: PAMReply.Answer, to matter: Matter) -> [Action]? {
        switch (answer, matter.groupsOf) {
        case (.judged(let answer), nil): matter.answered(answer)
        case (.judged(.unavailable), .some): matter.answered(.unavailable)
        case (.groups(let groups), let user?): [.groups(groups, of: user, session: matter.session)]
        case (.judged, .some), (.groups, nil): nil
        }
    }

    /// There is a helper at this place, the first or a new one.
    package mutating func helperStarted(_ index: Int, at now: UInt64) -> [Action] {
        guard helpers.indices.contains(index) else { return [] }
        let lost = vacate(index)
        helpers[index] = .idle
        return lost + distribute(at: now)
    }

    /// The helper's channel is closed.
    package mutating func helperEnded(_ index: Int) -> [Action] {
        helpers.indices.contains(index) ? vacate(index) : []
    }

    /// When `expire` is to be called next; nil while nothing is open.
    package var nextDeadline: UInt64? {
        var first = waiting.first?.askedAt
        for helper in helpers {
            guard case .busy(let busy) = helper else { continue }
            let moment = busy.matter.session == nil ? busy.startedAt : busy.askedAt
            first = min(first ?? moment, moment)
        }
        return first.map { later($0) }
    }

    /// Ends what is over its deadline.
    package mutating func expire(at now: UInt64) -> [Action] {
        var actions: [Action] = []
        while let first = waiting.first, later(first.askedAt) <= now {
            actions += first.matter.answered(.unavailable)
            waiting.removeFirst()
        }
        for index in helpers.indices {
            guard case .busy(let conversation) = helpers[index] else { continue }
            if later(conversation.startedAt) <= now {
                actions.append(.kill(helper: index))
                actions += vacate(index)
            } else if conversation.matter.session != nil, later(conversation.askedAt) <= now {
                actions += conversation.matter.answered(.unavailable)
                leave(conversation, at: index)
            }
        }
        return actions
    }

    private mutating func distribute(at now: UInt64) -> [Action] {
        var actions: [Action] = []
        for index in helpers.indices {
            guard case .idle = helpers[index] else { continue }
            guard let next = waiting.first else { break }
            waiting.removeFirst()
            lastQuestion &+= 1
            helpers[index] = .busy(
                Conversation(
                    question: lastQuestion,
                    matter: next.matter,
                    askedAt: next.askedAt,
                    startedAt: now
                )
            )
            actions.append(.send(PAMQuestion(id: lastQuestion, next.request), helper: index))
        }
        return actions
    }

    /// Empties a place; who waits for its answer learns that there will be none.
    private mutating func vacate(_ index: Int) -> [Action] {
        defer { helpers[index] = .absent }
        guard case .busy(let conversation) = helpers[index], conversation.matter.session != nil
        else { return [] }
        return conversation.matter.answered(.unavailable)
    }

    /// The conversation goes on, though nobody waits for its end.
    private mutating func leave(_ conversation: Conversation, at index: Int) {
        var left = conversation
        left.matter.session = nil
        helpers[index] = .busy(left)
    }

    private func later(_ moment: UInt64) -> UInt64 {
        let (sum, overflow) = moment.addingReportingOverflow(deadline)
        return overflow ? .max : sum
    }
}

extension Duration {
    /// Whole microseconds, 0 for what is negative, the largest number for what is longer.
    var microseconds: UInt64 {
        let parts = components
        let (seconds, overflow) = UInt64(clamping: parts.seconds)
            .multipliedReportingOverflow(by: 1_000_000)
        let rest = UInt64(clamping: parts.attoseconds / 1_000_000_000_000)
        return overflow ? .max : seconds.addingReportingOverflow(rest).partialValue
    }
}
