// What a policy leaves one user of one mailbox, in words.
import Audit
import Configuration
import Policy
import Proxy

struct Explanation {
    private var lines: [String] = []
    private let places: [String: SourcePosition]

    var text: String { lines.joined(separator: "\n") }

    init(
        of mailbox: String,
        _ commands: [String],
        in circumstances: Circumstances,
        under policy: PolicySet,
        like base: Settings?
    ) throws {
        places = Dictionary(policy.rules.map { ($0.id, $0.position) }) { first, _ in first }
        let trial = try Trial(circumstances, under: policy, like: base)
        let subject = circumstances.subject
        let way = subject.way(at: circumstances.time ?? 0)
        lines.append(subject.words + (way.isEmpty ? "" : ", " + way))
        if let decision = trial.decision(on: mailbox) { describe(decision, of: mailbox) }
        if let decision = trial.decision(on: mailbox, rehearsed: true) {
            describe(rehearsed: decision)
        }
        for command in commands {
            // A session of its own: what one command does must not show in the next.
            let trial = try Trial(circumstances, under: policy, like: base)
            describe(command, on: mailbox, in: trial)
        }
    }

    // MARK: Rights

    private mutating func describe(_ decision: Decision, of mailbox: String) {
        lines.append(
            "\"\(mailbox)\": \(decision.rights.isEmpty ? "nothing" : decision.rights.letters)"
        )
        describe(Rights.full.subtracting(decision.rights), of: decision)
        for operation in decision.forbidden.words {
            let rules = decision.reasons(taking: .none, forbidding: Operations(operation))
            rules.forEach { say("no \(operation.name)", $0) }
        }
        for rule in decision.meters { if let volume = rule.volume { say(volume.words, rule) } }
    }

    /// The letters that are taken, those together that the same rules took.
    private mutating func describe(_ taken: Rights, of decision: Decision) {
        var rest = taken
        while let right = rest.first {
            let rules = decision.reasons(taking: right)
            let same = rest.all.filter { decision.reasons(taking: $0) == rules }
            let letters = same.reduce(into: Rights.none) { $0.formUnion($1) }
            rest.subtract(letters)
            rules.forEach { say("took \(letters.letters)", $0) }
            if rules.isEmpty {
                lines.append("    took \(letters.letters): it shows messages of other mailboxes")
            }
        }
    }

    private mutating func describe(rehearsed decision: Decision) {
        let rules = decision.reasons(
            taking: Rights.full.subtracting(decision.rights),
            forbidding: decision.forbidden
        )
        for rule in rules where rule.mode == .report {
            say("if it were enforced: \(rule.terms)", rule)
        }
    }

    private mutating func say(_ what: String, _ rule: Rule) {
        let because = rule.because.isEmpty ? "" : ": \(rule.because)"
        lines.append("    \(what)  by \(rule.id) (\(rule.position))\(because)")
    }

    // MARK: Commands

    private mutating func describe(_ command: String, on mailbox: String, in trial: Trial) {
        lines.append(command)
        if UsualCommands.needsSelection(command) {
            let answer = trial.select(mailbox).answer
            guard answer.hasPrefix("OK ") else {
                return lines.append("    \"\(mailbox)\" can't be selected: \(answer)")
            }
        }
        let hearing = trial.hear(command)
        let verdict = hearing.verdict?.rawValue ?? "none"
        let isWhole = hearing.verdict == .local || hearing.decision?.event == .list
        let shown = isWhole ? hearing.toClient : [hearing.answer]
        lines.append("    \(verdict): " + shown.joined(separator: " | "))
        if hearing.verdict == .rewrite {
            lines.append("    sent on as: " + hearing.toBackend.joined(separator: " | "))
        }
        for decision in hearing.decisions { describe(decision) }
    }

    private mutating func describe(_ record: Record) {
        if record.isRehearsal, let verdict = record.verdict {
            lines.append("    \(verdict.rawValue), if the rules in report mode were enforced")
        }
        for mailbox in [record.mailbox, record.destination] {
            guard let mailbox else { continue }
            let lacking = ([mailbox.missing] + mailbox.forbidden).filter { !$0.isEmpty }
            guard !lacking.isEmpty else { continue }
            let name = mailbox.canonical ?? mailbox.raw
            let rules = mailbox.rules.map { id in
                places[id].map { "\(id) (\($0))" } ?? id
            }
            lines.append(
                "    \"\(String(decoding: name, as: UTF8.self))\" lacks \(lacking.joined(separator: " "))"
                    + (rules.isEmpty ? "" : ", taken by " + rules.joined(separator: " and "))
            )
        }
    }
}

extension Rights {
    fileprivate var all: [Rights] {
        (0..<16).map { Rights(rawValue: 1 << $0) }.filter { contains($0) }
    }

    fileprivate var first: Rights? { all.first }
}

extension Rule {
    /// What it leaves, in the words of a policy file.
    var terms: String {
        var words = limit == .full ? [] : [limit.isEmpty ? "nothing" : limit.letters]
        words += forbidden.words.map { "no \($0.name)" }
        if let volume { words.append(volume.words) }
        return words.joined(separator: ", ")
    }
}
