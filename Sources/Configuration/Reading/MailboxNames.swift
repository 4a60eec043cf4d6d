// The section `mailbox-names` of a backend: how it tells one mailbox from another.
import IMAP
import Policy
import Proxy

extension ConfigurationReader {
    /// Reads the section into `settings`; false when something in it is wrong.
    func mailboxNames(_ value: Value?, into settings: inout BackendSettings) -> Bool {
        guard let value else { return true }
        let keys = [
            "case-insensitive", "normalization", "allow-format-characters", "refuse-characters",
            "own-prefixes", "virtual", "virtual-by-use",
        ]
        guard let table = value.table(keys) else { return false }
        let rules = settings.mailboxNames
        let isCaseInsensitive =
            table["case-insensitive"].map { $0.bool() } ?? rules.isCaseInsensitive
        let normalization =
            table["normalization"].map {
                $0.choice(["refuse": MailboxNameRules.Normalization.refuse, "map": .map])
            } ?? rules.normalization
        let allowsFormatCharacters =
            table["allow-format-characters"].map { $0.bool() } ?? rules.allowsFormatCharacters
        let refusedCharacters =
            table["refuse-characters"].map(characters) ?? rules.refusedCharacters
        let own = table["own-prefixes"].map(prefixes) ?? settings.ownPrefixes
        let virtual = table["virtual"].map(patterns) ?? settings.virtualMailboxes.patterns
        let findsVirtual = table["virtual-by-use"].map { $0.bool() } ?? settings.findsVirtual
        guard let isCaseInsensitive, let normalization, let allowsFormatCharacters,
            let refusedCharacters, let own, let virtual, let findsVirtual
        else { return false }
        settings.mailboxNames.isCaseInsensitive = isCaseInsensitive
        settings.mailboxNames.normalization = normalization
        settings.mailboxNames.allowsFormatCharacters = allowsFormatCharacters
        settings.mailboxNames.refusedCharacters = refusedCharacters
        settings.ownPrefixes = own
        settings.virtualMailboxes = VirtualMailboxes(virtual)
        settings.findsVirtual = findsVirtual
        return true
    }

    private func characters(_ value: Value) -> [Unicode.Scalar]? {
        guard let list = value.list(orEmpty: true) else { return nil }
        let characters = list.compactMap { element -> Unicode.Scalar? in
            guard let text = element.text() else { return nil }
            guard text.unicodeScalars.count == 1 else {
                element.refuse("expected one character, not \"\(text)\"")
                return nil
            }
            return text.unicodeScalars.first
        }
        return characters.count == list.count ? characters : nil
    }

    private func prefixes(_ value: Value) -> NamePrefixes? {
        guard let list = value.list(orEmpty: true) else { return nil }
        let prefixes = list.compactMap { element -> String? in
            guard let text = element.text() else { return nil }
            let levels = text.split(separator: "/", omittingEmptySubsequences: false)
            guard text.isNormalized, levels.allSatisfy({ !$0.isEmpty }) else {
                element.refuse("expected levels with \"/\" between them, in Unicode normal form C")
                return nil
            }
            return text
        }
        return prefixes.count == list.count ? NamePrefixes(prefixes) : nil
    }

    private func patterns(_ value: Value) -> [Pattern]? {
        guard let list = value.list(orEmpty: true) else { return nil }
        let patterns = list.compactMap { element -> Pattern? in
            guard let text = element.text() else { return nil }
            guard text.isNormalized else {
                element.refuse("not in Unicode normal form C, as canonical mailbox names are")
                return nil
            }
            do throws(PatternError) {
                return try Pattern(text)
            } catch {
                element.refuse(error.description)
                return nil
            }
        }
        return patterns.count == list.count ? patterns : nil
    }
}
