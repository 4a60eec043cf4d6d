// FETCH responses on their way to the client: what is allowed passes, message text streams.
package import Bytes

/// Copies one FETCH response piece by piece, in canonical form and without what is not allowed.
///
/// Feed it the pieces that the fragmenter cuts, from one that `isFetch` on, and do to the literal
/// what the step says. After `.collectLiteral` feed the same piece again, now longer; nothing was
/// written for it. After the other literal steps the next piece begins behind the literal.
///
///     S: * 5 FETCH (UID 9 X-GUID {3}    .dropLiteral
///     S: abc BODY[] {1048576}           .streamLiteral, `* 5 FETCH (UID 9 BODY[] {1048576}` written
///     S: …)                             .done
package struct FetchTranscoder {
    package enum Step: Equatable, Sendable {
        /// The response is complete.
        case done(FetchSummary)
        case collectLiteral
        /// The client is to get the literal's bytes as they come.
        case streamLiteral
        case dropLiteral
    }

    /// Whether messages are named by their UIDs (RFC 9586); the other word breaks the grammar.
    private let isByUID: Bool
    /// What has passed so far.
    package private(set) var summary = FetchSummary(sequence: 0)
    /// Where in the buffer the Message-ID stands, if `accept` has just copied the first one.
    package private(set) var messageID: Range<Int>?
    /// Over the header that streams, as long as it may tell the Message-ID.
    private var search: MessageIDSearch?
    private var knowsMessageID = false
    /// Whether the head was read: pieces after the first begin behind a literal.
    private var isBegun = false

    package init(isByUID: Bool = false) { self.isByUID = isByUID }

    /// Whether the client has the beginning of this response and not yet its end.
    ///
    /// Nothing else, not even BYE, may be written to the client until then.
    package var isUnfinished: Bool { !summary.isSuppressed }

    /// Whether the piece begins with `* n FETCH (`, whatever follows.
    package static func isFetch(_ piece: Span<UInt8>) -> Bool {
        var cursor = Cursor(piece)
        return (try? cursor.fetchHead()) != nil
    }

    /// Whether text that streams is to be told to `passed` and `textEnded`.
    package var isSearching: Bool { search != nil }

    /// Notes the Message-ID behind the others in `list`, where the text that streams tells it.
    package mutating func passed(_ text: Span<UInt8>, into list: inout [UInt8], bytesMax: Int) {
        search?.take(text, into: &list, bytesMax: bytesMax)
        if search?.isOver ?? false { endSearch() }
    }

    /// The text that streamed is at its end.
    package mutating func textEnded(into list: inout [UInt8]) {
        search?.end(into: &list)
        endSearch()
    }

    private mutating func endSearch() {
        if search?.hasFound ?? false { knowsMessageID = true }
        search = nil
    }

    /// Copies `piece` into `buffer`; `literal` is the size when the piece ends with a marker.
    ///
    /// Leaves `buffer` as it was when it throws.
    package mutating func accept(
        _ piece: Span<UInt8>,
        literal: UInt64?,
        filter: FetchFilter,
        into buffer: inout Buffer
    ) throws(ResponseError) -> Step {
        messageID = nil
        search = nil
        let saved = self
        let before = buffer.count
        var cursor = Cursor(piece, isPartial: literal != nil, text: .octets)
        do throws(SyntaxError) {
            return try copy(&cursor, filter: filter, into: &buffer)
        } catch {
            self = saved
            buffer.truncate(to: before)
            guard error == .literalAwaited else { throw .syntax(error) }
            return .collectLiteral
        }
    }

    private mutating func copy(
        _ cursor: inout Cursor,
        filter: FetchFilter,
        into buffer: inout Buffer
    ) throws(SyntaxError) -> Step {
        if isBegun {
            if cursor.take(UInt8(ascii: ")")) { return try end(&cursor, into: &buffer) }
            try cursor.space()
        } else {
            try begin(&cursor)
            isBegun = true
            if cursor.take(UInt8(ascii: ")")) { return try end(&cursor, into: &buffer) }
        }
        repeat {
            if let step = try copyAttribute(&cursor, filter: filter, into: &buffer) { return step }
        } while cursor.takeSpace()
        try cursor.close()
        return try end(&cursor, into: &buffer)
    }

    private mutating func begin(_ cursor: inout Cursor) throws(SyntaxError) {
        let (number, word) = try cursor.fetchHead()
        guard (word == .uidFetch) == isByUID else { throw cursor.expected(.knownWord) }
        summary.sequence = number
        if isByUID { summary.uid = number }
    }

    private func end(
        _ cursor: inout Cursor,
        into buffer: inout Buffer
    ) throws(SyntaxError) -> Step {
        try cursor.end()
        if !summary.isSuppressed { buffer.append(")\r\n") }
        return .done(summary)
    }

    /// Copies or passes over one attribute; returns the step at a literal to stream or drop.
    private mutating func copyAttribute(
        _ cursor: inout Cursor,
        filter: FetchFilter,
        into buffer: inout Buffer
    ) throws(SyntaxError) -> Step? {
        guard let attribute = try cursor.allowedAttribute(by: filter) else {
            if cursor.isAtText { summary.isTextWithheld = true }
            return try Self.skipAttribute(&cursor)
        }
        beginAttribute(into: &buffer)
        switch attribute {
        case .section:
            let section = try cursor.copySection(renames: filter.renames, into: &buffer)
            summary.content.formUnion(section.content)
            let tellsHeader = section.content.tellsHeader && section.origin == 0
            return try copyBody(&cursor, tellsHeader: tellsHeader, into: &buffer)
        case .binary:
            summary.content.formUnion(.part)
            buffer.append("BINARY")
            try cursor.copyBinaryPart(mayBePartial: true, into: &buffer)
            return try copyBody(&cursor, mayBeBinary: true, into: &buffer)
        case .binarySize:
            buffer.append("BINARY.SIZE")
            try cursor.copyBinaryPart(mayBePartial: false, into: &buffer)
            buffer.append(decimal: UInt64(try cursor.number()))
            return nil
        case .attribute(let attribute):
            summary.content.formUnion(FetchContent(attribute))
            buffer.append(attribute.spelling)
            buffer.append(UInt8(ascii: " "))
            return try copyValue(of: attribute, &cursor, filter: filter, into: &buffer)
        }
    }

    /// Writes what stands in front of an attribute: the response's head before the first.
    private mutating func beginAttribute(into buffer: inout Buffer) {
        guard summary.isSuppressed else { return buffer.append(UInt8(ascii: " ")) }
        summary.isSuppressed = false
        buffer.append("* ")
        buffer.append(decimal: UInt64(summary.sequence))
        buffer.append(isByUID ? " UIDFETCH (" : " FETCH (")
    }

    private mutating func copyValue(
        of attribute: FetchAttribute,
        _ cursor: inout Cursor,
        filter: FetchFilter,
        into buffer: inout Buffer
    ) throws(SyntaxError) -> Step? {
        switch attribute {
        case .uid:
            let uid = try cursor.nonZeroNumber()
            summary.uid = uid
            buffer.append(decimal: UInt64(uid))
        case .flags: try cursor.copyFlags(hidingRecent: filter.hidesRecent, into: &buffer)
        case .internalDate: try cursor.dateTime().append(to: &buffer)
        case .rfc822Size: buffer.append(decimal: try cursor.number64())
        case .modSequence: try cursor.copyModSequence(into: &buffer)
        case .emailID, .threadID: try cursor.copyObjectID(into: &buffer)
        case .saveDate: try cursor.copySaveDate(into: &buffer)
        case .preview: summary.previewBytes = UInt64(try cursor.copyNString(into: &buffer) ?? 0)
        case .envelope:
            let start = buffer.count
            try cursor.copyStructure(into: &buffer)
            guard !knowsMessageID else { break }
            messageID = buffer.span.messageID(inEnvelopeFrom: start)
            knowsMessageID = messageID != nil
        case .body, .bodyStructure: try cursor.copyStructure(into: &buffer)
        case .rfc822, .rfc822Header, .rfc822Text:
            let tellsHeader = FetchContent(attribute).tellsHeader
            return try copyBody(&cursor, tellsHeader: tellsHeader, into: &buffer)
        }
        return nil
    }

    /// Copies message text, or stops at the marker of text that is to be streamed.
    ///
    /// Only BINARY may hold NUL, and says so by a literal8 (RFC 3516, 4.2).
    private mutating func copyBody(
        _ cursor: inout Cursor,
        tellsHeader: Bool = false,
        mayBeBinary: Bool = false,
        into buffer: inout Buffer
    ) throws(SyntaxError) -> Step? {
        let start = cursor.offset
        if let header = cursor.takeAwaitedLiteral() {
            guard mayBeBinary || !header.isLiteral8 else { throw .expected(.literal, at: start) }
            if header.isLiteral8 { buffer.append(UInt8(ascii: "~")) }
            buffer.append(literalMarker: header.size)
            count(header.size)
            if tellsHeader && !knowsMessageID { search = MessageIDSearch() }
            return .streamLiteral
        }
        if let size = try cursor.copyNString(into: &buffer) { count(UInt64(size)) }
        return nil
    }

    private mutating func count(_ bytes: UInt64) {
        summary.hasBody = true
        summary.bodyBytes = summary.bodyBytes.addingReportingOverflow(bytes).partialValue
    }

    private static func skipAttribute(_ cursor: inout Cursor) throws(SyntaxError) -> Step? {
        try cursor.skipAttributeName()
        try cursor.space()
        if cursor.takeAwaitedLiteral() != nil { return .dropLiteral }
        try cursor.skipValue()
        return nil
    }
}

extension Span where Element == UInt8 {
    /// The quoted string with which the envelope from `start` on ends (RFC 9051, 7.5.2); nil where
    /// it is NIL or written in another way.
    fileprivate func messageID(inEnvelopeFrom start: Int) -> Range<Int>? {
        let end = count - 2
        guard end > start, self[end] == UInt8(ascii: "\""), self[end + 1] == UInt8(ascii: ")")
        else {
            return nil
        }
        var first = end
        while first > start, self[first - 1] != UInt8(ascii: "\"") { first -= 1 }
        let isWhole = first > start + 1 && self[first - 2] != UInt8(ascii: "\\")
        return isWhole && first < end ? first..<end : nil
    }
}
