// What STATUS tells of one mailbox (RFC 9051, 7.3.4).

/// A STATUS response; items that a client cannot ask for are left out.
package struct MailboxStatus: Equatable, Sendable {
    package struct Value: Equatable, Sendable {
        package let item: StatusItem
        package let number: UInt64

        package init(_ item: StatusItem, _ number: UInt64) {
            self.item = item
            self.number = number
        }
    }

    /// The name as octets of the backend's spelling, not yet checked.
    package var mailbox: [UInt8]
    package var values: [Value]

    package init(mailbox: [UInt8], values: [Value]) {
        self.mailbox = mailbox
        self.values = values
    }
}
