// What is no error in a rule, and yet hardly what its author meant.
import Policy

struct PolicyWarnings {
    let findings: Findings

    func warn(_ rule: Rule) {
        if rule.limit == .full && rule.forbidden.isEmpty && rule.volume == nil {
            say(rule, "takes nothing away: its limit is everything that there is")
        }
        if let from = rule.when.from, let until = rule.when.until, from >= until {
            say(rule, "can never apply: it ends before it begins")
        }
        if !rule.who.users.isEmpty && rule.who == rule.except {
            say(rule, "applies to nobody: all whom it names are excepted")
        }
        if rule.except.users.contains("*") { say(rule, "applies to nobody: everyone is excepted") }
        if rule.specialUses.isEmpty && rule.mailboxes.allSatisfy(rule.exceptMailboxes.contains) {
            say(rule, "covers no mailbox: all that it names are excepted")
        }
        if !rule.when.networks.isEmpty
            && rule.when.networks.allSatisfy(rule.when.exceptNetworks.contains)
        {
            say(rule, "can never apply: all its networks are excepted")
        }
        warnOfRepetition(in: rule)
    }

    /// A glob that another one of the same rule covers whole.
    private func warnOfRepetition(in rule: Rule) {
        for pattern in rule.mailboxes where pattern.text != "**" {
            guard rule.mailboxes.contains(where: { $0.text == "**" }) else { continue }
            say(rule, "\"\(pattern.text)\" adds nothing to \"**\"")
        }
    }

    private func say(_ rule: Rule, _ what: String) {
        findings.warn(rule.position, "rule \"\(rule.id)\" \(what)")
    }
}
