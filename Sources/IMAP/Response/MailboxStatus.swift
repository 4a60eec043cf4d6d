// What STATUS tells of one mailbox (RFC 9051, 7.3.4; RFC 8474, 4.3).
package import Bytes

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
    /// The only item that is no number: MAILBOXID, an identifier of the server.
    package var objectID: ShortBytes?

    package init(mailbox: [UInt8], values: [Value], objectID: ShortBytes? = nil) {
        self.mailbox = mailbox
        self.values = values
        self.objectID = objectID
    }
}
