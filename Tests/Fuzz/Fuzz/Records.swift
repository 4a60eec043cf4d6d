// What a gateway sends to a recorder that encrypts: what is taken comes back when it is revealed.
import Audit
import Bytes

private let rules = {
    var rules = PrivacyRules()
    rules[.people] = .encrypt
    rules[.addresses] = .hmac
    rules[.mailboxes] = .encrypt
    rules[.messages] = .encrypt
    rules[.words] = .drop
    return rules
}()

/// One key serves all.
func fuzzRecords(_ input: [UInt8]) {
    guard TrailLine.accepts(input.span), let cipher = FieldCipher(),
        let key = FieldKey(for: .common, in: "2026-03"),
        let pseudonyms = FieldKey(for: .pseudonyms, in: "2026-03")
    else { return }
    var out = Buffer()
    var veil = RecordVeil(rules, cipher)
    do throws(RecordVeil.Fault) {
        try veil.veil(input.span, pseudonyms: pseudonyms, into: &out) { _ in key }
    } catch {
        precondition(error == .malformed, "the library fails")
        return
    }
    precondition(out.count < TrailLine.bytesMax, "a line has its bound")
    var lines = Buffer()
    TrailLine.append(out.span, sequence: 7, to: &lines)
    let line = RecordReveal(cipher, keys: [key.id: key]).line(lines.bytes)
    let text = String(decoding: line, as: UTF8.self)
    precondition(!text.contains("_enc\""), "what was encrypted is not revealed")
    let forgotten = RecordReveal(cipher, keys: [:]).line(lines.bytes)
    precondition(!String(decoding: forgotten, as: UTF8.self).contains("_enc\""), "it can't be read")
}
