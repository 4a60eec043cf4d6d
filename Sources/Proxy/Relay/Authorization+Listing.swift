// LIST and LSUB: what may be asked; what may be seen of the answers, the response filter says.
import Audit
import IMAP

extension Authorization {
    func list(_ asked: List) -> Judgement {
        var combined: [[UInt8]] = []
        for pattern in asked.patterns {
            guard let pattern = self.pattern(asked.reference, pattern) else {
                return .refuse(.invalidName, Grounds())
            }
            if !pattern.isDelimiterQuery { combined.append(pattern.octets) }
        }
        if combined.isEmpty { return .local(.delimiter(.list)) }
        var list = asked
        list.reference = []
        list.patterns = combined
        var forward = Forward(.list(list))
        if asked.wantsRights && !capabilities.contains(.listMyRights) {
            list.returns?.options.remove(.myRights)
            forward = Forward(.list(list))
            forward.rewrite = "LIST without MYRIGHTS"
        }
        return .forward(forward)
    }

    func lsub(_ reference: [UInt8], _ pattern: [UInt8]) -> Judgement {
        guard let pattern = self.pattern(reference, pattern) else {
            return .refuse(.invalidName, Grounds())
        }
        if pattern.isDelimiterQuery { return .local(.delimiter(.lsub)) }
        return .forward(Forward(.lsub(reference: [], pattern: pattern.octets)))
    }

    private func pattern(_ reference: [UInt8], _ pattern: [UInt8]) -> MailboxPattern? {
        try? MailboxPattern(reference: reference, pattern: pattern, naming: naming)
    }
}
