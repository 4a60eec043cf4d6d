// APPEND (RFC 9051, 6.3.12), one message a command.

/// Where a message goes and how it is marked; the message itself is streamed and never in here.
package struct Append: Equatable, Sendable {
    package var mailbox: [UInt8]
    package var flags: FlagSet
    package var date: DateTime?
    package var message: LiteralHeader

    package init(
        mailbox: [UInt8],
        flags: FlagSet = FlagSet(),
        date: DateTime? = nil,
        message: LiteralHeader
    ) {
        self.mailbox = mailbox
        self.flags = flags
        self.date = date
        self.message = message
    }
}

/// An APPEND whose message is about to come.
package struct TaggedAppend: Equatable, Sendable {
    package let tag: Tag
    package var append: Append

    package init(tag: Tag, append: Append) {
        self.tag = tag
        self.append = append
    }
}

extension Cursor {
    /// APPEND: mailbox [SP flag-list] [SP date-time] SP literal, read up to the literal's marker.
    mutating func append() throws(SyntaxError) -> Append {
        let mailbox = try mailbox()
        try space()
        var flags = FlagSet()
        if peek == UInt8(ascii: "(") {
            flags = try flagList()
            try space()
        }
        var date: DateTime?
        if peek == UInt8(ascii: "\"") {
            date = try dateTime()
            try space()
        }
        let message = try literalMarker()
        return Append(mailbox: mailbox, flags: flags, date: date, message: message)
    }
}

extension Append {
    func encode(into encoder: inout CommandEncoder) {
        encoder.mailbox(mailbox)
        if !flags.isEmpty {
            encoder.space()
            flags.append(to: &encoder)
        }
        if let date {
            encoder.space()
            date.append(to: &encoder)
        }
        encoder.space()
        encoder.literalMarker(size: message.size, isLiteral8: message.isLiteral8)
    }

    func describe(into digest: inout CommandDigest) {
        if !flags.isEmpty {
            flags.append(to: &digest)
            digest.append(UInt8(ascii: " "))
        }
        digest.append(decimal: message.size)
        digest.append(" bytes")
    }
}
