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
