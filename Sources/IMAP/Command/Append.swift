// APPEND (RFC 9051, 6.3.12) with many messages (RFC 3502), parts of others (RFC 4469), binary
// (RFC 3516) and UTF-8 messages (RFC 6855): one stretch of it at a time.

/// Where messages go and how they are marked, up to the next bytes that are streamed.
///
/// The bytes of messages are never in here, so a command comes in stretches:
///
///     C: a APPEND box (\Seen) {5}     heading, literal
///     C: hello (\Flagged) {3}         heading, literal, `isContinued`
///     C: bye                          nothing, `isContinued`: the command's end
package struct Append: Equatable, Sendable {
    package var mailbox: [UInt8]
    /// What the stretch says; a part with a literal is the last one.
    package var parts: [AppendPart]
    /// Whether the stretch follows a message's bytes.
    package var isContinued: Bool

    package init(mailbox: [UInt8], parts: [AppendPart], isContinued: Bool = false) {
        self.mailbox = mailbox
        self.parts = parts
        self.isContinued = isContinued
    }

    /// The literal that the stretch ends with; nil at the command's end.
    package var message: LiteralHeader? { parts.last?.message }

    /// Whether the stretch holds more than the end of what was asked for before.
    package var asksForMore: Bool {
        parts.contains { $0 != .utf8End && $0 != .catenateEnd }
    }
}

extension Cursor {
    /// APPEND: mailbox 1*append-message, read up to the marker of the first literal.
    mutating func append() throws(SyntaxError) -> Append {
        let mailbox = try mailbox()
        return Append(mailbox: mailbox, parts: try appendParts(behind: nil, isSingle: false))
    }

    /// Takes what follows the literal that `append` ends with; `isSingle` for one message at most.
    mutating func continuation(
        of append: Append,
        isSingle: Bool
    ) throws(SyntaxError) -> Append {
        Append(
            mailbox: append.mailbox,
            parts: try appendParts(behind: append.parts.last, isSingle: isSingle),
            isContinued: true
        )
    }
}

extension Append {
    func encode(into encoder: inout CommandEncoder) {
        if !isContinued { encoder.mailbox(mailbox) }
        var opensList = false
        for part in parts {
            part.encode(opensList: opensList, into: &encoder)
            opensList = part == .catenate
        }
    }

    func describe(into digest: inout CommandDigest) {
        var isFirst = true
        for part in parts where part.isDescribed {
            if !isFirst { digest.append(UInt8(ascii: " ")) }
            part.describe(into: &digest)
            isFirst = false
        }
    }
}
