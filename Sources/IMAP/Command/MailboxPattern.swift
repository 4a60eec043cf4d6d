// Which mailboxes LIST and LSUB look for, as one pattern (RFC 9051, 6.3.9).

/// Reference and pattern in one: backends differ in how they would put the two together.
package struct MailboxPattern: Equatable, Sendable {
    /// In the backend's encoding, wildcard runs collapsed; empty is the question for the delimiter.
    package let octets: [UInt8]

    /// Whether it asks for the hierarchy delimiter alone; answered without the backend.
    package var isDelimiterQuery: Bool { octets.isEmpty }

    package init(
        reference: [UInt8],
        pattern: [UInt8],
        naming: MailboxNaming
    ) throws(MailboxNameError) {
        guard !pattern.isEmpty else {
            octets = []
            return
        }
        guard reference.count + pattern.count <= List.patternBytesMax else { throw .tooLong }
        // Each is decoded by itself, so that no encoded run can begin in one and end in the other.
        let scalars = try naming.rules.checked(
            naming.reading.decode(reference) + naming.reading.decode(pattern)
        )
        try Self.checkPath(scalars, naming: naming)
        octets = naming.writing.encode(Self.collapsed(scalars))
    }

    /// Refuses home directories, other namespaces by `#`, and the way up.
    private static func checkPath(
        _ scalars: [Unicode.Scalar],
        naming: MailboxNaming
    ) throws(MailboxNameError) {
        let isSpecial = scalars.first.map(naming.isRefused(inFront:)) ?? false
        guard !isSpecial, !scalars.dropFirst().contains("~") else { throw .leadingCharacter }
        let levels = scalars.split(
            omittingEmptySubsequences: false,
            whereSeparator: naming.isSeparator
        )
        if levels.contains(where: { $0.elementsEqual([".", "."]) }) { throw .dotLevel }
    }

    /// Makes every run of wildcards one: `*` where it holds one, since `*` matches all `%` does.
    private static func collapsed(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        for scalar in scalars {
            let isWildcard = scalar == "*" || scalar == "%"
            guard isWildcard, let last = result.last, last == "*" || last == "%" else {
                result.append(scalar)
                continue
            }
            if scalar == "*" { result[result.count - 1] = "*" }
        }
        return result
    }
}
