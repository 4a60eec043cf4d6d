// The flags that a mailbox has, as FLAGS and PERMANENTFLAGS name them (RFC 9051, 7.3.5, 7.1).
package import Bytes

/// Flags that a backend lists; system flags it made up itself are left out.
package struct BackendFlags: Equatable, Sendable {
    package var system: KeywordSet<SystemFlag>
    /// \Recent, which only the server sets (RFC 3501, 2.3.2).
    package var hasRecent: Bool
    /// `\*`: clients may make new keywords (PERMANENTFLAGS only).
    package var allowsNewKeywords: Bool
    /// Keywords in the backend's order and spelling.
    package var keywords: [ShortBytes]

    package init(
        system: KeywordSet<SystemFlag> = [],
        hasRecent: Bool = false,
        allowsNewKeywords: Bool = false,
        keywords: [ShortBytes] = []
    ) {
        self.system = system
        self.hasRecent = hasRecent
        self.allowsNewKeywords = allowsNewKeywords
        self.keywords = keywords
    }

    /// Appends the flags as a parenthesised list.
    package func append(to sink: inout some ByteSink) {
        var list = ListWriter()
        for flag in system { list.item(flag.name, to: &sink) }
        if hasRecent { list.item(#"\Recent"#, to: &sink) }
        for keyword in keywords {
            list.item("", to: &sink)
            sink.append(keyword)
        }
        if allowsNewKeywords { list.item(#"\*"#, to: &sink) }
        list.end(to: &sink)
    }
}

/// Writes the parentheses and spaces of a list whose length is not known beforehand.
struct ListWriter {
    private var isEmpty = true

    mutating func item(_ text: StaticString, to sink: inout some ByteSink) {
        sink.append(isEmpty ? UInt8(ascii: "(") : UInt8(ascii: " "))
        sink.append(text)
        isEmpty = false
    }

    func end(to sink: inout some ByteSink) {
        if isEmpty { sink.append(UInt8(ascii: "(")) }
        sink.append(UInt8(ascii: ")"))
    }
}

extension Cursor {
    /// Takes a list of flags of FLAGS or PERMANENTFLAGS, which may be empty.
    mutating func backendFlags() throws(SyntaxError) -> BackendFlags {
        try open()
        var flags = BackendFlags()
        if take(UInt8(ascii: ")")) { return flags }
        repeat { try backendFlag(into: &flags) } while takeSpace()
        try close()
        return flags
    }

    private mutating func backendFlag(into flags: inout BackendFlags) throws(SyntaxError) {
        guard take(UInt8(ascii: "\\")) else {
            return flags.keywords.append(ShortBytes(span(try atom())))
        }
        if take(UInt8(ascii: "*")) {
            flags.allowsNewKeywords = true
        } else if let flag = takeKeyword(SystemFlag.self) {
            flags.system.insert(flag)
        } else if span(try atom()).spells("RECENT") {
            flags.hasRecent = true
        }
    }
}
