// Which right each flag needs: `s` for \Seen, `t` for \Deleted, `w` for all others (RFC 4314, 4).
import Bytes
import IMAP
import Policy

extension BackendFlags {
    /// PERMANENTFLAGS as far as the decision lets the user change them.
    func keeping(_ decision: Decision) -> BackendFlags {
        let allowed = FlagSet(system: system, keywords: keywords).keeping(decision)
        return BackendFlags(
            system: allowed.system,
            allowsNewKeywords: allowsNewKeywords && decision.allowsKeywords,
            keywords: allowed.keywords
        )
    }
}

extension FlagSet {
    /// The rights that setting or clearing these flags needs.
    ///
    /// Replacing touches the flags that are not named, too.
    func rights(replacing: Bool) -> Rights {
        if replacing { return [.seen, .deleteMessages, .write] }
        var rights = Rights.none
        if system.contains(.seen) { rights.insert(.seen) }
        if system.contains(.deleted) { rights.insert(.deleteMessages) }
        if needsWrite { rights.insert(.write) }
        return rights
    }

    private var needsWrite: Bool {
        !keywords.isEmpty || system.contains(.answered) || system.contains(.flagged)
            || system.contains(.draft)
    }

    /// These flags less those that may not be set.
    func keeping(_ decision: Decision) -> FlagSet {
        var kept = keeping(decision.rights)
        if !decision.allowsKeywords { kept.keywords = FlagSet().keywords }
        return kept
    }

    /// These flags less those that `rights` do not cover.
    func keeping(_ rights: Rights) -> FlagSet {
        var kept = FlagSet()
        if system.contains(.seen) && rights.contains(.seen) { kept.system.insert(.seen) }
        if system.contains(.deleted) && rights.contains(.deleteMessages) {
            kept.system.insert(.deleted)
        }
        guard rights.contains(.write) else { return kept }
        for flag: SystemFlag in [.answered, .flagged, .draft] where system.contains(flag) {
            kept.system.insert(flag)
        }
        kept.keywords = keywords
        return kept
    }

    /// \Seen and \Deleted as far as `rights` cover them.
    static func system(with rights: Rights) -> FlagSet {
        FlagSet(system: [.seen, .deleted]).keeping(rights)
    }

    func intersection(_ other: FlagSet) -> FlagSet {
        var common = FlagSet()
        for flag: SystemFlag in [.seen, .deleted]
        where system.contains(flag) && other.system.contains(flag) { common.system.insert(flag) }
        return common
    }

    func subtracting(_ other: FlagSet) -> FlagSet {
        var rest = FlagSet()
        for flag: SystemFlag in [.seen, .deleted]
        where system.contains(flag) && !other.system.contains(flag) { rest.system.insert(flag) }
        return rest
    }
}

extension Decision {
    fileprivate var allowsKeywords: Bool {
        rights.contains(.write) && !forbidden.contains(Operations(.storeKeywords))
    }
}
