// The user's Unix groups while a session lasts: asked for again when they have grown old.
import Audit
import Bytes
import Policy

/// What is known of the groups.
struct GroupsKnowledge {
    var isKnown: Bool
    /// The name service has been asked and has not answered.
    var isAsked = false
    var expires: Instant
}

extension Phrase {
    static let groupsUnknown: Phrase = "Unix groups can't be told, and a rule must know them"
}

extension Relay {
    /// Whether the next command must wait until the groups are known.
    mutating func awaitsGroups(at now: Instant, into out: inout Outbox) -> Bool {
        guard settings.policy.namesUnixGroups else { return false }
        if groups.isKnown && now < groups.expires { return groups.isAsked }
        askGroups(into: &out)
        return true
    }

    /// Asks at once where a new policy wants to know what the old one did not.
    mutating func reviewGroups(into out: inout Outbox) {
        if settings.policy.namesUnixGroups && !groups.isKnown { askGroups(into: &out) }
    }

    private mutating func askGroups(into out: inout Outbox) {
        guard !groups.isAsked else { return }
        groups.isAsked = true
        out.effects.append(.lookUpGroups(user: subject.user))
    }

    mutating func groupsTold(_ told: Set<String>?, at now: Instant, into out: inout Outbox) {
        guard groups.isAsked, !isFinished else { return }
        groups.isAsked = false
        groups.isKnown = true
        groups.expires = now.advanced(by: settings.authentication.groupsAge)
        if told == nil { missGroups(into: &out) }
        guard !isFinished else { return }
        if let told, told != subject.unixGroups {
            subject.unixGroups = told
            judgeAnew(at: now, into: &out)
        }
        resume(at: now, into: &out)
        endIfDrained(into: &out)
        endIfClientIsDone(into: &out)
    }

    /// Whom the rules are about can't be told: nothing may be done any more.
    private mutating func missGroups(into out: inout Outbox) {
        guard settings.policy.unixGroupsNeed != .enforced else {
            return end(.groupsUnknown, .authorizationDenied, into: &out)
        }
        trail.record(
            trail.event(.authorizationDenied, verdict: .wouldDeny, reason: .groupsUnknown),
            into: &out
        )
    }
}
