// Turns a record into the members of one JSON object: the field order is fixed, what is absent is
// absent. Deploy/audit-record.md says what each field means.
package import Bytes

/// Encodes records; one serves all sessions of a reactor and allocates nothing in steady use.
///
/// The text has no braces and no line end: the recorder puts `{"seq":N,` before it and `}` behind.
package struct RecordEncoder: Sendable {
    /// The longest text that `encode` appends.
    ///
    /// The arguments, the names and the session's facts fit with each at its own limit.
    package static let recordBytesMax = 128 * 1024

    /// A mailbox name may have 1,000 octets, each of which an escape of six may stand for.
    private static let nameBytesMax = 6 * 1024
    private static let argumentsBytesMax = 48 * 1024
    /// Texts of ours, rights and the ids of rules.
    private static let ownBytesMax = 384
    private static let rulesMax = 16
    /// Of a rule's id, and of its reason, in bytes.
    private static let ruleBytesMax = 64
    private static let becauseBytesMax = 256
    private static let becauseMax = 4
    /// As many literals as a command may have.
    private static let filedMax = 64

    private var timestamp = Timestamp()
    /// What the records of one moment begin with: those of a turn of the reactor.
    private var beginning = Buffer()
    private var begunAt = Moment(utc: 0, monotonic: 0)
    /// Holds a text while it is looked at; kept for its storage.
    private var text = Buffer()

    package init() {}

    /// Appends the record as it stands at `moment`.
    package mutating func encode(
        _ record: borrowing Record,
        at moment: Moment,
        into buffer: inout Buffer
    ) {
        if beginning.isEmpty || moment != begunAt { begin(at: moment) }
        buffer.append(beginning.span)
        if !record.session.isEmpty {
            buffer.append(",")
            buffer.append(record.session)
        }
        encodeDecision(record, into: &buffer)
        encodeCommand(record, into: &buffer)
        encodeOutcome(record, into: &buffer)
    }

    private mutating func begin(at moment: Moment) {
        begunAt = moment
        beginning.removeAll()
        beginning.append(#""v":1,"time":""#)
        timestamp.append(moment.utc, to: &beginning)
        beginning.append("\"")
        beginning.appendMember(#","mono":"#, moment.monotonic)
    }

    private mutating func encodeDecision(_ record: borrowing Record, into buffer: inout Buffer) {
        append(#","event":""#, code: record.event.rawValue, to: &buffer)
        append(#","phase":""#, code: record.phase.rawValue, to: &buffer)
        if let verdict = record.verdict {
            append(#","verdict":""#, code: verdict.rawValue, to: &buffer)
        }
    }

    private mutating func encodeCommand(_ record: borrowing Record, into buffer: inout Buffer) {
        append(#","command":"#, record.sequence, to: &buffer)
        append(#","tag":""#, record.tag, bytesMax: Self.nameBytesMax, to: &buffer)
        append(#","backend_tag":"#, record.backendTag, to: &buffer)
        append(#","verb":""#, record.verb, to: &buffer)
        append(#","state":""#, record.state, to: &buffer)
        append(#","mailbox":{"raw":"#, record.mailbox, to: &buffer)
        append(#","destination":{"raw":"#, record.destination, to: &buffer)
        append(
            record.phase == .outcome ? #","uids":""# : #","args":""#,
            record.arguments,
            bytesMax: Self.argumentsBytesMax,
            to: &buffer
        )
        append(#","rewrite":""#, record.rewrite, to: &buffer)
        append(#","reason":""#, record.reason, to: &buffer)
    }

    private mutating func encodeOutcome(_ record: borrowing Record, into buffer: inout Buffer) {
        if let result = record.result {
            append(#","result":""#, code: result.rawValue, to: &buffer)
        }
        append(#","code":""#, record.code, to: &buffer)
        append(#","messages":"#, record.messages, to: &buffer)
        append(#","bytes":"#, record.bytes, to: &buffer)
        append(#","uidvalidity":"#, UInt64(record.uidValidity), to: &buffer)
        if !record.content.isEmpty { encodeReading(record, into: &buffer) }
        if !record.filed.isEmpty { encodeFiled(record.filed, into: &buffer) }
        append(#","duration_us":"#, record.duration, to: &buffer)
        for detail in record.details { buffer.append(detail) }
    }

    private func encodeReading(_ record: borrowing Record, into buffer: inout Buffer) {
        buffer.append(#","sections":""#)
        record.content.append(to: &buffer)
        buffer.append("\"")
        if let extent = record.extent {
            append(#","extent":""#, code: extent.rawValue, to: &buffer)
        }
        if !record.messageIDs.isEmpty { encodeMessageIDs(record.messageIDs.span, into: &buffer) }
    }

    private func encodeMessageIDs(_ lines: Span<UInt8>, into buffer: inout Buffer) {
        var start = 0
        while let length = lines.extracting(start...).firstLineBytes {
            buffer.append(start == 0 ? #","message_ids":["# : ",")
            buffer.appendString(lines.extracting(start..<start + length - 1))
            start += length
        }
        buffer.append("]")
    }

    private mutating func append(
        _ opening: StaticString,
        _ mailbox: Record.Mailbox?,
        to buffer: inout Buffer
    ) {
        guard let mailbox else { return }
        let raw = mailbox.raw.span
        let kept = min(raw.count, Self.nameBytesMax / 2)
        buffer.append(opening)
        buffer.appendHexString(raw.extracting(..<kept))
        buffer.appendCut(#","raw":""#, raw.count - kept)
        if let name = mailbox.canonical {
            buffer.appendMember(#","name":""#, name.span, bytesMax: Self.nameBytesMax)
        }
        append(#","needed":""#, mailbox.needed, to: &buffer)
        append(#","held":""#, mailbox.held, to: &buffer)
        append(#","missing":""#, mailbox.missing, to: &buffer)
        append(#","forbidden":["#, mailbox.forbidden, Self.rulesMax, Self.ruleBytesMax, to: &buffer)
        append(#","rules":["#, mailbox.rules, Self.rulesMax, Self.ruleBytesMax, to: &buffer)
        buffer.appendCut(#","rules":""#, mailbox.rules.count - Self.rulesMax)
        append(
            #","because":["#,
            mailbox.because,
            Self.becauseMax,
            Self.becauseBytesMax,
            to: &buffer
        )
        buffer.append("}")
    }

    /// Appends the first texts of a list, unless there are none.
    private mutating func append(
        _ opening: StaticString,
        _ texts: [String],
        _ countMax: Int,
        _ bytesMax: Int,
        to buffer: inout Buffer
    ) {
        guard !texts.isEmpty else { return }
        buffer.append(opening)
        for (index, rule) in texts.prefix(countMax).enumerated() {
            if index > 0 { buffer.append(",") }
            buffer.appendString(rule.utf8.span.extracting(first: bytesMax))
        }
        buffer.append("]")
    }

    private func encodeFiled(_ filed: [Record.Filed], into buffer: inout Buffer) {
        buffer.append(#","filed":["#)
        for (index, message) in filed.prefix(Self.filedMax).enumerated() {
            if index > 0 { buffer.append(",") }
            buffer.appendMember(#"{"bytes":"#, message.bytes)
            if let digest = message.digest {
                buffer.append(#","sha256":"#)
                buffer.appendHexString(digest.span)
            }
            buffer.append("}")
        }
        buffer.append("]")
        buffer.appendCut(#","filed":""#, filed.count - Self.filedMax)
    }

    /// Appends a code of ours, in which nothing needs escaping.
    private func append(_ opening: StaticString, code: String, to buffer: inout Buffer) {
        buffer.append(opening, code.utf8.span, UInt8(ascii: "\""))
    }

    /// Appends a text of the configuration.
    private func append(
        _ opening: StaticString,
        _ value: String,
        to buffer: inout Buffer
    ) {
        buffer.appendMember(opening, value.utf8.span, bytesMax: Self.ownBytesMax)
    }

    private func append(
        _ opening: StaticString,
        _ value: Phrase?,
        to buffer: inout Buffer
    ) {
        guard let value else { return }
        buffer.appendMember(opening, value.text.span, bytesMax: Self.ownBytesMax)
    }

    /// Appends bytes that may be a client's, unless there are none.
    private mutating func append(
        _ opening: StaticString,
        _ value: borrowing ShortBytes,
        bytesMax: Int,
        to buffer: inout Buffer
    ) {
        guard !value.isEmpty else { return }
        guard !value.overflowing.isEmpty else {
            return buffer.appendMember(opening, value.inPlace, bytesMax: bytesMax)
        }
        text.removeAll()
        text.append(value)
        buffer.appendMember(opening, text.span, bytesMax: bytesMax)
    }

    /// Appends a number, unless it is 0.
    private func append(_ opening: StaticString, _ value: UInt64, to buffer: inout Buffer) {
        if value > 0 { buffer.appendMember(opening, value) }
    }
}
