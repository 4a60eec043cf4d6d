// Reading what responses tell of mailboxes: LIST, LSUB, NAMESPACE, STATUS (RFC 9051, 7.3).
import Bytes

extension Cursor {
    /// Takes `(attributes) delimiter mailbox [(extended data)]`.
    mutating func listEntry() throws(SyntaxError) -> ListEntry {
        let attributes = try mailboxAttributes()
        try space()
        let delimiter = try delimiter()
        try space()
        var entry = ListEntry(
            attributes: attributes,
            delimiter: delimiter,
            mailbox: try backendMailbox()
        )
        if takeSpace() { try extendedData(into: &entry) }
        return entry
    }

    private mutating func mailboxAttributes() throws(SyntaxError) -> KeywordSet<MailboxAttribute> {
        try open()
        var attributes = KeywordSet<MailboxAttribute>()
        if take(UInt8(ascii: ")")) { return attributes }
        repeat {
            try expect(UInt8(ascii: "\\"), as: .flag)
            var name = Cursor(span(try atom()))
            if let attribute = name.takeKeyword(MailboxAttribute.self), name.isAtEnd {
                attributes.insert(attribute)
            }
        } while takeSpace()
        try close()
        return attributes
    }

    /// Takes CHILDINFO and passes over the rest; OLDNAME would tell names that policy never saw.
    private mutating func extendedData(into entry: inout ListEntry) throws(SyntaxError) {
        try open()
        if take(UInt8(ascii: ")")) { return }
        repeat {
            let tag = try astring(bytesMax: ResponseLimit.quotedBytesMax)
            try space()
            if tag.span.spells("CHILDINFO") && peek == UInt8(ascii: "(") {
                if try childInfoSaysSubscribed() { entry.hasSubscribedChild = true }
            } else {
                try skipValue()
            }
        } while takeSpace()
        try close()
    }

    private mutating func childInfoSaysSubscribed() throws(SyntaxError) -> Bool {
        try open()
        var isSubscribed = false
        repeat {
            let option = try astring(bytesMax: ResponseLimit.quotedBytesMax)
            if option.span.spells("SUBSCRIBED") { isSubscribed = true }
        } while takeSpace()
        try close()
        return isSubscribed
    }

    /// Takes the three lists of NAMESPACE.
    mutating func namespaces() throws(SyntaxError) -> Namespaces {
        let personal = try namespaceList()
        try space()
        let otherUsers = try namespaceList()
        try space()
        let shared = try namespaceList()
        return Namespaces(personal: personal, otherUsers: otherUsers, shared: shared)
    }

    private mutating func namespaceList() throws(SyntaxError) -> [Namespaces.Namespace] {
        if takeWord("NIL") { return [] }
        try open()
        var list: [Namespaces.Namespace] = []
        while peek == UInt8(ascii: "(") {
            list.append(try namespace())
            // Not in the grammar, but in the wild.
            _ = takeSpace()
        }
        try close()
        return list
    }

    /// Takes `(prefix delimiter)`, and passes over extensions such as TRANSLATION.
    private mutating func namespace() throws(SyntaxError) -> Namespaces.Namespace {
        try open()
        let prefix = try string(bytesMax: StringLimit.mailbox)
        try space()
        let delimiter = try delimiter()
        while takeSpace() { try skipValue() }
        try close()
        return Namespaces.Namespace(prefix: prefix, delimiter: delimiter)
    }

    /// Takes `mailbox (item number …)`; passes over items that no client may ask for.
    mutating func mailboxStatus() throws(SyntaxError) -> MailboxStatus {
        var status = MailboxStatus(mailbox: try backendMailbox(), values: [])
        try space()
        try open()
        if take(UInt8(ascii: ")")) { return status }
        repeat {
            if let item = takeKeyword(StatusItem.self) {
                try space()
                if item == .mailboxID {
                    status.objectID = try parenthesizedObjectID()
                } else {
                    status.values.append(MailboxStatus.Value(item, try number64()))
                }
            } else {
                _ = try atom()
                try space()
                try skipValue()
            }
        } while takeSpace()
        try close()
        return status
    }
}
