// One rule of a policy file.
import Policy
import Yams

struct RuleReader {
    let audiences: AudienceReader
    let conditions: ConditionReader

    func rule(_ value: Value) -> Rule? {
        guard let table = value.table(PolicyKeys.rule) else { return nil }
        let id = table.required("id")?.name()
        let who = table.required("who").flatMap(audiences.audience)
        let mailboxes = table.required("mailboxes").flatMap(self.mailboxes)
        let except = table["except-mailboxes"].map { $0.elements(pattern) } ?? []
        let when = table["when"].map(conditions.conditions) ?? Conditions()
        let limit = limit(of: table)
        let forbidden = table["operations"].map(operations) ?? Operations.none
        let volume = table["at-most"].map(volume)
        let mode = table["mode"].map { $0.choice(Rule.Mode.self) } ?? .enforce
        let because = table["because"].map { $0.text() } ?? ""
        let message = table["message"].map(message) ?? ""
        guard let id, let who, let mailboxes, let except, let when, let limit, let forbidden,
            let mode, let because, let message
        else { return nil }
        if let volume, volume == nil { return nil }
        var rule = Rule(
            id: id,
            who: who.included,
            mailboxes: mailboxes.patterns,
            limit: limit,
            position: value.position
        )
        rule.except = who.excepted
        rule.specialUses = mailboxes.uses
        rule.exceptMailboxes = except
        rule.when = when
        rule.forbidden = forbidden
        rule.volume = volume ?? nil
        rule.mode = mode
        rule.because = because
        rule.message = message
        return rule
    }

    // MARK: Mailboxes

    /// A list of globs, or a mapping that names special uses, too.
    private func mailboxes(_ value: Value) -> (patterns: [Pattern], uses: SpecialUses)? {
        guard value.node.mapping != nil else {
            return value.elements(pattern).map { ($0, .none) }
        }
        guard let table = value.table(PolicyKeys.mailboxes) else { return nil }
        guard table["names"] != nil || table["special-use"] != nil else {
            value.refuse("no mailbox is named; write names or special-use")
            return nil
        }
        let patterns = table["names"].map { $0.elements(pattern) } ?? []
        let uses = table["special-use"].map { $0.elements { $0.choice(SpecialUseName.self) } } ?? []
        guard let patterns, let uses else { return nil }
        return (patterns, uses.reduce(into: .none) { $0.formUnion(SpecialUses($1)) })
    }

    private func pattern(_ value: Value) -> Pattern? {
        guard let text = value.text() else { return nil }
        guard text.isNormalized else {
            value.refuse("not in Unicode normal form C, as canonical mailbox names are")
            return nil
        }
        do {
            return try Pattern(text)
        } catch {
            value.refuse(error.description)
            return nil
        }
    }

    // MARK: What is taken

    /// The limit; a rule that forbids operations or bounds volume can do without.
    private func limit(of table: Table) -> Rights? {
        if let value = table["limit"] { return limit(value) }
        if table["operations"] != nil || table["at-most"] != nil { return .full }
        return table.required("limit").flatMap(limit)
    }

    /// A level, or `{ rights: LETTERS }`.
    private func limit(_ value: Value) -> Rights? {
        guard value.node.mapping != nil else {
            let words = Level.allCases.map(\.rawValue)
            if let level = value.spelling.flatMap(Level.init) { return level.rights }
            let hint = value.spelling.flatMap { Spelling.nearest(to: $0, among: words) }
            value.refuse(
                "expected one of \(words.joined(separator: ", ")) or { rights: LETTERS }, "
                    + "not \(value.kind)" + Spelling.question(hint)
            )
            return nil
        }
        guard let letters = value.table(PolicyKeys.rights)?.required("rights") else { return nil }
        guard let text = letters.text() else { return nil }
        do {
            return try Rights(letters: text)
        } catch {
            letters.refuse(error.description)
            return nil
        }
    }

    private func operations(_ value: Value) -> Operations? {
        guard let list = value.table(PolicyKeys.operations)?.required("no") else { return nil }
        let words = list.elements { $0.choice(Operation.allCases.map { ($0.name, $0) }) }
        return words?.reduce(into: .none) { $0.formUnion(Operations($1)) }
    }

    private func volume(_ value: Value) -> Volume? {
        guard let table = value.table(PolicyKeys.volume) else { return nil }
        let messages = table["messages"].map { $0.integer(in: 0...Int(Int32.max)) }
        let bytes = table["bytes"].map { $0.volume() }
        let period = table.required("per")?.choice(Volume.Period.self)
        let excess = table["excess"].map { $0.choice(Volume.Excess.self) } ?? .refuse
        guard messages != nil || bytes != nil else {
            value.refuse("nothing is bounded; write messages or bytes")
            return nil
        }
        if let messages, messages == nil { return nil }
        if let bytes, bytes == nil { return nil }
        guard let period, let excess else { return nil }
        return Volume(
            messages: messages.flatMap { $0 }.map { UInt64(clamping: $0) },
            bytes: bytes.flatMap { $0 },
            period: period,
            excess: excess
        )
    }

    /// As long as it stays on one line of a mail client's dialog.
    private static let messageBytesMax = 200

    /// What a client will show: one line of text that can't be taken for anything of IMAP's.
    private func message(_ value: Value) -> String? {
        guard let text = value.text() else { return nil }
        let isPlain = text.unicodeScalars.allSatisfy { (0x20...0x7E).contains($0.value) }
        guard isPlain, !text.hasPrefix("["), text.utf8.count <= Self.messageBytesMax else {
            value.refuse(
                "a message is one line of at most \(Self.messageBytesMax) ASCII characters that "
                    + "does not begin with \"[\""
            )
            return nil
        }
        return text
    }
}
