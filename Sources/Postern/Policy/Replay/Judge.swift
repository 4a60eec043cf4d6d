// Gives recorded commands to a policy; each kind of command of each person is tried once.
import Audit
import Authentication
import Configuration
import Policy
import Proxy

struct Judge {
    /// What the policy says to a command.
    enum Sentence: Equatable {
        case passes
        /// It passes in another form than in the trail.
        case reshaped(String)
        case refused(answer: String, rules: [String])
        /// What was made of the record is no command that the gateway understands.
        case unclear
    }

    private let policy: PolicySet
    private let base: Settings?
    private var people: [Person: Standing] = [:]
    private var unixGroups: [String: Set<String>] = [:]

    fileprivate struct Person: Hashable {
        let user: String
        let client: String?
        let method: String?
        let tls: String?
        let listener: String?
        let certificate: String?
    }

    /// What is known of a person as long as no rule begins or ends to apply.
    fileprivate struct Standing {
        var circumstances: Circumstances
        let from: UnixTime
        let until: UnixTime
        var sentences: [RecordedCommand: Sentence] = [:]
    }

    init(_ policy: PolicySet, like base: Settings?) {
        self.policy = policy
        self.base = base
    }

    /// nil for a record that no policy has a word on.
    mutating func judge(_ entry: TrailEntry) -> Sentence? {
        guard let command = RecordedCommand(entry), var subject = entry.subject,
            let time = entry.moment
        else { return nil }
        if policy.namesUnixGroups { subject.unixGroups = groups(of: subject.user) }
        let person = Person(
            user: subject.user,
            client: entry.client,
            method: entry.method,
            tls: entry.tls,
            listener: entry.listener,
            certificate: entry.subjectOfCertificate
        )
        var standing =
            people[person].flatMap { $0.holds(at: time) ? $0 : nil }
            ?? Standing(subject, at: time, under: policy)
        let sentence = standing.sentences[command] ?? self.sentence(command, standing.circumstances)
        standing.sentences[command] = sentence
        people[person] = standing
        return sentence
    }

    private mutating func groups(of user: String) -> Set<String> {
        if let known = unixGroups[user] { return known }
        let groups = SystemGroups.names(of: user) ?? []
        unixGroups[user] = groups
        return groups
    }

    private func sentence(_ command: RecordedCommand, _ circumstances: Circumstances) -> Sentence {
        do {
            let trial = try Trial(circumstances, under: policy, like: base)
            if let mailbox = command.selected {
                let hearing = trial.select(mailbox)
                if !hearing.answer.hasPrefix("OK ") { return Self.refusal(hearing, in: trial) }
            }
            let hearing = trial.hear(command.text)
            switch hearing.verdict {
            case .allow, .local: return .passes
            case .rewrite: return .reshaped(hearing.decision?.rewrite.map { "\($0.text)" } ?? "")
            case .deny: return Self.refusal(hearing, in: trial)
            case .bad, .disconnect, .wouldDeny, .wouldRewrite, nil: return .unclear
            }
        } catch {
            return .refused(answer: "\(error)", rules: [])
        }
    }

    private static func refusal(_ hearing: Hearing, in trial: Trial) -> Sentence {
        let finding = Finding(hearing, in: trial)
        return .refused(answer: finding.answer, rules: finding.rules.sorted())
    }
}

extension Judge.Standing {
    fileprivate init(_ subject: Subject, at time: UnixTime, under policy: PolicySet) {
        circumstances = Circumstances(subject)
        circumstances.time = time
        from = time
        until = policy.policy(for: subject, at: time).changes ?? .max
    }

    fileprivate func holds(at time: UnixTime) -> Bool { from <= time && time < until }
}
