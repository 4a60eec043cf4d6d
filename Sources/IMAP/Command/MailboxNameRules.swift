// What a backend's mailbox names may be made of, as its administrator knows it.

/// How one backend tells one name from another.
package struct MailboxNameRules: Equatable, Sendable {
    /// What becomes of a name that is not in Unicode's normal form C.
    package enum Normalization: Equatable, Sendable {
        case refuse
        /// It goes to the backend in normal form C, for backends that store names so.
        case map
    }

    package var normalization = Normalization.refuse
    /// Whether joiners and tags may stand in names, as some emoji need them.
    package var allowsFormatCharacters = false
    /// What no name may hold: characters that stand for a delimiter inside the backend.
    ///
    /// Cyrus with `unixhierarchysep` keeps `a.b` as `a^b`: both spell one mailbox.
    package var refusedCharacters: [Unicode.Scalar] = ["^"]
    /// Whether names that differ in case alone are one mailbox.
    package var isCaseInsensitive = false

    package init() {}

    /// The text as it may go on: in normal form C and of characters that names may hold.
    func checked(_ scalars: [Unicode.Scalar]) throws(MailboxNameError) -> [Unicode.Scalar] {
        let text = normalization == .map ? normalized(scalars) : scalars
        for scalar in text { try check(scalar) }
        guard isNormalized(text) else { throw .notNormalized }
        return text
    }

    private func check(_ scalar: Unicode.Scalar) throws(MailboxNameError) {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: throw .controlCharacter
        case .format where allowsFormatCharacters && !scalar.properties.isBidiControl: break
        case .format, .unassigned, .surrogate: throw .formatCharacter
        default: break
        }
        if refusedCharacters.contains(scalar) { throw .foreignDelimiter }
    }
}
