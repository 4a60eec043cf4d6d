// What stands between the recorder's input and the trail's lines where privacy is asked for.
package import Audit
import Bytes

/// Veils records under the keys of their subjects.
package final class TrailVeil {
    package let keys: KeyRing
    private var veil: RecordVeil
    /// Kept for its storage.
    private var veiled = Buffer()

    package init(_ rules: PrivacyRules, _ keys: KeyRing) throws(TrailError) {
        guard let cipher = FieldCipher() else { throw .signing }
        veil = RecordVeil(rules, cipher)
        self.keys = keys
    }

    /// Appends the line of what may be written of a record.
    ///
    /// False where it is no record, or the library fails: nothing may stand there in the clear.
    func append(_ record: Span<UInt8>, sequence: UInt64, to lines: inout Buffer) -> Bool {
        // In a local, whose bytes can be lent.
        var veiled = Buffer()
        swap(&veiled, &self.veiled)
        defer { swap(&veiled, &self.veiled) }
        veiled.removeAll()
        let keys = keys
        do throws(RecordVeil.Fault) {
            try veil.veil(record, pseudonyms: keys.pseudonyms, into: &veiled) { keys.key(for: $0) }
        } catch {
            return false
        }
        guard veiled.count + TrailLine.surroundBytes <= TrailLine.bytesMax else { return false }
        TrailLine.append(veiled.span, sequence: sequence, to: &lines)
        return true
    }
}
