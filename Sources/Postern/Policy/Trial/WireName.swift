// Names and words of people as a client puts them into a command.
import Bytes
import IMAP

/// A mailbox's canonical name as clients write it: modified UTF-7 (RFC 3501, 5.1.3).
struct WireName {
    let octets: [UInt8]

    /// Takes what is no canonical name as it stands: the gateway has its own word on that.
    init(_ canonical: String) {
        var naming = MailboxNaming(delimiter: UInt8(ascii: "/"))
        naming.reading = .utf8
        let octets = Array(canonical.utf8)
        self.octets = (try? naming.decode(octets)).map(naming.encode) ?? octets
    }

    /// As an argument.
    var argument: String { Self.quoted(String(decoding: octets, as: UTF8.self)) }

    /// A string between quotes, or a literal where quotes can't hold it.
    static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        guard isPlain else { return "{\(text.utf8.count)+}\r\n\(text)" }
        let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\"\(escaped)\""
    }
}
