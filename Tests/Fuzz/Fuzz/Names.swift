// Mailbox names: what is taken has one spelling, and patterns keep what names may not hold out.
import Bytes
import IMAP

/// The first byte chooses the backend's delimiter.
func fuzzNames(_ input: [UInt8]) {
    let delimiters: [UInt8?] = [
        UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "\\"), nil,
    ]
    let naming = MailboxNaming(delimiter: delimiters[Int(input[0]) % delimiters.count])
    let octets = Array(input.dropFirst())
    fuzzName(octets, naming)
    fuzzPattern(octets, naming)
}

/// A name that is taken is written back as it came, but for the letters of INBOX.
private func fuzzName(_ octets: [UInt8], _ naming: MailboxNaming) {
    let asDirectory = try? naming.decode(octets, allowsTrailingDelimiter: true)
    guard let name = try? naming.decode(octets) else { return }
    precondition(asDirectory == name, "a trailing delimiter is all that is allowed")
    let written = naming.encode(name)
    precondition(written.count == octets.count, "every name has one spelling")
    for (octet, given) in zip(written, octets) {
        precondition(octet.asciiUppercased == given.asciiUppercased, "nothing is repaired")
    }
    precondition((try? naming.decode(written)) == name, "what is written is the same name")
    let text = String(validating: name.canonical, as: UTF8.self)
    precondition(text != nil, "canonical names are UTF-8")
    for scalar in (text ?? "").unicodeScalars {
        precondition(scalar.value >= 0x20 && scalar != "%" && scalar != "*", "no control character")
    }
    let levels = name.canonical.split(
        separator: UInt8(ascii: "/"),
        omittingEmptySubsequences: false
    )
    precondition(levels.allSatisfy { !$0.isEmpty }, "no level is empty")
}

/// The bytes up to the first line feed are the reference, the rest is the pattern.
private func fuzzPattern(_ octets: [UInt8], _ naming: MailboxNaming) {
    let parts = octets.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return }
    let (reference, pattern) = (Array(parts[0]), Array(parts[1]))
    let read = try? MailboxPattern(reference: reference, pattern: pattern, naming: naming)
    guard let read, !read.isDelimiterQuery else { return }
    let again = try? MailboxPattern(reference: [], pattern: read.octets, naming: naming)
    precondition(again == read, "what is written is the same pattern")
    precondition(read.octets.allSatisfy { 0x20...0x7E ~= $0 }, "patterns are seven-bit")
}
