// Where the backend keeps whose mailboxes (RFC 9051, 6.3.10; RFC 2342).

/// The three lists of a NAMESPACE response; a list that was NIL is empty.
package struct Namespaces: Equatable, Sendable {
    package struct Namespace: Equatable, Sendable {
        /// Octets of the backend's spelling, with the delimiter at the end where it has one.
        package var prefix: [UInt8]
        package var delimiter: UInt8?

        package init(prefix: [UInt8], delimiter: UInt8?) {
            self.prefix = prefix
            self.delimiter = delimiter
        }
    }

    package var personal: [Namespace]
    package var otherUsers: [Namespace]
    package var shared: [Namespace]

    package init(
        personal: [Namespace] = [],
        otherUsers: [Namespace] = [],
        shared: [Namespace] = []
    ) {
        self.personal = personal
        self.otherUsers = otherUsers
        self.shared = shared
    }
}

extension Namespaces {
    /// Whether a mailbox, as the backend spells it, is in a personal namespace.
    ///
    /// The namespace with the longest prefix has it.
    package func isPersonal(_ mailbox: [UInt8]) -> Bool {
        guard let own = Self.longestPrefix(of: mailbox, in: personal) else { return false }
        return own >= Self.longestPrefix(of: mailbox, in: otherUsers + shared) ?? 0
    }

    private static func longestPrefix(of mailbox: [UInt8], in list: [Namespace]) -> Int? {
        list.filter { namespace in
            let top =
                namespace.prefix.last == namespace.delimiter
                ? namespace.prefix.dropLast() : namespace.prefix[...]
            return mailbox.starts(with: namespace.prefix) || mailbox.elementsEqual(top)
        }.map(\.prefix.count).max()
    }
}
