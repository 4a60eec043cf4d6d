// What mailboxes are for, where rules go by that: asked again when it may have changed, before the
// next command is judged.
import Audit
import Bytes
import IMAP
import Policy

/// How far the backend's word on what mailboxes are for can be relied on.
struct UsesKnowledge {
    /// A mailbox that somebody else marks is judged by its mark after so long.
    static let ageMax: Duration = .seconds(5 * 60)

    var demand = UsesDemand.none
    /// What the demand comes to at this backend.
    var need = PolicyNeed.none
    /// Something has happened to mailboxes since.
    var isStale = false
    var expires = Instant.max

    /// Whether the backend is to be asked as soon as possible.
    var wantsAnswer: Bool { need != .none && isStale }

    func mustAsk(at now: Instant) -> Bool { need != .none && (isStale || now >= expires) }
}

extension Relay {
    /// Whether the next command must wait until the backend has said what mailboxes are for.
    mutating func awaitsUses(at now: Instant, into out: inout Outbox) -> Bool {
        guard uses.mustAsk(at: now) else { return isAskingUses }
        uses.isStale = true
        renewUses(at: now, into: &out)
        // Nothing is under way where the backend doesn't know the question.
        return uses.wantsAnswer || isAskingUses || isFinished
    }

    /// Whether rules in force can't be held against mailboxes before the backend has answered.
    var lacksUses: Bool { uses.need == .enforced && backend.names.uses == nil }

    private var isAskingUses: Bool {
        guard isUndertaking, uses.need != .none, let undertaking else { return false }
        return undertaking.plan.course.isAskingUses
    }

    /// How much the policy depends on what mailboxes are for.
    mutating func weighUses() {
        uses.demand = backend.usesDemand(of: settings.policy, for: subject)
        uses.need = uses.demand.need(at: backend.capabilities)
    }

    /// Holds what is known against what a policy wants to know.
    mutating func reviewUses(at now: Instant, into out: inout Outbox) {
        weighUses()
        // What was refused in a rehearsal must be known now.
        if lacksUses && !isAskingUses { uses.isStale = true }
        if lacksUses, let current = undertaking, !isAskingUses, current.plan.course != .leaving {
            failPlan(current)
        }
        guard uses.mustAsk(at: now), !isFinished else { return }
        uses.isStale = true
        renewUses(at: now, into: &out)
        if uses.wantsAnswer { interruptIdle(into: &out) }
    }

    /// Asks the backend, as soon as nothing else is under way.
    mutating func renewUses(at now: Instant, into out: inout Outbox) {
        guard uses.wantsAnswer, mayAskBackend else { return }
        uses.isStale = false
        uses.expires = now.advanced(by: UsesKnowledge.ageMax)
        guard backend.capabilities.tellsUses else { return missUses(into: &out) }
        let list = List(selection: [.specialUse], patterns: [[UInt8(ascii: "*")]])
        let asked = Exchange.undertaken(.list, at: now, sequence: trail.sequence)
        let plan = Plan([Step(.list(list))], course: .askingUses(MailboxUses()))
        undertaking = Undertaking(asked, .list(list), plan)
        goOn(at: now, into: &out)
    }

    /// Takes an answer to that question; false when it is another's.
    mutating func note(usesOf entry: ListEntry, _ name: MailboxName) -> Bool {
        let marks = SpecialUses(entry.attributes)
        guard var current = undertaking, case .askingUses(var found) = current.plan.course else {
            // What a client hears of in passing counts as well.
            let counting = uses.demand.concerned(by: marks)
            if let known = backend.names.uses, !known.tells(counting, of: name.canonical) {
                uses.isStale = true
            }
            return false
        }
        // Lent and given back, so that its tables are changed in place.
        undertaking = nil
        current.plan.course = .plain
        found.note(name.canonical, marks)
        current.plan.course = .askingUses(found)
        undertaking = current
        return true
    }

    /// What this session does to mailboxes may change what they are for.
    ///
    /// It makes none that shows the messages of others, and can't rename one that does.
    mutating func settleUses(after exchange: Exchange, _ condition: Response.Condition) {
        guard condition == .ok, uses.demand.rules != .none else { return }
        switch exchange.verb {
        case .create, .delete, .rename: uses.isStale = true
        default: break
        }
    }

    /// The backend has answered: what was judged by what it said before is judged anew.
    mutating func usesTold(_ ended: Undertaking, at now: Instant, into out: inout Outbox) {
        if case .askingUses(let found) = ended.plan.course, ended.condition == .ok, !found.isCut {
            if backend.names.uses != found {
                backend.names.uses = found
                judgeAnew(at: now, into: &out)
            }
        } else {
            missUses(into: &out)
        }
        guard !isFinished else { return }
        renewWatch(at: now, into: &out)
        if undertaking == nil { resumeIdle(at: now, into: &out) }
    }

    /// What a rule would take can't be told: nothing may be done any more.
    private mutating func missUses(into out: inout Outbox) {
        guard uses.need == .enforced else {
            return trail.recordUnknownUses(into: &out)
        }
        end("Mail server does not say what mailboxes are for", .backendLogin, into: &out)
    }
}

extension Plan.Course {
    fileprivate var isAskingUses: Bool { if case .askingUses = self { true } else { false } }
}
