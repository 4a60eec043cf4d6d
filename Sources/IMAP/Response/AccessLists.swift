// Who may do what, as the backend tells it: ACL, LISTRIGHTS and MYRIGHTS (RFC 4314, 3.6 to 3.8).

/// An ACL response.
package struct AccessList: Equatable, Sendable {
    package struct Entry: Equatable, Sendable {
        package let identifier: [UInt8]
        package var rights: KeywordSet<AccessRight>
    }

    /// The name as octets of the backend's spelling, not yet checked.
    package var mailbox: [UInt8]
    package var entries: [Entry]
}

/// A LISTRIGHTS response: what an identifier always has, and what it may be given.
package struct GrantableRights: Equatable, Sendable {
    /// The name as octets of the backend's spelling, not yet checked.
    package var mailbox: [UInt8]
    package let identifier: [UInt8]
    package let always: KeywordSet<AccessRight>
    /// Rights that come and go together stand in one set.
    package let optional: [KeywordSet<AccessRight>]
}

/// A MYRIGHTS response.
package struct OwnRights: Equatable, Sendable {
    /// The name as octets of the backend's spelling, not yet checked.
    package var mailbox: [UInt8]
    package var rights: KeywordSet<AccessRight>

    package init(mailbox: [UInt8], rights: KeywordSet<AccessRight>) {
        self.mailbox = mailbox
        self.rights = rights
    }
}

extension Cursor {
    /// Takes `mailbox *(SP identifier SP rights)`.
    mutating func accessList() throws(SyntaxError) -> AccessList {
        var list = AccessList(mailbox: try backendMailbox(), entries: [])
        while takeSpace() {
            let identifier = try astring(bytesMax: ResponseLimit.quotedBytesMax)
            try space()
            let rights = try backendRights()
            list.entries.append(AccessList.Entry(identifier: identifier, rights: rights))
        }
        return list
    }

    /// Takes `mailbox SP identifier SP rights *(SP rights)`.
    mutating func grantableRights() throws(SyntaxError) -> GrantableRights {
        let mailbox = try backendMailbox()
        try space()
        let identifier = try astring(bytesMax: ResponseLimit.quotedBytesMax)
        try space()
        let always = try backendRights()
        var optional: [KeywordSet<AccessRight>] = []
        while takeSpace() {
            let rights = try backendRights()
            if !rights.isEmpty { optional.append(rights) }
        }
        return GrantableRights(
            mailbox: mailbox,
            identifier: identifier,
            always: always,
            optional: optional
        )
    }

    /// Takes `mailbox SP rights`.
    mutating func ownRights() throws(SyntaxError) -> OwnRights {
        let mailbox = try backendMailbox()
        try space()
        return OwnRights(mailbox: mailbox, rights: try backendRights())
    }
}

extension AccessList {
    func encode(into sink: inout some ByteSink) {
        sink.append("* ACL ")
        sink.append(mailbox: mailbox.span)
        for entry in entries {
            sink.append(UInt8(ascii: " "))
            sink.append(string: entry.identifier.span)
            sink.append(rights: entry.rights)
        }
        sink.append("\r\n")
    }
}

extension GrantableRights {
    func encode(into sink: inout some ByteSink) {
        sink.append("* LISTRIGHTS ")
        sink.append(mailbox: mailbox.span)
        sink.append(UInt8(ascii: " "))
        sink.append(string: identifier.span)
        sink.append(rights: always)
        for rights in optional { sink.append(rights: rights) }
        sink.append("\r\n")
    }
}

extension OwnRights {
    func encode(into sink: inout some ByteSink) {
        sink.append("* MYRIGHTS ")
        sink.append(mailbox: mailbox.span)
        sink.append(rights: rights)
        sink.append("\r\n")
    }
}

extension ByteSink {
    /// Appends a space and the letters, in quotes where there are none.
    fileprivate mutating func append(rights: KeywordSet<AccessRight>) {
        append(rights.isEmpty ? " \"\"" : " ")
        rights.append(letters: &self)
    }
}
