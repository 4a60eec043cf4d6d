// A reload that does not count: why, in words that may stand in the trail, and who has asked for it.
import Audit
import Configuration

/// What is wrong with a new configuration, without anything that stands in it.
struct RefusedReload: Equatable, Sendable {
    enum Reason: UInt16, Sendable {
        case hasErrors = 1, needsRestart, isUnreadable, endedGateway, isUnusable
    }

    let reason: Reason
    /// Places, or names of what is changed; never a value.
    let detail: String
    let requester: Requester
}

extension RefusedReload {
    /// Findings quote what they are about, which may be a password in the wrong place: their places
    /// alone are told.
    init(_ errors: ConfigurationErrors, for requester: Requester) {
        let others = errors.errors.count - 1
        let first = errors.errors.first.map { "\($0.position)" } ?? ""
        self.init(
            reason: .hasErrors,
            detail: others > 0 ? "\(first) and \(others) more" : first,
            requester: requester
        )
    }

    var phrase: Phrase {
        switch reason {
        case .hasErrors: "not reloaded: configuration, policy or another file has errors"
        case .needsRestart: "not reloaded: what is changed needs a restart"
        case .isUnreadable: "not reloaded: the files can't be read"
        case .endedGateway: "not reloaded: the gateway ended over it"
        case .isUnusable: "not reloaded: certificates, keys or revocation lists can't be used"
        }
    }
}
