// Notes on a mailbox as the backend tells them: METADATA (RFC 5464, 4.4).

/// A METADATA response; entries that a client cannot ask for are left out.
package struct MailboxMetadata: Equatable, Sendable {
    package struct Value: Equatable, Sendable {
        package let entry: MetadataEntry
        /// NIL is nil: there is no such entry.
        package let content: [UInt8]?
    }

    /// The name as octets of the backend's spelling, not yet checked; empty for the server.
    package var mailbox: [UInt8]
    package var values: [Value]
    /// The response names entries that have changed and tells no values (4.4.2).
    package let isNotice: Bool
}

extension Cursor {
    /// Takes `mailbox (entry value …)`, or `mailbox entry …`, whose entries are passed over.
    mutating func mailboxMetadata() throws(SyntaxError) -> MailboxMetadata {
        let mailbox = try backendMailbox()
        try space()
        guard take(UInt8(ascii: "(")) else {
            repeat { try skipValue() } while takeSpace()
            return MailboxMetadata(mailbox: mailbox, values: [], isNotice: true)
        }
        var metadata = MailboxMetadata(mailbox: mailbox, values: [], isNotice: false)
        repeat { try metadataValue(into: &metadata) } while takeSpace()
        try close()
        return metadata
    }

    private mutating func metadataValue(into metadata: inout MailboxMetadata) throws(SyntaxError) {
        let name = try astring(bytesMax: ResponseLimit.quotedBytesMax)
        try space()
        // A literal8 is binary, which no comment is.
        guard let entry = MetadataEntry(name), peek != UInt8(ascii: "~") else {
            return try skipValue()
        }
        let content = try nstring(bytesMax: ResponseFragmenter.collectedBytesMax)
        metadata.values.append(MailboxMetadata.Value(entry: entry, content: content))
    }
}

extension MailboxMetadata {
    /// Appends the values; nothing where there are none.
    func encode(into sink: inout some ByteSink) {
        guard !values.isEmpty else { return }
        sink.append("* METADATA ")
        sink.append(mailbox: mailbox.span)
        var separator: StaticString = " ("
        for value in values {
            sink.append(separator)
            sink.append(value.entry.name)
            sink.append(UInt8(ascii: " "))
            if let content = value.content {
                sink.append(string: content.span)
            } else {
                sink.append("NIL")
            }
            separator = " "
        }
        sink.append(")\r\n")
    }
}
