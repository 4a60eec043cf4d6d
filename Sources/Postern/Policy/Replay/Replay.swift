// What a policy would have refused of all that a trail says was done.
import Audit
import Policy

/// One command that was done, and would not have been.
struct ReplayInstance: Encodable {
    let seq: UInt64
    let time: String
    let user: String
    let client: String?
    let verb: String
    let args: String?
    let mailbox: String?
    let destination: String?
    let rules: [String]
    let answer: String
}

struct Replay: Encodable {
    /// Which policy was asked.
    let policy: String
    /// Commands that were let through and didn't fail at the mail server.
    private(set) var commands = 0
    private(set) var refused = 0
    private(set) var byRule: [String: Int] = [:]
    private(set) var byUser: [String: Int] = [:]
    private(set) var byMailbox: [String: Int] = [:]
    /// Commands that would have gone to the mail server in another form, by what is changed.
    private(set) var changed: [String: Int] = [:]
    /// Lines that are no records of version 1, or whose command can't be told.
    private(set) var unread = 0
    private(set) var first: [ReplayInstance] = []
    private let firstMax: Int
    /// Refusals of commands whose outcome has not been read yet.
    private var pending: [TrailEntry.Key: ReplayInstance] = [:]
    /// Counted commands under way: an outcome of any other, as of a refused SELECT, counts for nothing.
    private var counted: Set<TrailEntry.Key> = []
    private var judge: Judge

    private enum CodingKeys: String, CodingKey {
        case policy, commands, refused, byRule, byUser, byMailbox, changed, unread, first
    }

    init(_ policy: PolicySet, _ judge: Judge, first firstMax: Int) {
        self.policy = policy.revision
        self.judge = judge
        self.firstMax = firstMax
    }

    /// Takes one line of the trail, without its end.
    mutating func read(_ line: [UInt8]) {
        guard let entry = TrailEntry(line) else {
            unread += 1
            return
        }
        if entry.phase == "outcome", let key = entry.key {
            guard counted.remove(key) != nil else { return }
            end(entry, pending.removeValue(forKey: key))
        } else if entry.isDone {
            weigh(entry)
        } else if entry.isHidden {
            unread += 1
        }
    }

    /// The trail is at its end: what has no outcome was answered by the gateway, or is under way.
    mutating func finish() {
        for instance in pending.values.sorted(by: { $0.seq < $1.seq }) { count(instance) }
        pending = [:]
        first.sort { $0.seq < $1.seq }
        first = Array(first.prefix(firstMax))
    }

    private mutating func end(_ outcome: TrailEntry, _ instance: ReplayInstance?) {
        let hasFailed = outcome.result == "NO" || outcome.result == "BAD"
        if hasFailed { commands -= 1 } else if let instance { count(instance) }
    }

    private mutating func weigh(_ entry: TrailEntry) {
        commands += 1
        if let key = entry.key, entry.verdict != "local" { counted.insert(key) }
        switch judge.judge(entry) {
        case .passes, nil: break
        case .unclear: unread += 1
        case .reshaped(let form):
            if entry.verdict == "allow" { changed[form, default: 0] += 1 }
        case .refused(let answer, let rules):
            let instance = ReplayInstance(entry, answer, rules)
            guard let key = entry.key else { return count(instance) }
            if let other = pending.updateValue(instance, forKey: key) { count(other) }
        }
    }

    private mutating func count(_ instance: ReplayInstance) {
        refused += 1
        for rule in instance.rules { byRule[rule, default: 0] += 1 }
        byUser[instance.user, default: 0] += 1
        for name in Set([instance.mailbox, instance.destination].compactMap { $0 }) {
            byMailbox[name, default: 0] += 1
        }
        // Outcomes come in another order than decisions: some more are kept, and sorted at the end.
        if first.count < firstMax + Self.sessionsMax { first.append(instance) }
    }

    /// As many commands may be under way in front of the first ones.
    private static let sessionsMax = 10_000
}

extension ReplayInstance {
    fileprivate init(_ entry: TrailEntry, _ answer: String, _ rules: [String]) {
        seq = entry.seq
        time = entry.time
        user = entry.user ?? ""
        client = entry.client
        verb = entry.verb ?? ""
        args = entry.args
        mailbox = entry.mailbox?.name
        destination = entry.destination?.name
        self.rules = rules
        self.answer = answer
    }
}
