// Commands on access control lists (RFC 4314, 3): who may do what, told and changed.
import Bytes

/// SETACL: what one identifier may do, anew or besides what it may.
package struct SetACL: Equatable, Sendable {
    package enum Change: Equatable, Sendable { case replace, add, remove }

    package var mailbox: [UInt8]
    package let identifier: [UInt8]
    package let change: Change
    package let rights: KeywordSet<AccessRight>

    package init(
        mailbox: [UInt8],
        identifier: [UInt8],
        change: Change = .replace,
        rights: KeywordSet<AccessRight>
    ) {
        self.mailbox = mailbox
        self.identifier = identifier
        self.change = change
        self.rights = rights
    }
}

extension SetACL.Change {
    fileprivate init(sign: UInt8?) {
        switch sign {
        case UInt8(ascii: "+"): self = .add
        case UInt8(ascii: "-"): self = .remove
        default: self = .replace
        }
    }
}

extension Cursor {
    /// SETACL: mailbox SP identifier SP [`+` / `-`] rights, all in one astring.
    mutating func setACL() throws(SyntaxError) -> Command {
        let mailbox = try mailbox()
        try space()
        let identifier = try accessIdentifier()
        try space()
        let start = offset
        let text = try astring(bytesMax: StringLimit.rights)
        let change = SetACL.Change(sign: text.first)
        let letters = change == .replace ? text[...] : text.dropFirst()
        // RFC 4314, 3.1: a letter that is no right makes the command BAD.
        guard let rights = KeywordSet<AccessRight>(letters: letters) else {
            throw .expected(.knownWord, at: start)
        }
        return .setACL(
            SetACL(mailbox: mailbox, identifier: identifier, change: change, rights: rights)
        )
    }

    mutating func deleteACL() throws(SyntaxError) -> Command {
        let mailbox = try mailbox()
        try space()
        return .deleteACL(mailbox: mailbox, identifier: try accessIdentifier())
    }

    mutating func listRights() throws(SyntaxError) -> Command {
        let mailbox = try mailbox()
        try space()
        return .listRights(mailbox: mailbox, identifier: try accessIdentifier())
    }

    private mutating func accessIdentifier() throws(SyntaxError) -> [UInt8] {
        try astring(bytesMax: StringLimit.credential)
    }
}

extension SetACL {
    func encode(into encoder: inout CommandEncoder) {
        encoder.mailbox(mailbox)
        encoder.space()
        encoder.string(identifier)
        encoder.space()
        encoder.append(UInt8(ascii: "\""))
        appendChange(to: &encoder)
        encoder.append(UInt8(ascii: "\""))
    }

    private func appendChange(to sink: inout some ByteSink) {
        switch change {
        case .replace: break
        case .add: sink.append(UInt8(ascii: "+"))
        case .remove: sink.append(UInt8(ascii: "-"))
        }
        rights.append(letters: &sink)
    }

    func describe(into digest: inout CommandDigest) {
        digest.append(identifier: identifier)
        digest.append(UInt8(ascii: " "))
        appendChange(to: &digest)
    }
}

extension CommandDigest {
    /// Appends whose rights are meant, or how long the name is that is not printable.
    mutating func append(identifier: [UInt8]) {
        if identifier.span.isPrintable {
            append(identifier.span)
        } else {
            append("identifier of ")
            append(decimal: UInt64(identifier.count))
            append(" bytes")
        }
    }
}
