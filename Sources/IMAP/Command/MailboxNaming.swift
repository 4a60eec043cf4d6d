// From the octets of a mailbox's name to its canonical form and back.
import Bytes

/// How names are read and written in one direction, at one backend.
package struct MailboxNaming: Equatable, Sendable {
    package static let octetsMax = 1000

    /// The longest prefix first; the last one has none and holds all other names.
    private let trees: [MailboxTree]
    package let rules: MailboxNameRules
    /// How the names that come in are encoded.
    package var reading: MailboxEncoding
    /// How the names that go out are encoded.
    package var writing: MailboxEncoding

    package init(delimiter: UInt8?, rules: MailboxNameRules = MailboxNameRules()) {
        self.init(nil, delimiter: delimiter, rules: rules)
    }

    /// What a backend told of its namespaces; `delimiter` is the one of names outside of them.
    package init(
        _ namespaces: Namespaces?,
        delimiter: UInt8?,
        encoding: MailboxEncoding = .modifiedUTF7,
        rules: MailboxNameRules = MailboxNameRules()
    ) {
        let all = namespaces.map { $0.personal + $0.otherUsers + $0.shared } ?? []
        var trees: [MailboxTree] = []
        for namespace in all {
            guard let prefix = try? encoding.decode(namespace.prefix) else { continue }
            // NIL for all that has no prefix says less than the answer to `LIST "" ""`.
            let fallback = prefix.isEmpty ? delimiter : nil
            trees.append(MailboxTree(prefix: prefix, delimiter: namespace.delimiter ?? fallback))
        }
        if !trees.contains(where: \.prefix.isEmpty) {
            trees.append(MailboxTree(prefix: [], delimiter: delimiter))
        }
        self.trees = trees.sorted { $0.prefix.count > $1.prefix.count }
        self.rules = rules
        reading = encoding
        writing = encoding
    }

    /// Between the levels of names outside all namespaces with a prefix; nil without levels.
    package var delimiter: UInt8? { trees.last?.delimiter }

    /// The canonical name that `octets`, a decoded astring, stand for.
    ///
    /// With `allowsTrailingDelimiter` one delimiter at the end is dropped (CREATE, RFC 9051, 6.3.4).
    package func decode(
        _ octets: [UInt8],
        allowsTrailingDelimiter: Bool = false
    ) throws(MailboxNameError) -> MailboxName {
        guard !octets.isEmpty else { throw .empty }
        guard octets.count <= Self.octetsMax else { throw .tooLong }
        var text = try rules.checked(reading.decode(octets))
        guard !text.contains("%"), !text.contains("*") else { throw .wildcard }
        guard let tree = trees.first(where: { $0.holds(text) }) else { throw .emptyLevel }
        if allowsTrailingDelimiter && text.last == tree.separator { _ = text.popLast() }
        let levels = try tree.levels(of: text)
        let canonical = Array(levels.joined(separator: ["/"]))
        // Two namespaces that differ in nothing but the delimiter share their canonical names.
        guard canonicalTree(of: canonical) == tree else { throw .foreignDelimiter }
        return MailboxName(canonical: MailboxEncoding.utf8.encode(canonical))
    }

    /// The octets under which the other side knows `name`.
    package func encode(_ name: MailboxName) -> [UInt8] {
        let canonical = Array(name.description.unicodeScalars)
        let separator = canonicalTree(of: canonical)?.separator ?? "/"
        return writing.encode(canonical.map { $0 == "/" ? separator : $0 })
    }

    /// A namespace's prefix for the other side; nil where it is no text.
    package func transcode(prefix: [UInt8]) -> [UInt8]? {
        (try? reading.decode(prefix)).map(writing.encode)
    }

    /// The delimiter below `name`; nil where there is nothing below a mailbox.
    package func delimiter(below name: MailboxName) -> UInt8? {
        canonicalTree(of: Array(name.description.unicodeScalars))?.delimiter
    }

    /// Whether some server takes a name that begins so for a path, an alias or another host.
    ///
    /// No namespace of this backend begins so.
    func isRefused(inFront scalar: Unicode.Scalar) -> Bool {
        MailboxTree.isSpecial(scalar) && !trees.contains { $0.prefix.first == scalar }
    }

    private func canonicalTree(of canonical: [Unicode.Scalar]) -> MailboxTree? {
        trees.first { MailboxTree.isPrefix($0.canonicalPrefix, of: canonical, separator: "/") }
    }

    /// Whether `scalar` parts levels anywhere.
    func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "/" || trees.contains { $0.separator == scalar }
    }
}
