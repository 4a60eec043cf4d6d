// The URLs of CATENATE (RFC 4469; RFC 5092): a message or a part of one on this very server.
package import Bytes

/// A message part that a URL names; any URL that could mean something else has no value.
///
///     /Drafts;UIDVALIDITY=385759045/;UID=20/;SECTION=1.2/;PARTIAL=0.1024
///     ;UID=20                                  in the selected mailbox
package struct MessageURL: Equatable, Sendable {
    package struct Partial: Equatable, Sendable {
        package let offset: UInt32
        package let count: UInt32?
    }

    /// The mailbox's name in UTF-8, as the URL has it; nil is the selected mailbox.
    package let mailbox: [UInt8]?
    package let uidValidity: UInt32?
    package let uid: UInt32
    /// As FETCH has it between brackets; nil is the whole message.
    package let section: [UInt8]?
    package let partial: Partial?

    /// Reads `url`; nil for a URL with a host, a user, an expiry or a grant (URLAUTH), for one
    /// relative to more than the selected mailbox, and for one that is malformed.
    package init?(_ url: Span<UInt8>) {
        var cursor = Cursor(url)
        do {
            (mailbox, uidValidity) = try cursor.urlMailbox()
            uid = try cursor.nonZeroNumber()
            var isOpen = cursor.take(UInt8(ascii: "/"))
            let hasSection = isOpen && cursor.takeURLWord("SECTION")
            section = hasSection ? try cursor.urlSection(isOpen: &isOpen) : nil
            partial = isOpen ? try cursor.urlPartial() : nil
            try cursor.end()
        } catch {
            return nil
        }
    }

    /// The URL in canonical form, for a backend that knows the mailbox by `path`.
    package func encoded(path: [UInt8]) -> [UInt8] {
        var url: [UInt8] = [UInt8(ascii: "/")]
        url.append(percentEncoding: path.span)
        if let uidValidity {
            url.append(";UIDVALIDITY=")
            url.append(decimal: UInt64(uidValidity))
        }
        url.append("/;UID=")
        url.append(decimal: UInt64(uid))
        if let section {
            url.append("/;SECTION=")
            url.append(percentEncoding: section.span)
        }
        guard let partial else { return url }
        url.append("/;PARTIAL=")
        partial.append(to: &url)
        return url
    }

    /// Appends what is read of the message, for the record.
    package func describe(into text: inout ShortBytes) {
        text.append("UID ")
        text.append(decimal: UInt64(uid))
        text.append(" BODY[")
        if let section { text.append(section.span) }
        text.append(UInt8(ascii: "]"))
        guard let partial else { return }
        text.append(UInt8(ascii: "<"))
        partial.append(to: &text)
        text.append(UInt8(ascii: ">"))
    }
}

extension MessageURL.Partial {
    fileprivate func append(to sink: inout some ByteSink) {
        sink.append(decimal: UInt64(offset))
        guard let count else { return }
        sink.append(UInt8(ascii: "."))
        sink.append(decimal: UInt64(count))
    }
}

extension MailboxNaming {
    /// The canonical name that stands in a URL, where names are UTF-8 (RFC 5092, 3).
    package func decode(path: [UInt8]) throws(MailboxNameError) -> MailboxName {
        var naming = self
        naming.reading = .utf8
        return try naming.decode(path)
    }

    /// The name in UTF-8, as a URL for the backend has it.
    package func path(of name: MailboxName) -> [UInt8] {
        var naming = self
        naming.writing = .utf8
        return naming.encode(name)
    }
}

extension Cursor {
    /// Takes up to the `=` of `;UID=`.
    fileprivate mutating func urlMailbox() throws(SyntaxError) -> ([UInt8]?, UInt32?) {
        guard take(UInt8(ascii: "/")) else {
            try urlWord("UID")
            return (nil, nil)
        }
        // Two slashes lead to another host.
        guard peek != UInt8(ascii: "/") else { throw expected(.mailbox) }
        var path = try urlText()
        guard takeURLWord("UIDVALIDITY") else {
            guard path.popLast() == UInt8(ascii: "/") else { throw expected(.mailbox) }
            try urlWord("UID")
            return (path, nil)
        }
        let validity = try nonZeroNumber()
        try expect(UInt8(ascii: "/"), as: .knownWord)
        try urlWord("UID")
        return (path, validity)
    }

    private mutating func urlWord(_ word: StaticString) throws(SyntaxError) {
        guard takeURLWord(word) else { throw expected(.knownWord) }
    }

    /// Takes `;word=` if it is next.
    fileprivate mutating func takeURLWord(_ word: StaticString) -> Bool {
        var ahead = self
        guard ahead.take(UInt8(ascii: ";")), ahead.takeWord(word), ahead.take(UInt8(ascii: "="))
        else { return false }
        self = ahead
        return true
    }

    /// Takes the characters of a path and decodes them, up to `;` or the end.
    private mutating func urlText() throws(SyntaxError) -> [UInt8] {
        var text: [UInt8] = []
        while let byte = peek, byte != UInt8(ascii: ";") {
            advance(1)
            if byte == UInt8(ascii: "%") {
                guard let high = takeHexDigit(), let low = takeHexDigit() else {
                    throw expected(.escape)
                }
                text.append(high << 4 | low)
            } else {
                guard byte.mayStandInPath else { throw expected(.mailbox) }
                text.append(byte)
            }
        }
        return text
    }

    private mutating func takeHexDigit() -> UInt8? {
        guard let byte = peek else { return nil }
        let value: UInt8
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): value = byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): value = byte - UInt8(ascii: "a") + 10
        default: return nil
        }
        advance(1)
        return value
    }

    /// Takes a section and holds it against the grammar of FETCH; `isOpen` when more follows.
    fileprivate mutating func urlSection(isOpen: inout Bool) throws(SyntaxError) -> [UInt8] {
        let start = offset
        var text = try urlText()
        isOpen = !isAtEnd
        // The `/` in front of `;PARTIAL=` is none of the section.
        if isOpen, text.popLast() != UInt8(ascii: "/") { throw expected(.section) }
        guard !text.isEmpty, text.span.isPrintable else { throw .expected(.section, at: start) }
        text.append(UInt8(ascii: "]"))
        var section = Cursor(text.span)
        let spelled = try section.sectionText()
        try section.expect(UInt8(ascii: "]"), as: .closingBracket)
        try section.end()
        return spelled
    }

    fileprivate mutating func urlPartial() throws(SyntaxError) -> MessageURL.Partial {
        try urlWord("PARTIAL")
        let offset = try number()
        guard take(UInt8(ascii: ".")) else { return .init(offset: offset, count: nil) }
        return .init(offset: offset, count: try nonZeroNumber())
    }
}

extension UInt8 {
    /// What stands for itself in every place of a URL: RFC 3986, unreserved, and the slash.
    fileprivate var isPlainInURL: Bool {
        ByteClass.of(self).intersects(.word) || "-._~/".utf8.contains(self)
    }

    /// RFC 5092, bchar.
    fileprivate var mayStandInPath: Bool { isPlainInURL || "!$'()*+,&=:@".utf8.contains(self) }
}

extension [UInt8] {
    fileprivate mutating func append(percentEncoding bytes: Span<UInt8>) {
        let digits = Array("0123456789ABCDEF".utf8)
        for index in bytes.indices {
            let byte = bytes[index]
            if byte.isPlainInURL {
                append(byte)
            } else {
                append(UInt8(ascii: "%"))
                append(digits[Int(byte >> 4)])
                append(digits[Int(byte & 15)])
            }
        }
    }
}
