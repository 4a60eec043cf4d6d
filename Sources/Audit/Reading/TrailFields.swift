// Finds the fields of a trail's line by their names, and copies nothing before it is asked for.
import Bytes

/// Where the values of one JSON object stand in a line; one serves any number of lines.
///
/// Names that it doesn't know are passed over. A gateway that was taken over can choose what stands
/// on a line, so whatever readers could take in two ways, as a name that stands twice, is refused.
package struct TrailFields: Sendable {
    private enum Kind: UInt8 {
        case absent, text, hexadecimal, pseudonym, number, list, object, other
    }

    private struct Place {
        var start: UInt32 = 0
        var end: UInt32 = 0
        var kind = Kind.absent
    }

    private var places = [Place](repeating: Place(), count: TrailField.allCases.count)
    /// One bit for each field of which the end is left out.
    private var cut: UInt64 = 0

    package init() {}

    /// Reads the object that `line` is; false when it is none.
    package mutating func read(_ line: Span<UInt8>) -> Bool { read(line, 0..<line.count) }

    /// Reads the object that stands in `range` of `line`.
    package mutating func read(_ line: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for index in places.indices { places[index].kind = .absent }
        cut = 0
        var scanner = JSONScanner(range)
        guard scanner.take("{", in: line) else { return false }
        if scanner.take("}", in: line) { return scanner.isAtEnd(in: line) }
        var last = 0
        repeat {
            guard let name = scanner.string(in: line), scanner.take(":", in: line),
                let value = scanner.value(in: line),
                note(line.extracting(name), value, after: &last)
            else { return false }
        } while scanner.take(",", in: line)
        return scanner.take("}", in: line) && scanner.isAtEnd(in: line)
    }

    /// False for a name that stands twice.
    private mutating func note(
        _ name: Span<UInt8>,
        _ value: (kind: JSONScanner.Kind, range: Range<Int>),
        after last: inout Int
    ) -> Bool {
        if let field = TrailField.named(name, after: last) {
            last = Int(field.rawValue) + 1
            return put(field, Self.kind(value.kind), value.range)
        }
        if name.ends(with: "_hmac"), value.kind == .text,
            let field = TrailField.named(name.extracting(droppingLast: 5), after: last)
        {
            return put(field, .pseudonym, value.range)
        }
        guard name.count > 4,
            let field = TrailField.named(name.extracting(droppingLast: 4), after: max(0, last - 1))
        else { return true }
        let ending = name.extracting(last: 4)
        if ending.unescaped == "_hex", value.kind == .text {
            return put(field, .hexadecimal, value.range)
        }
        if ending.unescaped == "_cut" { cut |= 1 << UInt64(field.rawValue) }
        return true
    }

    private mutating func put(_ field: TrailField, _ kind: Kind, _ range: Range<Int>) -> Bool {
        let index = Int(field.rawValue)
        guard places[index].kind == .absent else { return false }
        places[index] = Place(
            start: UInt32(clamping: range.lowerBound),
            end: UInt32(clamping: range.upperBound),
            kind: kind
        )
        return true
    }

    private static func kind(_ kind: JSONScanner.Kind) -> Kind {
        switch kind {
        case .text: .text
        case .number: .number
        case .list: .list
        case .object: .object
        case .literal: .other
        }
    }

    private func range(_ field: TrailField, _ kind: Kind) -> Range<Int>? {
        let place = places[Int(field.rawValue)]
        guard place.kind == kind, place.start <= place.end else { return nil }
        return Int(place.start)..<Int(place.end)
    }
}

extension TrailFields {
    /// The text of a field; one that was no UTF-8 as `hex:` and its digits, one of which only a
    /// pseudonym stands there as `hmac:` and its digits.
    package func text(_ field: TrailField, in line: Span<UInt8>) -> String? {
        if let range = range(field, .text) { return line.extracting(range).unescaped }
        if let range = range(field, .hexadecimal) {
            return "hex:" + line.extracting(range).unescaped
        }
        return range(field, .pseudonym).map { "hmac:" + line.extracting($0).unescaped }
    }

    /// The bytes between a field's quotes as they stand on the line; nil for what is no text.
    package func quoted(_ field: TrailField) -> Range<Int>? { range(field, .text) }

    package func number(_ field: TrailField, in line: Span<UInt8>) -> UInt64? {
        guard let range = range(field, .number) else { return nil }
        var number: UInt64 = 0
        for index in range {
            guard line[index] &- 48 < 10 else { return nil }
            let (tens, isTooLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, overflows) = tens.addingReportingOverflow(UInt64(line[index] &- 48))
            guard !isTooLarge, !overflows else { return nil }
            number = sum
        }
        return number
    }

    /// The texts of a list, others in it left out.
    package func texts(_ field: TrailField, in line: Span<UInt8>) -> [String] {
        guard let range = range(field, .list) else { return [] }
        var texts: [String] = []
        var scanner = JSONScanner(range.lowerBound + 1..<range.upperBound)
        repeat {
            guard let value = scanner.value(in: line) else { break }
            if value.kind == .text { texts.append(line.extracting(value.range).unescaped) }
        } while scanner.take(",", in: line)
        return texts
    }

    /// Where an object stands, braces included.
    package func object(_ field: TrailField) -> Range<Int>? { range(field, .object) }

    /// Whether the end of the field's text was left out.
    package func isCut(_ field: TrailField) -> Bool { cut & 1 << UInt64(field.rawValue) != 0 }
}
