// Plays the cases of a policy, each in a session of its own.
import Audit
import Configuration
import Policy
import Proxy

/// What came of one case.
struct CaseResult {
    let example: PolicyCase
    /// What is otherwise than the case says, a line each; empty: nothing.
    let complaints: [String]
    /// The rules that had a part in the decision.
    let exercised: Set<String>
}

/// The cases of one policy, played.
struct CaseRun {
    let policy: PolicySet
    let results: [CaseResult]

    init(_ cases: [PolicyCase], of policy: PolicySet, like base: Settings? = nil) {
        self.policy = policy
        results = cases.map { Self.play($0, under: policy, like: base) }
    }

    var failed: [CaseResult] { results.filter { !$0.complaints.isEmpty } }

    /// Rules that could be deleted, and every case would still pass.
    var rulesWithoutCase: [Rule] {
        let exercised = results.reduce(into: Set<String>()) { $0.formUnion($1.exercised) }
        return policy.rules.filter { !exercised.contains($0.id) }
    }

    private static func play(
        _ example: PolicyCase,
        under policy: PolicySet,
        like base: Settings?
    ) -> CaseResult {
        do {
            let trial = try Trial(example.circumstances, under: policy, like: base)
            if let mailbox = example.selected {
                let answer = trial.select(mailbox).answer
                guard answer.hasPrefix("OK ") else {
                    throw Trial.Failure(description: "\"\(mailbox)\" can't be selected: \(answer)")
                }
            }
            let finding = Finding(trial.hear(example.command), in: trial)
            return CaseResult(
                example: example,
                complaints: finding.complaints(against: example.expected),
                exercised: finding.exercised
            )
        } catch {
            return CaseResult(example: example, complaints: ["\(error)"], exercised: [])
        }
    }
}

/// A hearing in the words of an expectation.
struct Finding {
    let verdict: String
    let answer: String
    /// Rules that took what the command needs.
    let rules: Set<String>
    /// Rules in report mode that would have taken it, or have made it pass in another form.
    let rehearsed: Set<String>
    /// Rules that bound how much it may fetch.
    let meters: Set<String>
    /// Rules on account of which it passes in another form.
    let reshaping: Set<String>

    init(_ hearing: Hearing, in trial: Trial) {
        verdict = hearing.verdict?.rawValue ?? "none"
        answer = hearing.answer
        let real = hearing.decisions.filter { !$0.isRehearsal }
        let mailboxes = real.flatMap(\.mailboxes)
        rules = Set(mailboxes.flatMap(\.rules))
        let decisions = mailboxes.compactMap { trial.decision(on: $0) }
        meters =
            hearing.decision?.event == .fetch ? Set(decisions.flatMap(\.meters).map(\.id)) : []
        reshaping = hearing.verdict == .rewrite ? Self.takers(decisions) : []
        var rehearsed: Set<String> = []
        for record in hearing.decisions where record.isRehearsal {
            rehearsed.formUnion(record.mailboxes.flatMap(\.rules))
            guard record.verdict == .wouldRewrite else { continue }
            let left = record.mailboxes.compactMap { trial.decision(on: $0, rehearsed: true) }
            rehearsed.formUnion(Self.takers(left))
        }
        self.rehearsed = rehearsed.subtracting(rules).subtracting(Self.takers(decisions))
    }

    /// The rules that took any right at all.
    private static func takers(_ decisions: [Decision]) -> Set<String> {
        Set(decisions.flatMap { $0.rules(taking: .full.subtracting($0.rights)) })
    }

    var exercised: Set<String> { rules.union(meters).union(reshaping).union(rehearsed) }

    func complaints(against expected: PolicyCase.Expectation) -> [String] {
        var complaints: [String] = []
        if verdict != expected.verdict.rawValue {
            complaints.append("expected \(expected.verdict.rawValue), got \(verdict): \(answer)")
        }
        complaints += Self.complaint("by", expected.rules, rules)
        complaints += Self.complaint("would-deny by", expected.rehearsed, rehearsed)
        complaints += Self.complaint("metered by", expected.meters, meters)
        if let wanted = expected.answer, wanted != answer {
            complaints.append("expected the answer \"\(wanted)\", got \"\(answer)\"")
        }
        return complaints
    }

    private static func complaint(
        _ what: String,
        _ expected: Set<String>?,
        _ found: Set<String>
    ) -> [String] {
        guard let expected, expected != found else { return [] }
        return ["expected \(what) \(words(expected)), got \(what) \(words(found))"]
    }

    private static func words(_ ids: Set<String>) -> String {
        ids.isEmpty ? "no rule" : ids.sorted().joined(separator: " ")
    }
}

extension Record {
    fileprivate var mailboxes: [Mailbox] { [mailbox, destination].compactMap { $0 } }
}

extension Trial {
    fileprivate func decision(on mailbox: Record.Mailbox, rehearsed: Bool = false) -> Decision? {
        mailbox.canonical.flatMap {
            decision(on: String(decoding: $0, as: UTF8.self), rehearsed: rehearsed)
        }
    }
}
