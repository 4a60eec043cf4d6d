// One namespace of a backend: a prefix, and how the levels behind it are parted.
import Bytes

/// A part of the names with a delimiter of its own: a namespace (RFC 2342).
struct MailboxTree: Equatable, Sendable {
    let prefix: [Unicode.Scalar]
    let delimiter: UInt8?
    /// The prefix with `/` between its levels.
    let canonicalPrefix: [Unicode.Scalar]

    var separator: Unicode.Scalar? { delimiter.map { Unicode.Scalar($0) } }
}

extension MailboxTree {
    init(prefix: [Unicode.Scalar], delimiter: UInt8?) {
        let separator = delimiter.map { Unicode.Scalar($0) }
        var canonical = prefix.map { $0 == separator ? "/" : $0 }
        if Self.isBelowInbox(canonical, "/") { canonical.replaceSubrange(..<5, with: Self.inbox) }
        self.prefix = prefix
        self.delimiter = delimiter
        canonicalPrefix = canonical
    }

    private static let inbox = Array("INBOX".unicodeScalars)

    static func isSpecial(_ scalar: Unicode.Scalar) -> Bool {
        ##"~\#{/!"##.unicodeScalars.contains(scalar)
    }

    /// Whether `text` is in this namespace, which a name does not leave by INBOX in lower case.
    func holds(_ text: [Unicode.Scalar]) -> Bool {
        if Self.isPrefix(prefix, of: text, separator: separator) { return true }
        guard Self.isBelowInbox(prefix, separator), Self.isBelowInbox(text, separator) else {
            return false
        }
        let rest = prefix.prefix(5) + text.dropFirst(5)
        return Self.isPrefix(prefix, of: Array(rest), separator: separator)
    }

    /// Whether `text` begins with `prefix`, or is the prefix without its last separator.
    static func isPrefix(
        _ prefix: [Unicode.Scalar],
        of text: [Unicode.Scalar],
        separator: Unicode.Scalar?
    ) -> Bool {
        if text.starts(with: prefix) { return true }
        return prefix.last == separator && text.elementsEqual(prefix.dropLast())
    }

    /// The levels of `text`, INBOX in upper case where it is the first.
    func levels(of text: [Unicode.Scalar]) throws(MailboxNameError) -> [[Unicode.Scalar]] {
        guard let first = text.first else { throw .emptyLevel }
        guard !Self.isSpecial(first) || prefix.first == first else { throw .leadingCharacter }
        if separator != "/" && text.contains("/") { throw .foreignDelimiter }
        var levels = text.split(omittingEmptySubsequences: false) { $0 == separator }.map(
            Array.init
        )
        for level in levels { try Self.check(level) }
        if Self.isBelowInbox(levels[0], separator) { levels[0] = Self.inbox }
        return levels
    }

    private static func check(_ level: [Unicode.Scalar]) throws(MailboxNameError) {
        if level.isEmpty { throw .emptyLevel }
        if level == ["."] || level == [".", "."] { throw .dotLevel }
    }

    /// Whether the first level is INBOX in some case.
    ///
    /// Folds ASCII alone: no other letter is an `I` (RFC 9051, 5.1).
    private static func isBelowInbox(
        _ text: [Unicode.Scalar],
        _ separator: Unicode.Scalar?
    ) -> Bool {
        guard text.count >= 5, text[..<5].allSatisfy(\.isASCII) else { return false }
        let octets = text[..<5].map { UInt8(truncatingIfNeeded: $0.value) }
        return octets.span.spells("INBOX") && (text.count == 5 || text[5] == separator)
    }
}
