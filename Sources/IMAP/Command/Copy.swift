// COPY (RFC 9051, 6.4.7) and MOVE (RFC 6851), with their UID forms.

/// Which messages go where.
package struct Copy: Equatable, Sendable {
    package var isUID: Bool
    package var set: MessageSet
    package var mailbox: [UInt8]

    package init(isUID: Bool, set: MessageSet, mailbox: [UInt8]) {
        self.isUID = isUID
        self.set = set
        self.mailbox = mailbox
    }
}

extension Cursor {
    /// COPY and MOVE: set SP mailbox.
    mutating func copy(isUID: Bool) throws(SyntaxError) -> Copy {
        let set = try messageSet()
        try space()
        return Copy(isUID: isUID, set: set, mailbox: try mailbox())
    }
}

extension Copy {
    func encode(into encoder: inout CommandEncoder) {
        encoder.space()
        set.append(to: &encoder)
        encoder.mailbox(mailbox)
    }
}
