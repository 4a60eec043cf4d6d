// The one spelling of a mailbox that policy judges, and the way to it from what a client wrote.
import Bytes

/// A mailbox in canonical form: UTF-8 in NFC, `/` between levels, INBOX in upper case.
package struct MailboxName: Hashable, Sendable {
    package let canonical: [UInt8]

    /// Takes bytes that are canonical: decoded by a `MailboxNaming`, or made of such names.
    init(canonical: [UInt8]) { self.canonical = canonical }

    package static let inbox = MailboxName(canonical: Array("INBOX".utf8))
}

extension MailboxName: CustomStringConvertible {
    package var description: String { String(decoding: canonical, as: UTF8.self) }
}

/// Why a mailbox name is refused; never forwarded, never repaired.
package enum MailboxNameError: Error, Equatable, Sendable {
    case empty
    case tooLong
    /// An octet beyond ASCII: names are in modified UTF-7 (RFC 3501, 5.1.3).
    case eightBit
    case controlCharacter
    /// Modified UTF-7 that is not what an encoder would write for the same name.
    case notCanonicalUTF7
    /// Not in normal form C: servers that normalise would take two names for one.
    case notNormalized
    /// A bidi or format control: the name would not look like what it is.
    case formatCharacter
    case emptyLevel
    case dotLevel
    /// `/` where the backend's hierarchy has another delimiter.
    case foreignDelimiter
    /// `~ \ # { / !` in front: paths, special-use aliases and remote names of some servers.
    case leadingCharacter
    case wildcard
}

/// How the backend writes names, and so how clients write them too.
package struct MailboxNaming: Equatable, Sendable {
    package static let octetsMax = 1000

    /// Between levels; nil where the backend has no levels.
    package var delimiter: UInt8?

    package init(delimiter: UInt8?) { self.delimiter = delimiter }

    /// The canonical name that `octets`, a decoded astring, stand for.
    ///
    /// With `allowsTrailingDelimiter` one delimiter at the end is dropped (CREATE, RFC 9051, 6.3.4).
    package func decode(
        _ octets: [UInt8],
        allowsTrailingDelimiter: Bool = false
    ) throws(MailboxNameError) -> MailboxName {
        guard !octets.isEmpty else { throw .empty }
        guard octets.count <= Self.octetsMax else { throw .tooLong }
        var scalars = try ModifiedUTF7.decode(octets)
        try Self.checkCharacters(scalars)
        guard !scalars.contains("%"), !scalars.contains("*") else { throw .wildcard }
        if allowsTrailingDelimiter && scalars.last == separator { _ = scalars.popLast() }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: try canonicalLevels(of: scalars))
        return MailboxName(canonical: Array(String(text).utf8))
    }

    /// The octets under which the backend knows `name`.
    package func encode(_ name: MailboxName) -> [UInt8] {
        let scalars = String(decoding: name.canonical, as: UTF8.self).unicodeScalars.map { scalar in
            scalar == "/" ? (separator ?? scalar) : scalar
        }
        return ModifiedUTF7.encode(scalars)
    }

    /// Whether some server takes a name that begins so for a path, an alias or another host.
    static func isSpecialInFront(_ scalar: Unicode.Scalar) -> Bool {
        ##"~\#{/!"##.unicodeScalars.contains(scalar)
    }

    private var separator: Unicode.Scalar? { delimiter.map { Unicode.Scalar($0) } }

    /// Refuses what no name may hold at any place.
    static func checkCharacters(_ scalars: [Unicode.Scalar]) throws(MailboxNameError) {
        for scalar in scalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: throw .controlCharacter
            case .format, .unassigned, .surrogate: throw .formatCharacter
            default: break
            }
        }
        guard isNormalized(scalars) else { throw .notNormalized }
    }

    private func canonicalLevels(
        of scalars: [Unicode.Scalar]
    ) throws(MailboxNameError) -> [Unicode.Scalar] {
        guard let first = scalars.first else { throw .emptyLevel }
        guard !Self.isSpecialInFront(first) else { throw .leadingCharacter }
        if separator != "/" && scalars.contains("/") { throw .foreignDelimiter }
        var canonical: [Unicode.Scalar] = []
        let levels = scalars.split(omittingEmptySubsequences: false) { $0 == separator }
        for (index, level) in levels.enumerated() {
            try Self.checkLevel(level)
            if index > 0 { canonical.append("/") }
            let isInbox = index == 0 && Self.isInbox(level)
            canonical += isInbox ? Array("INBOX".unicodeScalars) : Array(level)
        }
        return canonical
    }

    static func checkLevel(_ level: ArraySlice<Unicode.Scalar>) throws(MailboxNameError) {
        if level.isEmpty { throw .emptyLevel }
        if level.elementsEqual(["."]) || level.elementsEqual([".", "."]) { throw .dotLevel }
    }

    /// Folds ASCII alone: no other letter is an `I` (RFC 9051, 5.1).
    private static func isInbox(_ level: ArraySlice<Unicode.Scalar>) -> Bool {
        guard level.count == 5, level.allSatisfy(\.isASCII) else { return false }
        let octets = level.map { UInt8(truncatingIfNeeded: $0.value) }
        return octets.span.spells("INBOX")
    }
}
