// What came of one command: the gateway's record of its decision, and what each side was sent.
import Audit

struct Hearing {
    /// The decisions of the command: its own comes last, behind one for each source of a CATENATE,
    /// and behind what rules in report mode would have decided.
    let decisions: [Record]
    /// What the client reads of it, without its tag.
    let answer: String
    /// Lines of untagged data and the answer.
    let toClient: [String]
    /// The commands that the backend gets, without their tags.
    let toBackend: [String]

    /// The decision on the command itself.
    var decision: Record? { decisions.last }

    var verdict: Record.Verdict? { decision?.verdict }

    /// Takes what the session put out since the command came.
    init(_ records: some Sequence<Record>, toClient: [UInt8], toBackend: [UInt8], tag: String) {
        decisions = records.filter { $0.phase == .decision || $0.verdict == .disconnect }
        self.toClient = Self.lines(toClient).map { $0.withoutPrefix(tag + " ") }
        self.toBackend = Self.lines(toBackend).map { line in
            String(line.drop { $0 != " " }.dropFirst())
        }
        answer = self.toClient.last ?? ""
    }

    private static func lines(_ bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").map(String.init)
    }
}

extension Record {
    /// Whether it says what rules in report mode would have done.
    var isRehearsal: Bool { verdict == .wouldDeny || verdict == .wouldRewrite }
}

extension String {
    fileprivate func withoutPrefix(_ prefix: String) -> String {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
    }
}
