// Puts what was encrypted back into a line of the trail, as far as the keys for it are still there.
import Bytes

/// Reveals lines; one serves any number of them.
package struct RecordReveal {
    /// Stands where a key is gone; no user's name has parentheses.
    package static let forgotten = "(forgotten)"
    /// Stands where a value doesn't fit its key, field or tag.
    package static let unreadable = "(unreadable)"

    /// Whether a text is what stood there, as far as can be told.
    package static func isReadable(_ text: String) -> Bool {
        text != forgotten && text != unreadable
    }

    private let cipher: FieldCipher
    private let keys: [String: FieldKey]

    package init(_ cipher: FieldCipher, keys: [String: FieldKey]) {
        self.cipher = cipher
        self.keys = keys
    }

    /// The line as it would stand had nothing of it been encrypted; others as they are.
    package func line(_ line: [UInt8]) -> [UInt8] {
        let end = line.last == UInt8(ascii: "\n") ? line.count - 1 : line.count
        guard let id = keyID(of: line.span, end) else { return line }
        var out = Buffer()
        guard write(line.span, 0..<end, in: "", id, to: &out) else { return line }
        if end < line.count { out.append("\n") }
        return out.bytes
    }

    /// The key that a line names, which stands at its end; nil where there is none.
    private func keyID(of line: Span<UInt8>, _ end: Int) -> String? {
        // `,"key":"16 digits"}`
        let count = 8 + 16 + 2
        guard end > count, line.extracting(end - count..<end - count + 8).equals(",\"key\":\""),
            line.extracting(end - 2..<end).equals("\"}")
        else { return nil }
        let id = line.extracting(end - count + 8..<end - 2).unescaped
        return FieldKey.isID(id) ? id : nil
    }

    /// Writes an object; false where it is none.
    private func write(
        _ line: Span<UInt8>,
        _ range: Range<Int>,
        in object: StaticString,
        _ id: String,
        to out: inout Buffer
    ) -> Bool {
        var scanner = JSONScanner(range)
        guard scanner.take("{", in: line) else { return false }
        out.append("{")
        if scanner.take("}", in: line) {
            out.append("}")
            return true
        }
        var isFirst = true
        repeat {
            guard let range = scanner.string(in: line), scanner.take(":", in: line),
                let (kind, value) = scanner.value(in: line)
            else { return false }
            let name = line.extracting(range)
            if object.utf8CodeUnitCount == 0, name.equals("key") { continue }
            if !isFirst { out.append(",") }
            isFirst = false
            out.append("\"")
            if kind == .text, name.ends(with: "_enc") {
                writeValue(line.extracting(value), name, in: object, id, to: &out)
                continue
            }
            out.append(name)
            out.append("\":")
            switch kind {
            case .object where name.equals("mailbox"):
                guard write(line, value, in: "mailbox.", id, to: &out) else { return false }
            case .object where name.equals("destination"):
                guard write(line, value, in: "destination.", id, to: &out) else { return false }
            case .list where name.equals("filed"):
                guard writeFiled(line, value, id, to: &out) else { return false }
            case .text:
                out.append("\"")
                out.append(line.extracting(value))
                out.append("\"")
            default: out.append(line.extracting(value))
            }
        } while scanner.take(",", in: line)
        out.append("}")
        return scanner.take("}", in: line)
    }

    private func writeFiled(
        _ line: Span<UInt8>,
        _ range: Range<Int>,
        _ id: String,
        to out: inout Buffer
    ) -> Bool {
        var scanner = JSONScanner(range.lowerBound + 1..<range.upperBound - 1)
        out.append("[")
        var isFirst = true
        repeat {
            guard let (kind, value) = scanner.value(in: line), kind == .object else { return false }
            if !isFirst { out.append(",") }
            isFirst = false
            guard write(line, value, in: "filed.", id, to: &out) else { return false }
        } while scanner.take(",", in: line)
        out.append("]")
        return true
    }

    /// Writes the rest of a member's name, behind its quote, and its value.
    private func writeValue(
        _ sealed: Span<UInt8>,
        _ encrypted: Span<UInt8>,
        in object: StaticString,
        _ id: String,
        to out: inout Buffer
    ) {
        let name = encrypted.extracting(droppingLast: 4)
        if let key = keys[id], let value = cipher.open(sealed, FieldPath(object, name), key) {
            out.append(name)
            out.append("\":")
            out.append(value.span)
            return
        }
        out.append(name.ends(with: "_hex") ? name.extracting(droppingLast: 4) : name)
        out.append("\":\"")
        out.append(text: keys[id] == nil ? Self.forgotten : Self.unreadable)
        out.append("\"")
    }
}
