// What only a few events have to say: members of a record that have no place of their own in it.
import Bytes

/// A member of a record under one of the names that Deploy/audit-record.md gives.
package enum RecordDetail: Equatable, Sendable {
    /// Absent from the line when 0.
    case number(Phrase, Int64)
    case phrase(Phrase, Phrase)
    case text(Phrase, [UInt8])

    package static func number(_ name: Phrase, _ count: UInt64) -> RecordDetail {
        .number(name, Int64(clamping: count))
    }
}

extension Buffer {
    /// Appends `,"name":value`.
    mutating func append(_ detail: RecordDetail) {
        switch detail {
        case .number(_, 0): break
        case .number(let name, let number):
            appendName(name)
            if number < 0 { append("-") }
            append(decimal: number.magnitude)
        case .phrase(let name, let phrase):
            appendName(name)
            appendString(phrase.text.span)
        case .text(let name, let text):
            appendName(name)
            appendString(text.span)
        }
    }

    private mutating func appendName(_ name: Phrase) {
        append(",\"")
        append(name.text)
        append("\":")
    }
}
