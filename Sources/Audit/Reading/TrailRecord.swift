// One line of the trail with its fields at hand: what every reader of the trail reads it by.
import Bytes

/// A record of version 1.
package struct TrailRecord: Sendable {
    /// The line without its end.
    package let line: [UInt8]
    private let fields: TrailFields
    package let sequence: UInt64

    /// Reads a line of the trail, with its end or without; nil when it is no record of version 1.
    package init?(_ line: [UInt8]) {
        let line = line.last == UInt8(ascii: "\n") ? line.dropLast() : line
        var fields = TrailFields()
        guard fields.read(line.span), fields.number(.v, in: line.span) == 1,
            let sequence = fields.number(.seq, in: line.span)
        else { return nil }
        self.line = line
        self.fields = fields
        self.sequence = sequence
    }

    package subscript(_ field: TrailField) -> String? { fields.text(field, in: line.span) }

    package func number(_ field: TrailField) -> UInt64? { fields.number(field, in: line.span) }

    package func texts(_ field: TrailField) -> [String] { fields.texts(field, in: line.span) }

    /// Whether the line has all of a field's text, and as text.
    package func isWhole(_ field: TrailField) -> Bool {
        fields.quoted(field) != nil && !fields.isCut(field)
    }

    /// A mailbox of the record, by its own fields.
    package func mailbox(_ field: TrailField) -> TrailMailbox? {
        guard let range = fields.object(field) else { return nil }
        var inner = TrailFields()
        guard inner.read(line.span, range) else { return nil }
        return TrailMailbox(inner, in: line.span)
    }

    /// Microseconds of UTC since 1970; nil when the time can't be read.
    package var moment: UInt64? {
        fields.quoted(.time).flatMap { Timestamp.microseconds(of: line.span.extracting($0)) }
    }
}

/// A mailbox in a record, and what the policy said of it.
package struct TrailMailbox: Equatable, Sendable {
    /// The canonical name; nil where the client's octets were none.
    package let name: String?
    /// Whether `name` is only a pseudonym.
    package let isPseudonym: Bool
    /// The client's octets in hexadecimal.
    package let raw: String?
    package let missing: String?
    package let forbidden: [String]
    package let rules: [String]
    package let because: [String]

    init(_ fields: TrailFields, in line: Span<UInt8>) {
        name = fields.text(.name, in: line)
        isPseudonym = name != nil && fields.quoted(.name) == nil
        raw = fields.text(.raw, in: line)
        missing = fields.text(.missing, in: line)
        forbidden = fields.texts(.forbidden, in: line)
        rules = fields.texts(.rules, in: line)
        because = fields.texts(.because, in: line)
    }
}
